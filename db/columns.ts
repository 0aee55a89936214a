/** How a field is kept: as it is, as JSON text, or as 0 and 1. */
export type FieldKind = 'value' | 'json' | 'boolean';

/** A table and its columns, by the fields of its rows; the columns have their names in snake_case. */
export interface Table<Row> {
  readonly name: string;
  readonly fields: { readonly [Field in keyof Row & string]-?: FieldKind };
  /** With its article, for messages. Only tables whose live rows have unique names. */
  readonly namedResource?: string;
}

export type DatabaseRow = Readonly<Record<string, unknown>>;

export function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

/** Undefined fields are left out. */
export function toColumns<Row>(table: Table<Row>, values: Partial<Row>): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [field, kind] of Object.entries<FieldKind>(table.fields)) {
    const value = values[field as keyof Row];
    if (value === undefined) continue;
    columns[columnOf(field)] = kind === 'json' ? JSON.stringify(value) : value;
    if (field === 'name' && table.namedResource !== undefined) columns['name_key'] = nameKey(String(value));
  }
  return columns;
}

export function fromColumns<Row>(table: Table<Row>, columns: DatabaseRow): Row {
  const row: Record<string, unknown> = {};
  for (const [field, kind] of Object.entries<FieldKind>(table.fields)) {
    const value = columns[columnOf(field)];
    switch (kind) {
      case 'value':
        row[field] = value;
        break;
      case 'json':
        row[field] = JSON.parse(String(value));
        break;
      case 'boolean':
        row[field] = value === 1;
        break;
    }
  }
  return row as Row;
}

/** Names that differ in no more than case or trailing blanks have the same key. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase().trimEnd();
}
