import { z } from 'zod';

import { OpenStackError } from './errors.ts';
import type { Session } from './session.ts';

/** A resource provider in the summary of all that have room. */
export interface ProviderSummary {
  readonly id: string;
  /** The compute node whose tree it is in; its own id when it is the compute node. */
  readonly rootId: string;
  /** By resource class; capacity = ⌊(total − reserved) × allocation ratio⌋. */
  readonly resources: ReadonlyMap<string, { readonly capacity: number; readonly used: number }>;
  readonly traits: readonly string[];
}

export interface ProviderInventory {
  readonly total: number;
  readonly reserved: number;
  readonly allocationRatio: number;
  readonly maxUnit: number;
}

/** Nested providers are in the summaries, with all their resource classes. */
export const SUMMARY_MICROVERSION = '1.29';
const PROVIDER_MICROVERSION = '1.6';

/**
 * Capacity, use and traits of every compute node that has one MiB of memory left, disabled ones included, in one call:
 * asked for any candidate, Placement adds a summary of all the providers it looked at.
 */
async function listSummaries(session: Session, signal: AbortSignal): Promise<ProviderSummary[]> {
  const { body } = await session.request({
    service: 'placement',
    method: 'GET',
    path: '/allocation_candidates',
    query: { resources: 'MEMORY_MB:1' },
    microversion: SUMMARY_MICROVERSION,
    purpose: 'the capacity of all hosts in one call',
    schema: SUMMARIES,
    signal,
  });
  return Object.entries(body.provider_summaries).map(([id, summary]) => ({
    id,
    rootId: summary.root_provider_uuid,
    resources: new Map(Object.entries(summary.resources)),
    traits: summary.traits,
  }));
}

/** By resource class; undefined when Placement does not know the provider. */
function getInventories(
  session: Session,
  providerId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ProviderInventory> | undefined> {
  return ofProvider(session, providerId, 'inventories', INVENTORIES, signal);
}

/** Amount by resource class; undefined when Placement does not know the provider. */
function getUsages(
  session: Session,
  providerId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | undefined> {
  return ofProvider(session, providerId, 'usages', USAGES, signal);
}

/** Undefined when Placement does not know the provider. */
function getTraits(
  session: Session,
  providerId: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  return ofProvider(session, providerId, 'traits', TRAITS, signal);
}

export function createPlacement(session: Session) {
  return {
    listSummaries: (signal: AbortSignal) => listSummaries(session, signal),
    getInventories: (providerId: string, signal: AbortSignal) => getInventories(session, providerId, signal),
    getUsages: (providerId: string, signal: AbortSignal) => getUsages(session, providerId, signal),
    getTraits: (providerId: string, signal: AbortSignal) => getTraits(session, providerId, signal),
  };
}

export type Placement = ReturnType<typeof createPlacement>;

async function ofProvider<T>(
  session: Session,
  providerId: string,
  what: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    const { body } = await session.request({
      service: 'placement',
      method: 'GET',
      path: `/resource_providers/${encodeURIComponent(providerId)}/${what}`,
      microversion: PROVIDER_MICROVERSION,
      purpose: `the ${what} of a host`,
      schema,
      signal,
    });
    return body;
  } catch (error) {
    if (error instanceof OpenStackError && error.status === 404) return undefined;
    throw error;
  }
}

const SUMMARIES = z.object({
  provider_summaries: z.record(
    z.string(),
    z.object({
      root_provider_uuid: z.string(),
      resources: z.record(z.string(), z.object({ capacity: z.number(), used: z.number() })),
      traits: z.array(z.string()),
    }),
  ),
});

const INVENTORIES = z
  .object({
    inventories: z.record(
      z.string(),
      z.object({
        total: z.number(),
        reserved: z.number(),
        allocation_ratio: z.number(),
        max_unit: z.number(),
      }),
    ),
  })
  .transform(
    (wire): ReadonlyMap<string, ProviderInventory> =>
      new Map(
        Object.entries(wire.inventories).map(([resourceClass, inventory]) => [
          resourceClass,
          {
            total: inventory.total,
            reserved: inventory.reserved,
            allocationRatio: inventory.allocation_ratio,
            maxUnit: inventory.max_unit,
          },
        ]),
      ),
  );

const USAGES = z
  .object({ usages: z.record(z.string(), z.number()) })
  .transform((wire): ReadonlyMap<string, number> => new Map(Object.entries(wire.usages)));

const TRAITS = z.object({ traits: z.array(z.string()) }).transform((wire): readonly string[] => wire.traits);
