import { CREDENTIALS } from '../../simulator/http/keystone.ts';
import { simulatedCloud } from '../simulator/simulated-cloud.ts';
import { named, tinyWorld } from '../simulator/tiny-world.ts';
import { guest } from '../simulator/tiny-world.ts';
import { cloudContract } from './cloud-contract.ts';

describe('cloud contract: the simulator', () => {
  cloudContract(async () => {
    const guests = [guest('web', 'compute-1'), guest('other', 'compute-2', { volumeGiB: 10 })];
    const world = tinyWorld({ guests });
    return {
      ...(await simulatedCloud(world)),
      password: CREDENTIALS.password,
      serverId: named(world, 'web').id,
      sourceName: 'compute-1',
      targetName: 'compute-2',
      historySeconds: world.settings.historySeconds,
    };
  });
});
