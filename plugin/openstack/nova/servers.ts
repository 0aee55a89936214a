import { z } from 'zod';

import { OpenStackError } from '../errors.ts';
import { chooseMicroversion } from '../microversion.ts';
import { listAll } from '../paging.ts';
import { issueOf } from '../reply-body.ts';
import type { Session } from '../session.ts';

/** A server as Nova shows it; what the microversion does not tell is undefined. */
export interface Server {
  readonly id: string;
  readonly name: string;
  /** `ACTIVE`, `VERIFY_RESIZE`, `ERROR` … */
  readonly status: string;
  readonly vmState: string;
  readonly taskState: string | undefined;
  readonly powerState: number | undefined;
  readonly projectId: string;
  readonly createdAt: string;
  readonly hostName: string | undefined;
  readonly hypervisorHostname: string | undefined;
  readonly zone: string | undefined;
  /** ≥ 2.96; null: not pinned. */
  readonly pinnedZone: string | null | undefined;
  readonly locked: boolean;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly flavor: ServerFlavor;
  /** Undefined: booted from a volume. */
  readonly imageId: string | undefined;
  /** ≥ 2.98; undefined also when booted from a volume. */
  readonly imageProperties: Readonly<Record<string, string>> | undefined;
  readonly volumeIds: readonly string[];
  readonly rootDeviceName: string | undefined;
  readonly fault: string | undefined;
}

export interface ServerFlavor {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly rootDiskGiB: number;
  readonly ephemeralDiskGiB: number;
  readonly swapMiB: number;
  /** Undefined when the policy hides them. */
  readonly extraSpecs: Readonly<Record<string, string>> | undefined;
}

export interface ServerList {
  readonly servers: readonly Server[];
  /** Of a cell that does not answer: only their ids are known. */
  readonly unknown: readonly { readonly id: string; readonly projectId: string }[];
  /** Entries that could not be understood. */
  readonly malformed: readonly {
    readonly id: string;
    readonly hostName: string | undefined;
    readonly problem: string;
  }[];
  /** The microversion that was spoken. */
  readonly microversion: string;
}

export const SERVER_MICROVERSIONS = {
  needed: '2.47',
  best: '2.98',
  purpose: 'showing servers with their flavors',
} as const;

/**
 * The servers of all projects, or of one host. Without `host` nothing but `all_tenants` is asked for: with a filter, a
 * limit or an order Nova leaves out the servers of a cell that is down, without a word.
 */
export async function listServers(
  session: Session,
  options: { readonly host?: string },
  signal: AbortSignal,
): Promise<ServerList> {
  const microversion = await chooseMicroversion(session, 'compute', SERVER_MICROVERSIONS, signal);
  const items = await listAll(session, {
    service: 'compute',
    path: '/servers/detail',
    query: { all_tenants: 'True', ...(options.host === undefined ? {} : { host: options.host }) },
    microversion,
    collection: 'servers',
    item: ENTRY,
    signal,
  });
  return {
    servers: items.flatMap(entry => (entry.kind === 'server' ? [entry.server] : [])),
    unknown: items.filter(entry => entry.kind === 'unknown'),
    malformed: items.filter(entry => entry.kind === 'malformed'),
    microversion,
  };
}

/** Undefined when there is no such server. */
export async function getServer(
  session: Session,
  serverId: string,
  signal: AbortSignal,
): Promise<Server | undefined> {
  const microversion = await chooseMicroversion(session, 'compute', SERVER_MICROVERSIONS, signal);
  try {
    const { body } = await session.request({
      service: 'compute',
      method: 'GET',
      path: `/servers/${encodeURIComponent(serverId)}`,
      microversion,
      schema: z.object({ server: SERVER }),
      signal,
    });
    return body.server;
  } catch (error) {
    if (error instanceof OpenStackError && error.status === 404) return undefined;
    throw error;
  }
}

const TEXTS = z.record(z.string(), z.coerce.string());

