import type { UsageResource } from '../datasource.ts';
import type { Recipe } from './recipes.ts';

type Labelled = Recipe['labelled'];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** A matcher of PromQL for the label's values that belong to these resources. */
export function filterFor(label: string, labelled: Labelled, resources: readonly UsageResource[]): string {
  const names = resources.flatMap(resource => nameOf(labelled, resource) ?? []).map(escapeRegex);
  const all = names.join('|');
  // Names alone without brackets: Prometheus then looks them up instead of matching every value of the label.
  const isPlain = labelled === 'instance' || names.length === 1;
  return `${label}=~"${escapeText(AROUND[labelled](isPlain ? all : `(${all})`))}"`;
}

/** A host may be labelled with its full name or with a port; a disk is `UUID-vda`, a port `instance-0000002a-UUID-tap…`. */
const AROUND: Readonly<Record<Labelled, (name: string) => string>> = {
  host: name => `${name}(\\.[^:]*)?(:[0-9]+)?`,
  instance: name => name,
  disk: name => `${name}-.+`,
  port: name => `(.+-)?${name}-.+`,
};

/** The same by the first digit of the instances' ids: `[0-7]`. */
export function filterForDigits(label: string, labelled: Labelled, digits: string): string {
  const begin = `[${digits}]`;
  const pattern = labelled === 'port' ? `(.+-)?${begin}[0-9a-f]{7}-[0-9a-f]{4}-.+` : `${begin}.*`;
  return `${label}=~"${escapeText(pattern)}"`;
}

/**
 * Finds the resource that a value of the label belongs to. A host is known by its name as it is in the label, else by the
 * part before the first dot, as Watcher does; undefined where two labels would fit one host that way.
 */
export function resourceMatcher(
  labelled: Labelled,
  resources: readonly UsageResource[],
  values: Iterable<string>,
): (value: string) => UsageResource | undefined {
  const byName = new Map(resources.map(resource => [nameOf(labelled, resource), resource]));
  if (labelled === 'instance') return value => byName.get(value);
  if (labelled !== 'host') return value => byName.get(UUID.exec(value)?.[0]);
  const full = new Set([...values].map(withoutPort));
  const ofShort = Map.groupBy(full, shortOf);
  return value => {
    const name = withoutPort(value);
    const exact = byName.get(name);
    if (exact !== undefined) return exact;
    const short = shortOf(name);
    return full.has(short) || ofShort.get(short)?.length !== 1 ? undefined : byName.get(short);
  };
}

function nameOf(labelled: Labelled, resource: UsageResource): string | undefined {
  return labelled === 'host' ? resource.hostName : resource.id;
}

function withoutPort(name: string): string {
  return name.replace(/:\d+$/, '');
}

function shortOf(name: string): string {
  return name.split('.', 1)[0]!;
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** Within double quotes of PromQL. */
function escapeText(text: string): string {
  return text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
}
