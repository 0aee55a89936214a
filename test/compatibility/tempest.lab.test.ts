import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import type { AuspexProcess } from '../openstack/auspex.ts';
import { startAuspex } from '../openstack/auspex.ts';
import { addRegion } from '../openstack/lab.ts';
import { testsThatPassOnWatcher } from './passing-on-watcher.ts';
import type { TempestRun } from './tempest.ts';
import { API_AND_CLI_TESTS, runTempest } from './tempest.ts';

const REGION = 'tempest';
const TIMEOUT_SECONDS = 840;

describe("Debian's watcher-tempest-plugin, whose tests pass on the lab's Watcher, on Auspex (K117)", () => {
  let auspex: AuspexProcess | undefined;
  let removeRegion: (() => Promise<void>) | undefined;
  let run: TempestRun;
  before(async () => {
    const cloud = await LabCloud.connect();
    auspex = await startAuspex();
    removeRegion = await addRegion(cloud, REGION, { 'infra-optim': auspex.url });
    run = await runTempest({ region: REGION, tests: API_AND_CLI_TESTS, timeoutSeconds: TIMEOUT_SECONDS });
  });
  after(async () => {
    await removeRegion?.();
    await auspex?.stop();
  });

  for (const name of testsThatPassOnWatcher()) {
    it(name.replace('watcher_tempest_plugin.tests.', ''), () => {
      const why = run.failure(name);
      if (why !== undefined) expect.fail(why);
    });
  }
});
