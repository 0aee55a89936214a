import type { Goal } from './goal.ts';

/** The same work on fewer hosts. */
export const serverConsolidation: Goal = {
  name: 'server_consolidation',
  displayName: 'Server Consolidation',
  indicators: [
    { name: 'compute_nodes_count', description: 'The total number of enabled compute nodes.', unit: null },
    {
      name: 'released_compute_nodes_count',
      description: 'The number of compute nodes to be released.',
      unit: null,
    },
    {
      name: 'instance_migrations_count',
      description: 'The number of VM migrations to be performed.',
      unit: null,
    },
  ],
  globalEfficacy(indicators) {
    const all = indicators['compute_nodes_count'] ?? 0;
    const released = indicators['released_compute_nodes_count'] ?? 0;
    return [
      {
        name: 'released_nodes_ratio',
        description: 'Ratio of released compute nodes divided by the total number of enabled compute nodes.',
        unit: '%',
        value: all > 0 ? (100 * released) / all : 0,
      },
    ];
  },
};
