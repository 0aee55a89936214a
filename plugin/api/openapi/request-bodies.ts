import { z } from 'zod';
import type { AnyBodySpec, FieldType } from '../json-body.ts';
import { BOOLEAN_WORDS } from '../json-body.ts';
import { MAXIMUM_OPERATIONS, OPERATORS, PATH_PATTERN } from '../json-patch.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** What `readBody` takes by that specification. */
export function bodySchema({ fields, mandatory = [], notNull = [] }: AnyBodySpec): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, type]) => {
      const schema = fieldSchema(type);
      return [name, mandatory.includes(name) || notNull.includes(name) ? schema : z.nullable(schema)];
    }),
  );
  const shape = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      mandatory.includes(name) ? schema : z.optional(schema),
    ]),
  );
  return plain(z.toJSONSchema(z.strictObject(shape)));
}

/** What `readPatch` takes. */
export const PATCH_SCHEMA: JsonSchema = plain(
  z.toJSONSchema(
    z
      .array(
        z.strictObject({
          op: z.enum(OPERATORS),
          path: z.string().regex(PATH_PATTERN),
          value: z.unknown().optional(),
        }),
      )
      .max(MAXIMUM_OPERATIONS),
  ),
);

/** A JSON schema as a part of a document. */
export function plain({ $schema: _, ...schema }: Readonly<Record<string, unknown>>): JsonSchema {
  return schema;
}

function fieldSchema(type: FieldType): z.ZodType {
  switch (type) {
    case 'text':
      return z.string();
    case 'boolean':
      return z.union([z.boolean(), z.literal([0, 1]), z.enum(BOOLEAN_WORDS)]);
    case 'object':
      return z.record(z.string(), z.unknown());
    case 'uuid':
      return z.guid();
    case 'json':
      return z.unknown();
  }
}
