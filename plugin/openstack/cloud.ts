import { createCinder } from './cinder.ts';
import type { Cinder } from './cinder.ts';
import type { CloudConfig } from './cloud-config.ts';
import { InventoryCache } from './collect/inventory-cache.ts';
import { createGlance } from './glance.ts';
import type { Glance } from './glance.ts';
import { createKeystone } from './keystone.ts';
import type { Keystone } from './keystone.ts';
import { createNeutron } from './neutron.ts';
import type { Neutron } from './neutron.ts';
import { createNova } from './nova.ts';
import type { Nova } from './nova.ts';
import { createPlacement } from './placement.ts';
import type { Placement } from './placement.ts';
import { Session } from './session.ts';
import type { SessionOptions } from './session.ts';

/** One OpenStack cloud, with a client for each of its services. */
export interface Cloud {
  readonly session: Session;
  readonly keystone: Keystone;
  readonly nova: Nova;
  readonly placement: Placement;
  readonly neutron: Neutron;
  readonly cinder: Cinder;
  readonly glance: Glance;
  /** What collecting the cluster has learnt of the hosts, for the next time. */
  readonly inventoryCache: InventoryCache;
  /** Closes the kept connections. */
  close(): void;
}

/** Opens nothing yet: the first call logs in. */
export function openCloud(config: CloudConfig, options: SessionOptions = {}): Cloud {
  const session = new Session(config, options);
  return {
    session,
    keystone: createKeystone(session),
    nova: createNova(session),
    placement: createPlacement(session),
    neutron: createNeutron(session),
    cinder: createCinder(session),
    glance: createGlance(session),
    inventoryCache: new InventoryCache(),
    close: () => session.close(),
  };
}
