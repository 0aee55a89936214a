import { expect } from 'chai';
import { predictiveMigration } from '../../goals/predictive-migration.ts';

describe('goal predictive migration', () => {
  const ratio = (before: number, after: number): number | undefined =>
    predictiveMigration.globalEfficacy({
      forecast_overload_minutes_before: before,
      forecast_overload_minutes_after: after,
    })[0]?.value;

  it('is the share of the expected overload that the plan avoids', () => {
    expect(ratio(40, 10)).to.equal(75);
  });

  it('is zero, not a division by zero, when no overload is expected', () => {
    expect(ratio(0, 0)).to.equal(0);
  });
});
