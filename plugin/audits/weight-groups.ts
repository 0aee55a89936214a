import type { ProposedAction } from '../../strategies/strategy.ts';

/** Kinds of action, first those that come first, and how many of a kind run side by side: Watcher's defaults. */
const KINDS: readonly { readonly type: string; readonly atOnce: number }[] = [
  { type: 'nop', atOnce: 1 },
  { type: 'volume_migrate', atOnce: 2 },
  { type: 'change_nova_service_state', atOnce: 1 },
  { type: 'sleep', atOnce: 1 },
  { type: 'stop', atOnce: 2 },
  { type: 'migrate', atOnce: 2 },
  { type: 'resize', atOnce: 2 },
  { type: 'turn_host_to_acpi_s3_state', atOnce: 2 },
  { type: 'change_node_power_state', atOnce: 2 },
];

/**
 * Groups of actions of one kind that run one group after the other, as Watcher's weight planner has them. Kinds that have no weight, on which
 * Watcher fails, come last, one action at a time.
 */
export function weightGroups(actions: readonly ProposedAction[]): readonly (readonly ProposedAction[])[] {
  const byType = Map.groupBy(actions, action => action.type);
  const known = KINDS.flatMap(({ type, atOnce }) => chunks(byType.get(type) ?? [], atOnce));
  const others = actions.filter(({ type }) => KINDS.every(kind => kind.type !== type));
  return [...known, ...chunks(others, 1)];
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, n) => items.slice(n * size, (n + 1) * size));
}
