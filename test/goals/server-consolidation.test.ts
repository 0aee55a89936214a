import { expect } from 'chai';
import { serverConsolidation } from '../../goals/server-consolidation.ts';

describe('goal server consolidation (K65)', () => {
  const ratio = (all: number, released: number): number | undefined =>
    serverConsolidation.globalEfficacy({
      compute_nodes_count: all,
      released_compute_nodes_count: released,
    })[0]?.value;

  it('is the share of the hosts that the plan releases', () => {
    expect(ratio(8, 2)).to.equal(25);
  });

  it('is zero, not a division by zero, without hosts', () => {
    expect(ratio(0, 0)).to.equal(0);
  });
});
