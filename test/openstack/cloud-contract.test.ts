import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { systemClock } from '../../plugin/actions/clock.ts';
import { openCloud } from '../../plugin/openstack/cloud.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { cloudContract } from '../contract/cloud-contract.ts';
import { LAB_ENVIRONMENT } from './auspex.ts';
import { bootServers, deleteServers } from './lab.ts';

const PREFIX = 'contract-';

describe('cloud contract: a real OpenStack', () => {
  cloudContract(async () => {
    const lab = await LabCloud.connect();
    await deleteServers(lab, PREFIX);
    const server = { name: `${PREFIX}web`, hostName: 'compute-1', flavor: 'micro' };
    const [serverId = ''] = await bootServers(lab, [server]);
    const config = readCloudConfig({ env: LAB_ENVIRONMENT, homeDir: '/nowhere', cwd: '/nowhere' });
    const cloud = openCloud(config);
    return {
      cloud,
      clock: systemClock,
      password: LAB_ENVIRONMENT.OS_PASSWORD,
      serverId,
      sourceName: server.hostName,
      targetName: 'compute-2',
      // Nothing is fed here: what Gnocchi answers with history is tested in `gnocchi-datasource.test.ts`.
      historySeconds: 0,
      async end() {
        await deleteServers(lab, PREFIX);
        cloud.close();
      },
    };
  });
});
