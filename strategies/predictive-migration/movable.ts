import type { MigrationCost } from '../../candidates/migration-cost.ts';
import { migrationCost } from '../../candidates/migration-cost.ts';
import type { Overload } from '../../candidates/overload.ts';
import type { Instance } from '../../cluster/instance.ts';
import type { LoadTerms } from '../../cluster/load-profile.ts';
import type { WhatIf } from '../../cluster/what-if.ts';
import type { RejectedMove } from '../strategy.ts';
import type { Settings } from './settings.ts';

const MIB = 1024 * 1024;

/** An instance that may leave its host, and what that costs. */
export interface Movable {
  readonly instance: Instance;
  readonly cost: MigrationCost;
  /** By index of the metric. */
  readonly terms: readonly (LoadTerms | undefined)[];
}

/** Splits the instances of a host into those that may be moved and those that may not, with the reason. */
export function movableInstances(
  whatIf: WhatIf,
  overload: Overload,
  hostId: string,
  settings: Settings,
): { readonly movable: readonly Movable[]; readonly rejected: readonly RejectedMove[] } {
  const movable: Movable[] = [];
  const rejected: RejectedMove[] = [];
  for (const instance of whatIf.cluster.instancesOn(hostId)) {
    if (whatIf.hostOf(instance.id) !== hostId) continue;
    const reject = (reason: string, obstacles: RejectedMove['obstacles'] = []): void => {
      rejected.push({ instanceId: instance.id, targetHostId: undefined, obstacles, reason });
    };
    const obstacles = whatIf.immovable(instance.id);
    const terms = whatIf.loads.metrics.map((_, metric) => whatIf.terms(instance.id, metric));
    const unknown = whatIf.loads.metrics.find(
      (_, metric) => terms[metric] === undefined && overload.isJudged(whatIf.indexOf(hostId), metric),
    );
    const cost = costOf(instance, terms, whatIf, settings);
    if (obstacles.length > 0) reject('it cannot be live-migrated', obstacles);
    else if (unknown !== undefined) reject(`its ${unknown} load is not known`);
    else movable.push({ instance, cost, terms });
  }
  return { movable, rejected };
}

function costOf(
  instance: Instance,
  terms: readonly (LoadTerms | undefined)[],
  whatIf: WhatIf,
  { parameters }: Settings,
): MigrationCost {
  const { metrics } = whatIf.loads;
  const link = whatIf.cluster.hostById.get(instance.hostId ?? '')?.links?.networkBytesPerSecond;
  const busyCpus = terms[metrics.indexOf('cpu')]?.mean[0] ?? instance.flavor.vcpus;
  return migrationCost({
    memoryMiB: terms[metrics.indexOf('memory')]?.mean[0] ?? instance.flavor.memoryMiB,
    dirtyMiBPerSecond: busyCpus * parameters.dirty_rate,
    bandwidthMiBPerSecond: link === undefined ? parameters.migration_bandwidth : link / MIB,
  });
}
