import { z } from 'zod';

/** What a replica of the service may be there for. */
export const ROLES = ['api', 'decision-engine', 'applier'] as const;

export type Role = (typeof ROLES)[number];

/** Settings at the top level: which part of the work a replica does, and how replicas know that another is gone. */
export const replicaSettings = {
  roles: z
    .preprocess(
      // As a variable: with commas between.
      given => (typeof given === 'string' ? given.split(',').map(role => role.trim()) : given),
      z.array(z.enum(ROLES)).min(1),
    )
    .default([...ROLES])
    .describe('A replica starts only what these need; together the replicas should have all.'),
  heartbeatSeconds: z.number().positive().default(10).describe('Between two signs of life of a replica.'),
  serviceDownSeconds: z
    .number()
    .positive()
    .default(90)
    .describe(
      'A replica that has not been heard of for so long is down: its service is FAILED, others take over its audits.',
    ),
} as const;
