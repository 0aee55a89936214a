import { expect } from 'chai';
import { loadsFromCsv } from '../../../../devstack/lab/feeder/csv-load.ts';
import { syntheticLoad } from '../../../../devstack/lab/feeder/synthetic-load.ts';

const DAY = Array.from({ length: 288 }, (_, n) => 1_799_971_200 + n * 300); // a Friday, midnight UTC

function mean(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let n = from; n < to; n++) sum += values[n] ?? 0;
  return sum / (to - from);
}

describe('loads of the feeder', () => {
  it('makes up the same load for a point of time whatever else is asked for', () => {
    const whole = syntheticLoad(4, '1', DAY);
    const later = syntheticLoad(4, '1', DAY.slice(100));

    expect(Array.from(whole.cpuPercent).slice(100)).to.deep.equal(Array.from(later.cpuPercent));
  });

  it('gives an office server its hours', () => {
    const { cpuPercent } = syntheticLoad(1, '1', DAY);

    expect(mean(cpuPercent, 11 * 12, 15 * 12)).to.be.above(4 * mean(cpuPercent, 0, 5 * 12));
  });

  it('makes up other loads from another seed', () => {
    expect(syntheticLoad(0, '1', DAY)).to.not.deep.equal(syntheticLoad(0, '2', DAY));
  });

  it('stays within 0 and 100 percent', () => {
    for (let index = 0; index < 10; index++) {
      const { cpuPercent, memoryPercent } = syntheticLoad(index, 'x', DAY);
      for (const value of [...Array.from(cpuPercent), ...Array.from(memoryPercent)]) {
        expect(value).to.be.within(0, 100);
      }
    }
  });

  it('reads CSV series so that each ends now, and uses them round and round', () => {
    const loads = loadsFromCsv('vm,cpu,memory\n0,10\n0,20,33\n0,30\n1,70\n1,80\n');

    const first = loads.at(0, 3);
    const second = loads.at(1, 3);
    const third = loads.at(2, 3);

    expect(loads.steps).to.equal(3);
    expect(Array.from(first.cpuPercent)).to.deep.equal([10, 20, 30]);
    expect(Array.from(first.memoryPercent)).to.deep.equal([44, 33, 52]);
    expect(Array.from(second.cpuPercent)).to.deep.equal([70, 70, 80]);
    expect(third).to.deep.equal(first);
  });

  it('names the line of a CSV file that it cannot read', () => {
    expect(() => loadsFromCsv('0,ten')).to.throw('"0,ten" is not vm,cpu_percent[,memory_percent]');
    expect(() => loadsFromCsv('')).to.throw('no line');
  });
});
