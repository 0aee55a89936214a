import { z } from 'zod';

import { listAll } from './paging.ts';
import type { Session } from './session.ts';

export interface NeutronPort {
  readonly id: string;
  /** The server, router … that it belongs to. */
  readonly deviceId: string;
  /** `compute:ZONE` for servers. */
  readonly deviceOwner: string;
  readonly networkId: string;
  /** `normal`, `direct` … */
  readonly vnicType: string;
}

const PAGE_SIZE = 1000;

/** The ports of all servers of all projects. */
export async function listServerPorts(session: Session, signal: AbortSignal): Promise<NeutronPort[]> {
  const ports = await listAll(session, {
    service: 'network',
    path: '/v2.0/ports',
    query: {
      fields: ['id', 'device_id', 'device_owner', 'network_id', 'binding:vnic_type'],
      limit: PAGE_SIZE,
    },
    collection: 'ports',
    item: PORT,
    signal,
  });
  return ports.filter(port => port.deviceOwner.startsWith('compute:'));
}

export function createNeutron(session: Session) {
  return { listServerPorts: (signal: AbortSignal) => listServerPorts(session, signal) };
}

export type Neutron = ReturnType<typeof createNeutron>;

const PORT = z
  .object({
    id: z.string(),
    device_id: z.string(),
    device_owner: z.string(),
    network_id: z.string(),
    'binding:vnic_type': z.string().default('normal'),
  })
  .transform((wire): NeutronPort => ({
    id: wire.id,
    deviceId: wire.device_id,
    deviceOwner: wire.device_owner,
    networkId: wire.network_id,
    vnicType: wire['binding:vnic_type'],
  }));
