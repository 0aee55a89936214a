import type { Guest, GuestPlan, Host, HostPlan, WorldSettings } from './inventory.ts';
import { uuidOf } from './random.ts';

export function newHost(plan: HostPlan, { seed, startAt }: WorldSettings): Host {
  return {
    ...plan,
    id: uuidOf(`${seed}/host/${plan.name}`),
    serviceId: uuidOf(`${seed}/service/${plan.name}`),
    enabled: true,
    disabledReason: null,
    alive: true,
    aliveChangedAt: startAt,
    cellDown: false,
  };
}

/** A guest that has run on its host from `createdAt` on; `n` tells guests of one name apart. */
export function newGuest(
  plan: GuestPlan,
  {
    settings,
    createdAt,
    n,
  }: { readonly settings: WorldSettings; readonly createdAt: number; readonly n: number },
): Guest {
  const key = `${settings.seed}/guest/${plan.name}/${n}/${createdAt}`;
  return {
    ...plan,
    id: uuidOf(key),
    portId: uuidOf(`${key}/port`),
    volumeId: plan.volumeGiB === undefined ? undefined : uuidOf(`${key}/volume`),
    createdAt,
    vmState: 'active',
    taskState: null,
    fault: undefined,
    runs: [{ fromAt: createdAt, hostName: plan.hostName }],
    countersFromAt: createdAt,
    metricsLost: false,
  };
}
