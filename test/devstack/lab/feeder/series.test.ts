import { expect } from 'chai';
import { hostSeries, serverSeries } from '../../../../devstack/lab/feeder/series.ts';

const SERVER = {
  id: '56c6520b-1e47-4292-bf1e-2d8cf9f325f8',
  name: 'web',
  hostName: 'compute-1',
  libvirtName: 'instance-0000002a',
  vcpus: 8,
  memoryMiB: 16_384,
  diskGiB: 160,
  userId: 'user',
  projectId: 'project',
  flavorId: 'f5',
  flavorName: 'xlarge',
  imageId: 'image',
  zone: 'nova',
  createdAt: '2026-01-01T00:00:00Z',
  launchedAt: null,
};
const LOAD = { cpuPercent: [40], memoryPercent: [50] };

describe('series of the feeder', () => {
  it("names a server's resources as Ceilometer does", () => {
    const series = serverSeries(SERVER, [{ id: 'c4555347-63aa-4242-8e0d-0a1b2c3d4e5f' }], LOAD);

    expect(series.map(({ type, id }) => [type, id])).to.deep.equal([
      ['instance', SERVER.id],
      ['instance_disk', `${SERVER.id}-vda`],
      ['instance_network_interface', `instance-0000002a-${SERVER.id}-tapc4555347-63`],
    ]);
    expect(series.every(({ owner }) => owner['project_id'] === 'project')).to.equal(true);
    expect(series[1]?.attributes).to.deep.equal({ name: 'vda', instance_id: SERVER.id });
  });

  it('counts a server for the host where Nova says it is', () => {
    const guests = [{ server: SERVER, load: LOAD }];

    const hot = hostSeries({ name: 'compute-1', vcpus: 32 }, guests, 1);
    const idle = hostSeries({ name: 'compute-2', vcpus: 48 }, guests, 1);

    expect(hot.id).to.equal('compute-1_compute-1');
    expect([...(hot.columns['compute.node.cpu.percent']?.values ?? [])]).to.deep.equal([12]);
    expect([...(idle.columns['compute.node.cpu.percent']?.values ?? [])]).to.deep.equal([2]);
  });
});