const SERVER = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    tenant_id: z.string(),
    created: z.string(),
    'OS-EXT-STS:vm_state': z.string(),
    'OS-EXT-STS:task_state': z.string().nullish(),
    'OS-EXT-STS:power_state': z.number().nullish(),
    'OS-EXT-SRV-ATTR:host': z.string().nullish(),
    'OS-EXT-SRV-ATTR:hypervisor_hostname': z.string().nullish(),
    'OS-EXT-SRV-ATTR:root_device_name': z.string().nullish(),
    'OS-EXT-AZ:availability_zone': z.string().nullish(),
    pinned_availability_zone: z.string().nullish(),
    locked: z.boolean().default(false),
    tags: z.array(z.string()).default([]),
    metadata: TEXTS.default({}),
    flavor: z.object({
      original_name: z.string(),
      vcpus: z.number(),
      ram: z.number(),
      disk: z.number(),
      ephemeral: z.number(),
      swap: z.number(),
      extra_specs: TEXTS.optional(),
    }),
    image: z.union([z.literal(''), z.object({ id: z.string(), properties: TEXTS.optional() })]).nullish(),
    'os-extended-volumes:volumes_attached': z.array(z.object({ id: z.string() })).default([]),
    fault: z.object({ message: z.string() }).optional(),
  })
  .transform((wire): Server => {
    const { flavor } = wire;
    const image = wire.image === '' || !wire.image ? undefined : wire.image;
    return {
      id: wire.id,
      name: wire.name,
      status: wire.status,
      vmState: wire['OS-EXT-STS:vm_state'],
      taskState: wire['OS-EXT-STS:task_state'] ?? undefined,
      powerState: wire['OS-EXT-STS:power_state'] ?? undefined,
      projectId: wire.tenant_id,
      createdAt: wire.created,
      hostName: wire['OS-EXT-SRV-ATTR:host'] ?? undefined,
      hypervisorHostname: wire['OS-EXT-SRV-ATTR:hypervisor_hostname'] ?? undefined,
      zone: wire['OS-EXT-AZ:availability_zone'] || undefined,
      pinnedZone: wire.pinned_availability_zone,
      locked: wire.locked,
      tags: wire.tags,
      metadata: wire.metadata,
      flavor: {
        name: flavor.original_name,
        vcpus: flavor.vcpus,
        memoryMiB: flavor.ram,
        rootDiskGiB: flavor.disk,
        ephemeralDiskGiB: flavor.ephemeral,
        swapMiB: flavor.swap,
        extraSpecs: flavor.extra_specs,
      },
      imageId: image?.id,
      imageProperties: image?.properties,
      volumeIds: wire['os-extended-volumes:volumes_attached'].map(volume => volume.id),
      rootDeviceName: wire['OS-EXT-SRV-ATTR:root_device_name'] ?? undefined,
      fault: wire.fault?.message,
    };
  });

const PARTIAL = z.object({ id: z.string(), status: z.literal('UNKNOWN'), tenant_id: z.string().default('') });

const TRACE_OF_SERVER = z
  .object({
    id: z.string().catch('?'),
    'OS-EXT-SRV-ATTR:host': z.string().optional().catch(undefined),
  })
  .catch({ id: '?' });

type Entry =
  | { readonly kind: 'server'; readonly server: Server }
  | ({ readonly kind: 'unknown' } & ServerList['unknown'][number])
  | ({ readonly kind: 'malformed' } & ServerList['malformed'][number]);

/** One odd server must not hide the others. */
const ENTRY = z.unknown().transform((wire): Entry => {
  const server = SERVER.safeParse(wire);
  if (server.success) return { kind: 'server', server: server.data };
  const partial = PARTIAL.safeParse(wire);
  if (partial.success) {
    return { kind: 'unknown', id: partial.data.id, projectId: partial.data.tenant_id };
  }
  const trace = TRACE_OF_SERVER.parse(wire);
  return {
    kind: 'malformed',
    id: trace.id,
    hostName: trace['OS-EXT-SRV-ATTR:host'],
    problem: issueOf(server.error),
  };
});
