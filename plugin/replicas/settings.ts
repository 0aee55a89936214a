import { z } from 'zod';

/** What a replica of the service may be there for. */
export const ROLES = ['api', 'decision-engine', 'applier'] as const;

export type Role = (typeof ROLES)[number];

/** Settings at the top level: which part of the work a replica does, and how replicas know that another is gone. */
export const replicaSettings = {
  /** A replica starts only what these need; together the replicas should have all. */
  roles: z
    .preprocess(
      // As a variable: with commas between.
      given => (typeof given === 'string' ? given.split(',').map(role => role.trim()) : given),
      z.array(z.enum(ROLES)).min(1),
    )
    .default([...ROLES]),
  /** Between two signs of life of a replica. */
  heartbeatSeconds: z.number().positive().default(10),
  /** A replica that has not been heard of for so long is down: its service is FAILED, others take over its audits. */
  serviceDownSeconds: z.number().positive().default(90),
} as const;
