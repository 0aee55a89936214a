import type { Goal } from './goal.ts';

/** Hosts do not become overloaded, because what would overload them has left in time. */
export const predictiveMigration: Goal = {
  name: 'predictive_migration',
  displayName: 'Predictive migration',
  indicators: [
    {
      name: 'forecast_overload_minutes_before',
      description: 'Expected minutes of host overload within the horizon if nothing is done, over all hosts.',
      unit: 'min',
    },
    {
      name: 'forecast_overload_minutes_after',
      description:
        'Expected minutes of host overload within the horizon if the plan is applied, over all hosts.',
      unit: 'min',
    },
    { name: 'instance_migrations_count', description: 'Number of instances to migrate.', unit: null },
    {
      name: 'relieved_hosts_count',
      description: 'Number of hosts that the plan relieves of overload.',
      unit: null,
    },
  ],
  globalEfficacy(indicators) {
    const before = indicators['forecast_overload_minutes_before'] ?? 0;
    const after = indicators['forecast_overload_minutes_after'] ?? 0;
    return [
      {
        name: 'overload_avoided_ratio',
        description: 'Share of the expected minutes of overload that the plan avoids.',
        unit: '%',
        value: before > 0 ? (100 * (before - after)) / before : 0,
      },
    ];
  },
};
