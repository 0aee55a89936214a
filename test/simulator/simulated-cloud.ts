import type { Clock } from '../../plugin/actions/clock.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import { openCloud } from '../../plugin/openstack/cloud.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { startSimulator } from '../../simulator/http/simulator.ts';
import type { Simulator } from '../../simulator/http/simulator.ts';
import type { World } from '../../simulator/world/world.ts';

export interface SimulatedCloud {
  readonly cloud: Cloud;
  readonly simulator: Simulator;
  /** Sleeping is what lets the world's time pass. */
  readonly clock: Clock;
  end(): Promise<void>;
}

/** The world behind real HTTP, with our own clients before it; failed calls are sent once unless told otherwise. */
export async function simulatedCloud(world: World, attempts = 1): Promise<SimulatedCloud> {
  let nowMs = world.nowAt * 1000;
  const clock: Clock = {
    now: () => nowMs,
    sleep: milliseconds => {
      nowMs += milliseconds;
      return Promise.resolve();
    },
  };
  const simulator = await startSimulator({ world, now: () => nowMs });
  const config = readCloudConfig({ env: simulator.environment, homeDir: '/nowhere', cwd: '/nowhere' });
  const cloud = openCloud(config, { attempts });
  return {
    cloud,
    simulator,
    clock,
    async end() {
      cloud.close();
      await simulator.close();
    },
  };
}
