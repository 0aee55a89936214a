import { z } from 'zod';

/** The wire form of scopes: Watcher's, as the lists of `audit_templates` hold it. */

const LONGEST = 255;

const text = z.string('it must be a text').min(1, 'it must not be empty').max(LONGEST, 'it is too long');
const named = object({ name: text });
const identified = object({ uuid: text });

const aggregate = object({
  id: z.union([z.int(), z.literal('*')], 'it must be a whole number or "*"').optional(),
  name: text.optional(),
}).refine(({ id, name }) => (id === undefined) !== (name === undefined), 'it must have either id or name');

const aggregates = list(aggregate).refine(
  given => isNoMix(given.map(({ id, name }) => id ?? name)),
  mix('host aggregates'),
);
const zones = list(named).refine(given => isNoMix(given.map(({ name }) => name)), mix('availability zones'));
const volumeTypes = list(named).refine(given => isNoMix(given.map(({ name }) => name)), mix('volume_types'));

const metadata = z
  .record(
    text,
    z.union([z.string(), z.number(), z.boolean()], 'it must be a text, a number, true or false'),
    'it must be an object',
  )
  .refine(pairs => Object.keys(pairs).length > 0, 'it must have at least one key');

const computeExclusion = exactly({
  instances: list(identified).optional(),
  compute_nodes: list(named).optional(),
  host_aggregates: aggregates.optional(),
  instance_metadata: list(metadata).optional(),
  projects: list(identified).optional(),
});
const storageExclusion = exactly({
  storage_pools: list(named).optional(),
  volumes: list(identified).optional(),
  projects: list(identified).optional(),
});
const bareMetalExclusion = exactly({ ironic_nodes: list(identified).optional() });

const computeRules = list(
  exactly({
    host_aggregates: aggregates.optional(),
    availability_zones: zones.optional(),
    exclude: list(computeExclusion).optional(),
  }),
).refine(
  rules =>
    !(
      rules.some(rule => rule.host_aggregates !== undefined) &&
      rules.some(rule => rule.exclude?.some(item => item.host_aggregates !== undefined))
    ),
  "host_aggregates can't be included and excluded together",
);
const storageRules = list(
  exactly({
    availability_zones: zones.optional(),
    volume_types: volumeTypes.optional(),
    exclude: list(storageExclusion).optional(),
  }),
);
const bareMetalRules = list(exactly({ exclude: list(bareMetalExclusion).optional() }));

const MODELS = ['compute', 'storage', 'baremetal'] as const;

/** One object for each model, or several models in one object; each model once. */
export const scopeSchema = list(
  exactly({
    compute: computeRules.optional(),
    storage: storageRules.optional(),
    baremetal: bareMetalRules.optional(),
  }),
).superRefine((given, context) => {
  for (const model of MODELS) {
    if (given.filter(part => part[model] !== undefined).length > 1) {
      context.addIssue({ code: 'custom', message: `it has the model ${model} more than once` });
    }
  }
});

export type WireScope = z.output<typeof scopeSchema>;
export type WireComputeRules = z.output<typeof computeRules>;
export type WireStorageRules = z.output<typeof storageRules>;
export type WireBareMetalRules = z.output<typeof bareMetalRules>;

function list<Item extends z.ZodType>(item: Item) {
  return z.array(item, 'it must be a list');
}

function object<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  return z.strictObject(shape, {
    error: issue => (issue.code === 'invalid_type' ? 'it must be an object' : undefined),
  });
}

/** An object with at least one of these keys and no other. */
function exactly<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  const keys = Object.keys(shape).join(', ');
  return object(shape).refine(given => Object.keys(given).length > 0, `it must have one of the keys ${keys}`);
}

function isNoMix(choices: readonly unknown[]): boolean {
  return !choices.includes('*') || choices.length === 1;
}

function mix(resource: string): string {
  return `You shouldn't use any other IDs of ${resource} if you use wildcard character.`;
}
