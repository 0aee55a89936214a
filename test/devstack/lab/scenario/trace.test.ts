import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { openTrace } from '../../../../devstack/lab/scenario/trace.ts';

describe('traces for the scenario', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-trace-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(name: string, ...lines: string[]): void {
    writeFileSync(join(folder, name), gzipSync(`vm,0,1,2\n${lines.join('\n')}\n`));
  }

  it('reads shares of what is provisioned, at most 100 percent, and knows what is missing', () => {
    write('cpu_mhz.csv.gz', '7,500,,2100', '9,1,2,3');
    write('cpu_cap_mhz.csv.gz', '7,2000,2000,2000', '9,10,10,');
    write('mem_mb.csv.gz', '7,512,512,512', '9,1,1,1');
    write('mem_cap_mb.csv.gz', '7,2048,1024,1024', '9,2,2,2');

    const trace = openTrace(folder);

    expect(trace.rows.map(row => [row.name, ...row.cpuPercent])).to.deep.equal([
      ['7', 25, Number.NaN, 100],
      ['9', 10, 20, Number.NaN],
    ]);
    expect([...trace.memoryPercent(['7'])]).to.deep.equal([['7', Float32Array.of(25, 50, 50)]]);
  });

  it('makes a trace up where there is none', () => {
    const trace = openTrace(folder);

    expect(trace.source).to.equal('made up');
    expect(trace.rows.length).to.be.above(16);
  });
});
