import { expect } from 'chai';
import type { Datasource } from '../../../plugin/datasources/datasource.ts';
import { reportOf } from '../../../plugin/datasources/report.ts';

const NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  instance_ram_usage: [['memory.resident'], ['memory.usage']],
  instance_disk_io: [['read.bytes', 'write.bytes']],
};
const { signal } = new AbortController();

describe('what a datasource holds (K80)', () => {
  it('is the first alternative that it holds in full', async () => {
    const { metrics } = await report(source(['memory.usage', 'read.bytes']));

    expect(metrics).to.deep.equal([
      { usage: 'instance_ram_usage', name: 'memory.usage', isAvailable: true },
      { usage: 'instance_disk_io', name: 'read.bytes', isAvailable: true },
      { usage: 'instance_disk_io', name: 'write.bytes', isAvailable: false },
    ]);
  });

  it('is nothing when the source does not answer, and it is not asked', async () => {
    let asked = 0;
    const silent = source([], () => (asked += 1));
    const { isAvailable, metrics } = await report(silent, false);

    expect([isAvailable, asked]).to.deep.equal([false, 0]);
    expect(metrics.map(({ name, isAvailable: held }) => [name, held])).to.deep.equal([
      ['memory.resident', false],
      ['read.bytes', false],
      ['write.bytes', false],
    ]);
  });

  it('is nothing when asking fails', async () => {
    const broken: Datasource = { ...source([]), holds: () => Promise.reject(new Error('no')) };

    expect((await report(broken)).metrics.some(({ isAvailable }) => isAvailable)).to.equal(false);
  });
});

function report(datasource: Datasource, isAvailable = true): ReturnType<typeof reportOf> {
  const usages = ['instance_ram_usage', 'instance_disk_io', 'host_cpu_usage'] as const;
  return reportOf(datasource, { isAvailable, usages }, signal);
}

function source(held: readonly string[], onAsked: () => void = () => undefined): Datasource {
  return {
    name: 'source',
    metrics: ['instance_ram_usage', 'instance_disk_io'],
    sourceNames: metric => NAMES[metric] ?? [],
    holds: name => {
      onAsked();
      return Promise.resolve(held.includes(name));
    },
    async *query() {},
  };
}
