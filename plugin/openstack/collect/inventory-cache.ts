import type { ProviderInventory } from '../placement.ts';

/** What Placement tells of a host one call at a time, and that seldom changes. */
export interface KnownProvider {
  readonly inventories: ReadonlyMap<string, ProviderInventory>;
  /** Undefined: never asked for, because the summary of all hosts tells them. */
  readonly traits: ReadonlySet<string> | undefined;
}

/** A change of total, reserve or ratio shows in the summary at once; this bounds how long any other goes unseen. */
const LIFE_MILLISECONDS = 60 * 60 * 1000;

/** Keeps what is known of resource providers for half an hour to an hour, different for each, so that they are not all asked at once. */
export class InventoryCache {
  readonly #entries = new Map<string, { readonly known: KnownProvider; readonly staleAt: number }>();

  get(providerId: string, now: number): KnownProvider | undefined {
    const entry = this.#entries.get(providerId);
    return entry !== undefined && now < entry.staleAt ? entry.known : undefined;
  }

  set(providerId: string, known: KnownProvider, now: number): void {
    this.#entries.set(providerId, { known, staleAt: now + LIFE_MILLISECONDS * (1 - spread(providerId) / 2) });
  }

  /** Forgets all but these. */
  keepOnly(providerIds: ReadonlySet<string>): void {
    for (const id of this.#entries.keys()) if (!providerIds.has(id)) this.#entries.delete(id);
  }
}

/** 0 to 1, from the random digits of a UUID. */
function spread(providerId: string): number {
  const digits = Number.parseInt(providerId.slice(0, 8), 16);
  return Number.isNaN(digits) ? 0 : digits / 0xffffffff;
}
