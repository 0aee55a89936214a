import { expect } from 'chai';
import {
  diskColumns,
  hostColumns,
  instanceColumns,
  interfaceColumns,
  pointsAfter,
} from '../../../../devstack/lab/feeder/columns.ts';
import type { Column } from '../../../../devstack/lab/feeder/columns.ts';

const TIMES = [1_800_000_000, 1_800_000_300, 1_800_000_600];
const SIZE = { vcpus: 4, memoryMiB: 8192, diskGiB: 80 };
const LOAD = { cpuPercent: [50, 100, 0], memoryPercent: [25, 50, 75] };

function columnOf(columns: Readonly<Record<string, Column>>, name: string): Column {
  const column = columns[name];
  if (!column) throw new Error(`no column ${name}`);
  return column;
}

describe('columns of the feeder', () => {
  it('makes the cpu counter grow by the nanoseconds that all vCPUs were busy', () => {
    const cpu = columnOf(instanceColumns(SIZE, LOAD), 'cpu');

    const points = pointsAfter(cpu, TIMES);

    expect(cpu.unit).to.equal('ns');
    expect(points).to.deep.equal([
      [TIMES[0], 600e9],
      [TIMES[1], 1800e9],
      [TIMES[2], 1800e9],
    ]);
  });

  it('gives memory in MB of the flavor', () => {
    const columns = instanceColumns(SIZE, LOAD);

    expect([...columnOf(columns, 'memory.usage').values]).to.deep.equal([2048, 4096, 6144]);
    expect(columnOf(columns, 'memory.resident').values[0]).to.be.closeTo(0.95 * 2048, 1e-9);
  });

  it('posts sizes once an hour and at the last point', () => {
    const times = Array.from({ length: 15 }, (_, n) => 1_800_000_000 + n * 300);
    const columns = instanceColumns(SIZE, { cpuPercent: times, memoryPercent: times });

    const points = pointsAfter(columnOf(columns, 'vcpus'), times);

    expect(points).to.deep.equal([
      [times[0], 4],
      [times[12], 4],
      [times[14], 4],
    ]);
  });

  it('makes traffic follow the CPU', () => {
    const written = pointsAfter(columnOf(diskColumns(LOAD), 'disk.device.write.bytes'), TIMES);
    const received = pointsAfter(columnOf(interfaceColumns(LOAD), 'network.incoming.bytes'), TIMES);

    expect(written.map(([, value]) => value)).to.deep.equal([30e6, 90e6, 90e6]);
    expect(received.map(([, value]) => value)).to.deep.equal([50e6, 150e6, 150e6]);
  });

  it("adds up a host's guests by their vCPUs, with the host's own need", () => {
    const small = { size: { vcpus: 1, memoryMiB: 2048, diskGiB: 20 }, load: LOAD };
    const large = { size: SIZE, load: LOAD };

    const columns = hostColumns({ vcpus: 32, count: 3 }, [small, large]);

    const busyVcpus = [2.5, 5, 0];
    expect([...columnOf(columns, 'compute.node.cpu.percent').values]).to.deep.equal(
      busyVcpus.map(vcpus => 2 + (100 * vcpus) / 32),
    );
    expect(columnOf(columns, 'hardware.memory.used').values[0]).to.equal((2048 + 0.25 * 10_240) * 1024);
  });

  it('never shows a host over 100 percent', () => {
    const guests = [{ size: { vcpus: 64, memoryMiB: 1, diskGiB: 1 }, load: LOAD }];

    const columns = hostColumns({ vcpus: 32, count: 3 }, guests);

    expect([...columnOf(columns, 'compute.node.cpu.percent').values]).to.deep.equal([100, 100, 2]);
  });

  it('goes on with a counter from its last stored point, and posts nothing that is stored', () => {
    const cpu = columnOf(instanceColumns(SIZE, LOAD), 'cpu');

    const points = pointsAfter(cpu, TIMES, [1_800_000_000, 5e12]);

    expect(points).to.deep.equal([
      [TIMES[1], 5e12 + 1200e9],
      [TIMES[2], 5e12 + 1200e9],
    ]);
  });

  it('never puts two points into one aggregate of five minutes', () => {
    const memory = columnOf(instanceColumns(SIZE, LOAD), 'memory.usage');

    const points = pointsAfter(memory, TIMES, [1_800_000_001, 1]);

    expect(points).to.deep.equal([[TIMES[2], 6144]]);
  });
});
