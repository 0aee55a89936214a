import { z } from 'zod';

const UUID = /^[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}$/;

/** Hosts by the name of their nova-compute service. */
export const migrateParameters = z.strictObject({
  migration_type: z.enum(['live', 'cold']),
  resource_id: z.string().regex(UUID, 'is not a UUID'),
  source_node: z.string().min(1),
  /** Without it, Nova's scheduler chooses. */
  destination_node: z.string().min(1).nullish(),
  resource_name: z.string().min(1).optional(),
});

export type MigrateParameters = z.infer<typeof migrateParameters>;
