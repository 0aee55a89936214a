import { stringify } from 'yaml';
import type { z } from 'zod';
import { wrapped } from '../table.ts';

type Schema = z.core.JSONSchema.BaseSchema;

const WIDTH = 98;
const HEAD = [
  'Settings of Auspex. AUSPEX_CONFIG names this file; "auspex config check" says whether it is right.',
  'All values are the defaults. To change one, take away the # before its name.',
];

/** A YAML file of all settings that the schema has. `variables`: from the name of a variable to the key that it overrides. */
export function sampleOf(schema: Schema, variables: Readonly<Record<string, string>>): string {
  const variableOf = new Map(Object.entries(variables).map(([variable, key]) => [key, variable]));
  const lines = HEAD.map(line => `# ${line}`);
  for (const setting of settingsOf(schema, [])) {
    const indent = '  '.repeat(setting.path.length - 1);
    const key = setting.path.at(-1)!;
    const remarks = remarksOf(setting, variableOf.get(setting.path.join('.')));
    lines.push('', ...remarks.flatMap(text => wrapped(text, WIDTH)).map(text => `${indent}# ${text}`));
    lines.push(setting.isSection ? `${indent}${key}:` : `${indent}#${key}:${valueOf(setting.schema)}`);
  }
  return lines.join('\n');
}

interface Setting {
  readonly path: readonly string[];
  readonly schema: Schema;
  /** Has settings of its own, which follow. */
  readonly isSection: boolean;
}

/** Plain settings before sections, as the latter end only where another begins. */
function settingsOf(schema: Schema, path: readonly string[]): readonly Setting[] {
  const entries = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    typeof value === 'boolean'
      ? []
      : [{ path: [...path, key], schema: value, isSection: value.properties !== undefined }],
  );
  return [
    ...entries.filter(({ isSection }) => !isSection),
    ...entries
      .filter(({ isSection }) => isSection)
      .flatMap(section => [section, ...settingsOf(section.schema, section.path)]),
  ];
}

function remarksOf({ schema }: Setting, variable: string | undefined): readonly string[] {
  const items = Array.isArray(schema.items) || typeof schema.items === 'boolean' ? undefined : schema.items;
  const choices = (schema.enum ?? items?.enum)?.filter(choice => choice !== '');
  return [
    schema.description,
    choices && `One of: ${choices.join(', ')}.`,
    variable && `Variable: ${variable}.`,
  ].filter((text): text is string => text !== undefined && text !== '');
}

function valueOf(schema: Schema): string {
  // What differs from machine to machine does not belong into a file that may be taken to others.
  if (schema['isOfMachine'] === true) return '';
  return ` ${stringify(schema.default, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`;
}
