import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../plugin/config.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import { openCloud } from '../../plugin/openstack/cloud.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { startService } from '../../plugin/service.ts';
import { startSimulator } from '../http/simulator.ts';
import { ScaledClock } from '../scaled-clock.ts';
import { buildWorld, callFaultsOf, nextStart } from '../scenario/build-world.ts';
import type { ScenarioFile } from '../scenario/read-scenario.ts';
import type { World } from '../world/world.ts';
import type { OptimizerClient } from './optimizer-client.ts';
import { createOptimizerClient } from './optimizer-client.ts';

/** All that a demonstration needs, running. */
export interface DemoStage {
  readonly world: World;
  readonly clock: ScaledClock;
  /** The simulated cloud as any client sees it. */
  readonly cloud: Cloud;
  readonly optimizer: OptimizerClient;
  /** Epoch seconds. */
  readonly startAt: number;
  end(): Promise<void>;
}

/** Every demonstration happens at the same simulated time, so that it always goes the same way. */
const REFERENCE_AT = Date.UTC(2026, 2, 1) / 1000;

/** Simulator, service and database on free ports and in a folder of their own. Throws with nothing left behind. */
export async function setStage(file: ScenarioFile, speed: number, signal: AbortSignal): Promise<DemoStage> {
  const undo: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
    undo.length = 0;
  };
  try {
    const startAt = nextStart(file.scenario.startsAt, REFERENCE_AT);
    const world = buildWorld(file, startAt);
    const clock = new ScaledClock(startAt * 1000, speed);
    const folder = mkdtempSync(join(tmpdir(), 'auspex-demo-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const callFaults = callFaultsOf(file.scenario);
    const simulator = await startSimulator({ world, now: () => clock.now(), callFaults });
    undo.push(() => simulator.close());
    const config = readCloudConfig({ env: simulator.environment, homeDir: folder, cwd: folder });
    const settings = readSettings({}, folder, {
      port: 0,
      databaseUrl: `sqlite:///${join(folder, 'auspex.sqlite')}`,
      logLevel: 'silent',
      applier: { stopGraceSeconds: 0 },
    });
    signal.throwIfAborted();
    const service = await startService({ settings, cloud: config }, { clock });
    undo.push(() => service.stop());
    const cloud = openCloud(config);
    undo.push(() => cloud.close());
    const { id } = simulator.tokens.issue('admin');
    const optimizer = createOptimizerClient(service.url ?? '', id, signal);
    return { world, clock, cloud, optimizer, startAt, end };
  } catch (error) {
    await end();
    throw error;
  }
}
