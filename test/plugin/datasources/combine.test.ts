import { expect } from 'chai';

import { newestOf, sumOf } from '../../../plugin/datasources/combine.ts';

const HOUR = 12;

describe('the sum of devices', () => {
  it('adds what both have', () => {
    expect([...sumOf([column(1, 2), column(10, 20)], 300)]).to.deep.equal([11, 22]);
  });

  it('has a gap where one device has a gap of at most an hour', () => {
    const sum = sumOf([column(1, 1, NaN, 1), column(10, 10, 10, 10)], 300);

    expect([...sum]).to.deep.equal([11, 11, NaN, 11]);
  });

  it('goes on without a device that is silent for longer than an hour', () => {
    const gone = column(1, ...Array<number>(HOUR + 1).fill(NaN));
    const other = column(...Array<number>(HOUR + 2).fill(10));

    expect([...sumOf([gone, other], 300)]).to.deep.equal([11, ...Array<number>(HOUR + 1).fill(10)]);
  });

  it('begins with a device that was attached later', () => {
    const late = column(...Array<number>(HOUR + 1).fill(NaN), 1);
    const other = column(...Array<number>(HOUR + 2).fill(10));

    expect([...sumOf([other, late], 300)]).to.deep.equal([...Array<number>(HOUR + 1).fill(10), 11]);
  });

  it('has no sample where no device has one, however long', () => {
    const silence = Array<number>(HOUR * 3).fill(NaN);

    const sum = sumOf([column(1, ...silence, 1), column(10, ...silence, 10)], 300);

    expect([...sum]).to.deep.equal([11, ...silence, 11]);
  });
});

describe('series that tell the same', () => {
  it('are taken from the one that goes on, and from the other where that has no sample', () => {
    const old = column(1, 2, NaN, NaN);
    const current = column(NaN, 20, 30, 40);

    expect([...newestOf([old, current])]).to.deep.equal([1, 20, 30, 40]);
  });
});

function column(...values: readonly number[]): Float32Array {
  return Float32Array.from(values);
}
