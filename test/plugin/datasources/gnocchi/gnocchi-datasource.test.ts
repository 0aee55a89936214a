import { expect } from 'chai';

import { createGnocchiDatasource } from '../../../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import { FakeGnocchi, GRANULARITY_MISSING, group, NOTHING_FOUND } from './fake-gnocchi.ts';
import {
  batch,
  collect,
  counter,
  failure,
  gauge,
  host,
  idsIn,
  instance,
  metricsPage,
  query,
  read,
  searchOf,
  signal,
  START,
} from './usage-queries.ts';

const PER_STEP = 300e9;

describe('gnocchi datasource', () => {
  let gnocchi: FakeGnocchi;
  beforeEach(async () => {
    gnocchi = new FakeGnocchi();
    await gnocchi.start();
  });
  afterEach(() => gnocchi.stop());

  it('reads many instances with one request', async () => {
    gnocchi.answer = () => ({
      body: [
        group({ id: 'a' }, { a: { cpu: counter(0, 0.5 * PER_STEP, PER_STEP) } }),
        group({ id: 'b' }, { b: { cpu: counter(0, PER_STEP, 1.5 * PER_STEP) } }),
      ],
    });

    const batches = await read(gnocchi, {
      resources: [instance('a', 1), instance('b', 2), instance('unknown', 1)],
    });

    expect(batches).to.deep.equal([
      batch({ resourceIds: ['a', 'b'], values: Float32Array.of(50, 50, 50, 25) }),
    ]);
    expect(gnocchi.requests).to.have.length(1);
    expect(gnocchi.requests[0]).to.deep.include({
      method: 'POST',
      path: '/v1/aggregates',
      body: {
        resource_type: 'instance',
        search: { in: { id: ['a', 'b', 'unknown'] } },
        operations: ['metric', ['cpu', 'mean']],
      },
    });
    expect(Object.fromEntries(gnocchi.requests[0]!.query)).to.deep.equal({
      groupby: 'id',
      granularity: '300',
      start: String(START - 900),
      stop: String(START + 600),
    });
  });

  it('leaves out an instance whose vCPUs are not told: its share is unknown', async () => {
    const batches = await read(gnocchi, { resources: [{ id: 'a' }] });

    expect(batches).to.deep.equal([]);
    expect(gnocchi.requests).to.deep.equal([]);
  });

  it('brings more than all vCPUs down to 100 %', async () => {
    gnocchi.answer = () => ({
      body: [group({ id: 'a' }, { a: { cpu: counter(0, 2 * PER_STEP, 2.5 * PER_STEP) } })],
    });

    const [found] = await read(gnocchi, { resources: [instance('a', 1)] });

    expect([...found!.values]).to.deep.equal([100, 50]);
  });

  it('asks for memory.usage where there is no memory.resident', async () => {
    gnocchi.answer = ({ body }) =>
      JSON.stringify(body).includes('memory.usage')
        ? { body: [group({ id: 'b' }, { b: { 'memory.usage': gauge(200, 201) } })] }
        : { body: [group({ id: 'a' }, { a: { 'memory.resident': gauge(100, 101) } })] };

    const batches = await read(gnocchi, {
      metric: 'instance_ram_usage',
      resources: [instance('a', 1), instance('b', 1)],
    });

    expect(batches[0]).to.deep.include({
      resourceIds: ['a', 'b'],
      values: Float32Array.of(100, 101, 200, 201),
    });
    expect(gnocchi.requests.map(searchOf)).to.deep.equal([{ in: { id: ['a', 'b'] } }, { in: { id: ['b'] } }]);
  });

  it('adds up the disks of an instance, read and write', async () => {
    gnocchi.answer = () => ({
      body: [
        group(
          { instance_id: 'a' },
          {
            vda: {
              'disk.device.read.bytes': counter(0, 300, 600),
              'disk.device.write.bytes': counter(0, 600, 1200),
            },
            vdb: { 'disk.device.read.bytes': counter(0, 3000, 6000) },
          },
        ),
      ],
    });

    const [found] = await read(gnocchi, { metric: 'instance_disk_io', resources: [instance('a', 1)] });

    expect(found).to.deep.include({ resourceIds: ['a'], values: Float32Array.of(13, 13) });
    expect(searchOf(gnocchi.requests[0]!)).to.deep.equal({ in: { instance_id: ['a'] } });
  });

  it('takes an impossible rate for no sample', async () => {
    const jump = [
      [START - 300, 0],
      [START, 300],
      [START + 300, 1e18],
    ] as const;
    gnocchi.answer = () => ({
      body: [group({ instance_id: 'a' }, { tap: { 'network.incoming.bytes': jump } })],
    });

    const [found] = await read(gnocchi, { metric: 'instance_network_io', resources: [instance('a', 1)] });

    expect([...found!.values]).to.deep.equal([1, NaN]);
  });

  it('knows a host by its name or by what Ceilometer calls it', async () => {
    const metric = 'compute.node.cpu.percent';
    gnocchi.answer = () => ({
      body: [
        group({ host_name: 'h1', original_resource_id: 'h1_node-7' }, { x: { [metric]: gauge(10, 120) } }),
        group({ host_name: '', original_resource_id: 'h2_h2' }, { y: { [metric]: gauge(20, 21) } }),
        group({ host_name: 'h2', original_resource_id: 'h2_old' }, { z: { [metric]: gauge(99) } }),
      ],
    });

    const batches = await read(gnocchi, {
      metric: 'host_cpu_usage',
      resources: [host('id-1', 'h1'), host('id-2', 'h2')],
    });

    expect(batches[0]).to.deep.include({
      resourceIds: ['id-1', 'id-2'],
      values: Float32Array.of(10, 100, 20, 21),
    });
    expect(searchOf(gnocchi.requests[0]!)).to.deep.equal({
      or: [{ in: { host_name: ['h1', 'h2'] } }, { in: { original_resource_id: ['h1_h1', 'h2_h2'] } }],
    });
  });

  it('gives host memory in MiB', async () => {
    gnocchi.answer = () => ({
      body: [group({ host_name: 'h' }, { x: { 'hardware.memory.used': gauge(2048, null) } })],
    });

    const [found] = await read(gnocchi, { metric: 'host_ram_usage', resources: [host('id', 'h')] });

    expect([...found!.values]).to.deep.equal([2, NaN]);
  });

  it('takes the points of its granularity where a reply has several', async () => {
    const [fine, coarse] = [gauge(10, 20), [[START, 99]] as const];
    const body = group({ id: 'a' }, { a: { 'memory.resident': fine } });
    const other = group({ id: 'a' }, { a: { 'memory.resident': coarse } }, 3600);
    gnocchi.answer = () => ({ body: [other, body] });

    const [found] = await read(gnocchi, { metric: 'instance_ram_usage', resources: [instance('a', 1)] });

    expect([...found!.values]).to.deep.equal([10, 20]);
  });

  it('keeps replies small: a request and a batch for as many resources as fit', async () => {
    gnocchi.answer = request => ({
      body: idsIn(request).map(id => group({ id }, { [id]: { 'memory.resident': gauge(1, 2) } })),
    });
    const resources = ['a', 'b', 'c', 'd', 'e'].map(id => instance(id, 1));

    const batches = await read(gnocchi, { metric: 'instance_ram_usage', resources }, { maximumPoints: 4 });

    expect(batches.map(({ resourceIds }) => resourceIds)).to.deep.equal([['a', 'b'], ['c', 'd'], ['e']]);
    expect(gnocchi.requests).to.have.length(3);
  });

  it('asks for fewer instances at once after it has seen that they have many disks', async () => {
    const read1 = 'disk.device.read.bytes';
    gnocchi.answer = request => ({
      body: idsIn(request).map(id =>
        group(
          { instance_id: id },
          Object.fromEntries(['1', '2', '3', '4'].map(d => [d, { [read1]: counter(0, 1, 2) }])),
        ),
      ),
    });
    const resources = ['a', 'b', 'c', 'd'].map(id => instance(id, 1));

    await read(gnocchi, { metric: 'instance_disk_io', resources }, { maximumPoints: 8 });

    expect(gnocchi.requests.map(idsIn)).to.deep.equal([['a', 'b'], ['c'], ['d']]);
  });

  it('has no batches when Gnocchi has nothing', async () => {
    gnocchi.answer = () => NOTHING_FOUND;

    expect(await read(gnocchi, { resources: [instance('a', 1)] })).to.deep.equal([]);
    expect(gnocchi.requests).to.have.length(1);
  });

  it('reads another granularity where the step is not kept, each resource at its own', async () => {
    const policies = { coarse: ['a', 'z'], fine: ['b'] };
    gnocchi.answer = request => {
      if (request.method === 'GET') return { body: metricsPage(policies) };
      const granularity = Number(request.query.get('granularity'));
      if (granularity === 300) return GRANULARITY_MISSING;
      return granularity === 60
        ? {
            body: [
              group(
                { id: 'b' },
                {
                  b: {
                    'memory.resident': [
                      [START, 1],
                      [START + 60, 3],
                    ],
                  },
                },
                60,
              ),
            ],
          }
        : { body: [group({ id: 'a' }, { a: { 'memory.resident': [[START, 7]] } }, 900)] };
    };

    const [found] = await read(gnocchi, {
      metric: 'instance_ram_usage',
      resources: [instance('a', 1), instance('b', 1)],
    });

    expect(found).to.deep.include({ resourceIds: ['a', 'b'], values: Float32Array.of(7, 7, 2, NaN) });
    const reads = gnocchi.requests.filter(({ method }) => method === 'POST').slice(1);
    expect(reads.map(request => [request.query.get('granularity'), idsIn(request)])).to.deep.equal([
      ['60', ['b']],
      ['900', ['a']],
    ]);
  });

  it('stops reading when the caller does', async () => {
    gnocchi.answer = request => ({
      body: idsIn(request).map(id => group({ id }, { [id]: { 'memory.resident': gauge(1, 2) } })),
    });
    const resources = Array.from({ length: 50 }, (_, n) => instance(String(n), 1));
    const datasource = createGnocchiDatasource({ session: gnocchi.session(), maximumPoints: 2 });

    const batches = datasource.query(query({ metric: 'instance_ram_usage', resources }), signal());

    for await (const { resourceIds } of batches) {
      expect(resourceIds).to.deep.equal(['0']);
      break;
    }

    expect(gnocchi.requests.length).to.be.lessThan(4);
  });

  it('ends with the signal’s own reason', async () => {
    const stop = new AbortController();
    gnocchi.answer = () => {
      stop.abort(new Error('enough'));
      return NOTHING_FOUND;
    };
    const batches = createGnocchiDatasource({ session: gnocchi.session() }).query(
      query({ resources: [instance('a', 1)] }),
      stop.signal,
    );

    expect(await failure(collect(batches))).to.have.property('message', 'enough');
  });
});
