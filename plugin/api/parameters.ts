import { z } from 'zod';
import type { Strategy } from '../../strategies/strategy.ts';
import { ApiError } from './errors.ts';
import { isObject } from './json-body.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** The strategy's parameters as JSON schema (Draft 4, as Watcher's), each with its whole default. */
export function parametersSpec(strategy: Strategy<unknown>): object {
  const schema = z.toJSONSchema(strategy.parameters, {
    target: 'draft-4',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // what zod says of every integer is no limit of ours
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const defaults = strategy.parameters.safeParse({});
  if (!defaults.success || !isObject(defaults.data) || schema.properties === undefined) return schema;
  const properties = { ...schema.properties };
  for (const [name, value] of Object.entries(defaults.data)) {
    const property = properties[name];
    if (isObject(property) && value !== undefined) properties[name] = { ...property, default: value };
  }
  return { ...schema, properties };
}

/** The parameters with the defaults of those that are missing; throws what becomes 400. */
export function validateParameters(strategy: Strategy<unknown>, given: Parameters): Parameters {
  const parsed = strategy.parameters.safeParse(given);
  if (parsed.success) return parsed.data as Parameters;
  const unknown = parsed.error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key].join('.')) : [],
  );
  if (unknown.length > 0) {
    throw new ApiError('invalid_parameters', `Audit parameter ${unknown.join(', ')} are not allowed`);
  }
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ApiError('invalid_parameters', `Invalid parameters for strategy: ${problems.join('; ')}`);
}
