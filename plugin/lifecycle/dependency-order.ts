export interface DependencyOrder<T> {
  /** Each after all that it depends on; otherwise in the given order. */
  readonly ordered: readonly T[];
  /** Those that depend on something unknown, on themselves, or on one of these. */
  readonly stuck: readonly T[];
}

/** O(n × depth of the dependencies that point backwards). */
export function dependencyOrder<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  dependenciesOf: (item: T) => readonly string[],
): DependencyOrder<T> {
  const ordered: T[] = [];
  const placed = new Set<string>();
  let waiting = items;
  let before: number;
  do {
    before = waiting.length;
    waiting = waiting.filter(item => {
      if (!dependenciesOf(item).every(id => placed.has(id))) return true;
      placed.add(idOf(item));
      ordered.push(item);
      return false;
    });
  } while (waiting.length > 0 && waiting.length < before);
  return { ordered, stuck: waiting };
}
