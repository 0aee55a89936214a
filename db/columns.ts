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

interface Column {
  readonly field: string;
  readonly kind: FieldKind;
  readonly name: string;
}

/** Worked out once for each table: a list of audits asks a thousand times. */
const COLUMNS = new WeakMap<object, readonly Column[]>();

function columnsOf<Row>(table: Table<Row>): readonly Column[] {
  const known = COLUMNS.get(table);
  if (known !== undefined) return known;
  const columns = Object.entries<FieldKind>(table.fields).map(([field, kind]) => ({
    field,
    kind,
    name: columnOf(field),
  }));
  COLUMNS.set(table, columns);
  return columns;
}

/** Undefined fields are left out. */
export function toColumns<Row>(table: Table<Row>, values: Partial<Row>): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const { field, kind, name } of columnsOf(table)) {
    const value = values[field as keyof Row];
    if (value === undefined) continue;
    columns[name] = kind === 'json' ? JSON.stringify(value) : value;
    if (field === 'name' && table.namedResource !== undefined) columns['name_key'] = nameKey(String(value));
  }
  return columns;
}

export function fromColumns<Row>(table: Table<Row>, columns: DatabaseRow): Row {
  const row: Record<string, unknown> = {};
  for (const { field, kind, name } of columnsOf(table)) {
    const value = columns[name];
    switch (kind) {
      case 'value':
        row[field] = value;
        break;
      case 'json':
        row[field] = parsed(String(value));
        break;
      case 'boolean':
        row[field] = value === 1;
        break;
    }
  }
  return row as Row;
}

/** Most lists and objects are empty. */
function parsed(json: string): unknown {
  if (json === '[]') return [];
  if (json === '{}') return {};
  return JSON.parse(json);
}

/** Names that differ in no more than case or trailing blanks have the same key. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase().trimEnd();
}
