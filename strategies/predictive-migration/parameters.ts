import { z } from 'zod';
import { granularityParameter } from '../granularity.ts';

const percent = z.number().gt(0).max(100);
const bandwidth = z.number().gt(0).optional();

/** Parameters on the wire, with their defaults. */
export const parameters = z
  .strictObject({
    horizon: z
      .int()
      .min(300)
      .max(86_400)
      .default(7200)
      .meta({ description: 'How far to look ahead, in seconds.' }),
    granularity: granularityParameter.meta({
      description: 'Length of a forecast step and of a sample, in seconds.',
    }),
    period: z
      .int()
      .min(3600)
      .max(60 * 86_400)
      .default(14 * 86_400)
      .meta({ description: 'How much history to learn from, in seconds.' }),
    thresholds: z
      .strictObject({
        host_cpu_usage: percent.default(80),
        host_ram_usage: percent.default(90),
        host_disk_io: percent.optional().meta({ description: 'Needs host_disk_bandwidth.' }),
        host_network_io: percent.optional().meta({ description: 'Needs host_network_bandwidth.' }),
        instance_cpu_usage: percent
          .default(90)
          .meta({ description: "For the instance's own pressure score." }),
      })
      .prefault({})
      .meta({ description: 'Percent of capacity above which a host, or an instance, is overloaded.' }),
    host_disk_bandwidth: bandwidth.meta({
      description: "MiB/s of a host's disks, reads and writes together.",
    }),
    host_network_bandwidth: bandwidth.meta({
      description: "MiB/s of a host's links, both directions together.",
    }),
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
  })
  .refine(given => given.thresholds.host_disk_io === undefined || given.host_disk_bandwidth !== undefined, {
    error: 'a threshold for host_disk_io needs host_disk_bandwidth',
    path: ['host_disk_bandwidth'],
  })
  .refine(
    given => given.thresholds.host_network_io === undefined || given.host_network_bandwidth !== undefined,
    {
      error: 'a threshold for host_network_io needs host_network_bandwidth',
      path: ['host_network_bandwidth'],
    },
  );

export type Parameters = z.output<typeof parameters>;
