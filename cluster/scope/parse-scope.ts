import type { z } from 'zod';
import type { BareMetalScope, Choice, ComputeScope, Scope, StorageScope } from './scope.ts';
import { scopeSchema } from './wire.ts';
import type { WireBareMetalRules, WireComputeRules, WireScope, WireStorageRules } from './wire.ts';

/** The scope is not one: the message is a sentence that names the place and what is wrong there. */
export class ScopeError extends Error {
  override readonly name = 'ScopeError';
  readonly code = 'invalid_scope';
}

/** Reads a scope as it comes from the wire or the database. Throws `ScopeError`. */
export function parseScope(given: unknown): Scope {
  const wire = normalScope(given);
  const [compute, storage, bareMetal] = [
    wire.find(part => part.compute !== undefined)?.compute,
    wire.find(part => part.storage !== undefined)?.storage,
    wire.find(part => part.baremetal !== undefined)?.baremetal,
  ];
  return {
    compute: compute === undefined ? undefined : computeScope(compute),
    storage: storage === undefined ? undefined : storageScope(storage),
    bareMetal: bareMetal === undefined ? undefined : bareMetalScope(bareMetal),
  };
}

/** What is wrong with the scope, in one sentence; undefined when nothing is. */
export function scopeProblem(given: unknown): string | undefined {
  const parsed = scopeSchema.safeParse(wrapped(given));
  return parsed.success ? undefined : sentence(parsed.error);
}

/** The form in which a scope is kept: a bare list of rules becomes the compute model's. Throws `ScopeError`. */
export function normalScope(given: unknown): WireScope {
  const parsed = scopeSchema.safeParse(wrapped(given));
  if (!parsed.success) throw new ScopeError(sentence(parsed.error));
  return parsed.data;
}

const RULES = ['host_aggregates', 'availability_zones', 'exclude'];

/** As Watcher does, rules without a model are those of compute; the first element tells. */
function wrapped(given: unknown): unknown {
  if (!Array.isArray(given)) return given;
  const [first]: readonly unknown[] = given;
  const isRule = typeof first === 'object' && first !== null && RULES.some(key => Object.hasOwn(first, key));
  return isRule ? [{ compute: given as unknown }] : given;
}

function sentence(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'The scope is wrong.';
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map(key => `"${key.slice(0, 64)}"`).join(', ');
    return `The scope has the unknown key ${keys}${placeOf(issue.path)}.`;
  }
  const isSentence = /^[A-Z]/.test(issue.message);
  const isClause = issue.message.startsWith('it ');
  if (isSentence || !isClause) return issue.message;
  return `The scope is wrong${placeOf(issue.path)}: ${issue.message}.`;
}

/** `[0].compute[1].exclude`; empty for the scope itself. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 64)}`))
    .join('');
  return place === '' ? '' : ` at ${place}`;
}

function computeScope(rules: WireComputeRules): ComputeScope {
  const aggregates = rules.flatMap(rule => rule.host_aggregates ?? []);
  const zones = rules.flatMap(rule => rule.availability_zones ?? []);
  const restricts = rules.some(
    rule => rule.host_aggregates !== undefined || rule.availability_zones !== undefined,
  );
  const excluded = rules.flatMap(rule => rule.exclude ?? []);
  return {
    include: restricts ? { aggregates: choiceOf(aggregates), zones: choiceOf(zones) } : undefined,
    excludedHostNames: new Set(excluded.flatMap(item => item.compute_nodes ?? []).map(({ name }) => name)),
    excludedAggregates: choiceOf(excluded.flatMap(item => item.host_aggregates ?? [])),
    excludedInstanceIds: idsOf(excluded.flatMap(item => item.instances ?? [])),
    excludedProjectIds: idsOf(excluded.flatMap(item => item.projects ?? [])),
    excludedMetadata: excluded.flatMap(item => item.instance_metadata ?? []).map(textsOf),
  };
}

function storageScope(rules: WireStorageRules): StorageScope {
  const zones = rules.flatMap(rule => rule.availability_zones ?? []);
  const volumeTypes = rules.flatMap(rule => rule.volume_types ?? []);
  const restricts = rules.some(
    rule => rule.availability_zones !== undefined || rule.volume_types !== undefined,
  );
  const excluded = rules.flatMap(rule => rule.exclude ?? []);
  return {
    include: restricts ? { zones: choiceOf(zones), volumeTypes: choiceOf(volumeTypes) } : undefined,
    excludedPoolNames: new Set(excluded.flatMap(item => item.storage_pools ?? []).map(({ name }) => name)),
    excludedVolumeIds: idsOf(excluded.flatMap(item => item.volumes ?? [])),
    excludedProjectIds: idsOf(excluded.flatMap(item => item.projects ?? [])),
  };
}

function bareMetalScope(rules: WireBareMetalRules): BareMetalScope {
  const excluded = rules.flatMap(rule => rule.exclude ?? []);
  return { excludedNodeIds: idsOf(excluded.flatMap(item => item.ironic_nodes ?? [])) };
}

function choiceOf(
  items: readonly { readonly id?: number | '*' | undefined; readonly name?: string | undefined }[],
): Choice {
  return {
    all: items.some(({ id, name }) => id === '*' || name === '*'),
    ids: new Set(items.map(({ id }) => id).filter(id => typeof id === 'number')),
    names: new Set(items.flatMap(({ name }) => (name === undefined || name === '*' ? [] : [name]))),
  };
}

/** UUIDs in any case and with or without hyphens are the same. */
function idsOf(items: readonly { readonly uuid: string }[]): ReadonlySet<string> {
  return new Set(items.map(({ uuid }) => plainId(uuid)));
}

/** An id as scopes compare it: projects' have no hyphens in OpenStack, and people paste both. */
export function plainId(id: string): string {
  return id.toLowerCase().replaceAll('-', '');
}

function textsOf(
  pairs: Readonly<Record<string, string | number | boolean>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key, String(value)]));
}
