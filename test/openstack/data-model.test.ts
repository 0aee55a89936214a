import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import type { LabApi } from './api-lab.ts';
import { WATCHER_URL, serveApi } from './api-lab.ts';
import { bootServers, deleteServers, until } from './lab.ts';

const PREFIX = `wire-model-${process.pid}`;
/** What does not change while others work in the lab. */
const CAPACITY = [
  'node_uuid',
  'node_hostname',
  'node_memory',
  'node_memory_mb_reserved',
  'node_disk',
  'node_disk_gb_reserved',
  'node_vcpus',
  'node_vcpu_reserved',
  'node_memory_ratio',
  'node_vcpu_ratio',
  'node_disk_ratio',
];

type Row = Readonly<Record<string, unknown>>;

describe("data_model beside the real Watcher's (K35)", () => {
  let api: LabApi;
  let cloud: LabCloud;
  before(async () => {
    cloud = await LabCloud.connect();
    api = await serveApi();
    await bootServers(cloud, [{ name: `${PREFIX}-a`, hostName: 'compute-2', flavor: 'medium' }]);
  });
  after(async () => {
    await deleteServers(cloud, PREFIX);
    await api.stop();
  });

  const model = async (url: string, version: string): Promise<readonly Row[]> => {
    const reply = await fetch(`${url}/v1/data_model?data_model_type=compute`, {
      headers: { 'X-Auth-Token': cloud.token, 'OpenStack-API-Version': `infra-optim ${version}` },
    });
    return ((await reply.json()) as { context: readonly Row[] }).context;
  };
  const ours = (row: Row): boolean => row['server_name'] === `${PREFIX}-a`;

  it('tells the same of the hosts', async () => {
    const [one, other] = [await model(WATCHER_URL, '1.3'), await model(api.url, '1.3')];

    const capacities = (rows: readonly Row[]) =>
      new Map(rows.map(row => [row['node_uuid'], CAPACITY.map(key => [key, row[key]])]));
    expect([...capacities(other)]).to.deep.equal([...capacities(one)]);
  });

  it('tells the same of an instance, in the same order of keys or another', async () => {
    const theirs = await until('Watcher has heard of the instance', async () =>
      (await model(WATCHER_URL, '1.3')).find(row => ours(row) && row['server_state'] === 'active'),
    );

    const own = (await model(api.url, '1.3')).find(ours);

    expect(own).to.have.all.keys(...Object.keys(theirs));
    for (const key of Object.keys(theirs).filter(name => name.startsWith('server_'))) {
      expect(own?.[key], key).to.deep.equal(theirs[key]);
    }
    expect(own?.['node_hostname']).to.equal('compute-2');
  });

  it('tells more from 1.6 on', async () => {
    const own = (await model(api.url, '1.6')).find(ours);

    expect(own).to.have.property('server_flavor_extra_specs').that.deep.equals({});
    expect(own).to.have.property('server_pinned_az');
  });
});
