/** For each state, the states that may follow it. */
export type TransitionTable<State extends string> = Readonly<Record<State, readonly State[]>>;

export function isTransitionAllowed<State extends string>(
  table: TransitionTable<State>,
  from: State,
  to: State,
): boolean {
  return table[from].includes(to);
}

/** The states from which `to` can follow. */
export function statesBefore<State extends string>(
  table: TransitionTable<State>,
  to: State,
): readonly State[] {
  return (Object.keys(table) as State[]).filter(from => table[from].includes(to));
}
