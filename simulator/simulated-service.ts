import { readSettings } from '../plugin/config.ts';
import { readCloudConfig } from '../plugin/openstack/cloud-config.ts';
import type { Service } from '../plugin/service.ts';
import { startService } from '../plugin/service.ts';
import { startSimulator } from './http/simulator.ts';
import { ScaledClock } from './scaled-clock.ts';
import { buildWorld, callFaultsOf, nextStart } from './scenario/build-world.ts';
import { readScenario, ScenarioError } from './scenario/read-scenario.ts';

const DEFAULT_SCENARIO = 'morning-rush';

/**
 * The service on a simulated cloud, as `npm start -- --simulate` runs it: with a database in memory unless told otherwise.
 * Throws `ScenarioError`, `ConfigError`, and what the service throws; nothing is left running then.
 */
export async function startSimulated(options: {
  readonly scenario?: string | undefined;
  readonly speed?: string | undefined;
}): Promise<Service> {
  const settings = readSettings(undefined, undefined, { databaseUrl: 'sqlite://' });
  const file = readScenario(options.scenario ?? DEFAULT_SCENARIO, process.cwd());
  // Later than now, so that no client takes the tokens for expired.
  const startAt = nextStart(file.scenario.startsAt, Date.now() / 1000);
  const clock = new ScaledClock(startAt * 1000, readSpeed(options.speed ?? '1'));
  const simulator = await startSimulator({
    world: buildWorld(file, startAt),
    now: () => clock.now(),
    callFaults: callFaultsOf(file.scenario),
  });
  try {
    const cloud = readCloudConfig({ env: simulator.environment, homeDir: '/', cwd: '/' });
    const service = await startService({ settings, cloud: { ...cloud, name: 'simulator' } }, { clock });
    if (service.url !== undefined) simulator.register('infra-optim', service.url);
    const login = Object.entries(simulator.environment).map(([name, value]) => `export ${name}=${value}`);
    process.stdout.write(`# ${file.scenario.name}: ${file.scenario.description}\n${login.join('\n')}\n`);
    return {
      url: service.url,
      async stop() {
        await service.stop();
        await simulator.close();
      },
    };
  } catch (error) {
    await simulator.close();
    throw error;
  }
}

/** How many times faster than the wall clock. Throws `ScenarioError`. */
export function readSpeed(text: string): number {
  const speed = Number(text);
  if (speed > 0 && speed <= 3600) return speed;
  throw new ScenarioError(`The speed ${text} is not a number above 0 and up to 3600.`);
}
