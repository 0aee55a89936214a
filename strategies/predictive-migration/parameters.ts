import { z } from 'zod';

const percent = z.number().gt(0).max(100);

/** Parameters on the wire, with their defaults. */
export const parameters = z.strictObject({
  horizon: z
    .number()
    .min(300)
    .max(86_400)
    .default(7200)
    .meta({ description: 'How far to look ahead, in seconds.' }),
  granularity: z
    .number()
    .min(60)
    .max(3600)
    .default(300)
    .meta({ description: 'Length of a forecast step and of a sample, in seconds.' }),
  period: z
    .number()
    .min(3600)
    .max(60 * 86_400)
    .default(14 * 86_400)
    .meta({ description: 'How much history to learn from, in seconds.' }),
  thresholds: z
    .strictObject({
      host_cpu_usage: percent.default(80),
      host_ram_usage: percent.default(90),
      host_disk_io: percent.optional().meta({ description: "Needs the host's disk bandwidth." }),
      host_network_io: percent.optional().meta({ description: "Needs the host's link bandwidth." }),
      instance_cpu_usage: percent.default(90).meta({ description: "For the instance's own pressure score." }),
    })
    .prefault({})
    .meta({ description: 'Percent of capacity above which a host, or an instance, is overloaded.' }),
  pressure_threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .meta({ description: 'Probability of overload within the horizon from which on a host is relieved.' }),
  quantile: z
    .number()
    .min(0.5)
    .max(0.999)
    .default(0.95)
    .meta({ description: 'Upper quantile of the load below which a target must stay at every step.' }),
  benefit_quantile: z.number().min(0.001).max(0.5).default(0.25).meta({
    description: 'Lower quantile of the benefit that must exceed the cost and the minimum benefit.',
  }),
  minimum_benefit: z
    .number()
    .min(0)
    .default(5)
    .meta({ description: 'Minutes of overload that relieving a host must save beyond its cost.' }),
  maximum_migrations: z.int().min(0).default(10).meta({ description: 'Most migrations in one plan.' }),
  migration_bandwidth: z.number().gt(0).default(119).meta({
    description:
      'MiB/s that a live migration gets of the link, where the host does not tell (119 = 1 Gbit/s).',
  }),
  dirty_rate: z
    .number()
    .min(0)
    .default(30)
    .meta({ description: 'MiB/s of memory that an instance is taken to change per busy vCPU.' }),
});

export type Parameters = z.output<typeof parameters>;
