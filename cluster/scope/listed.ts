const MOST = 5;

/** "a, b and c": the first five in order, and how many more there are. */
export function listed(names: readonly string[], between = ', '): string {
  const shown = names.toSorted().slice(0, MOST).join(between);
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown;
}

/** A sentence when the scope names any; no sentence when it does not. */
export function missing(kind: string, names: Iterable<string> = []): string[] {
  const all = [...names];
  if (all.length === 0) return [];
  return [`The scope names what the cloud does not have: the ${kind} ${listed(all)}.`];
}
