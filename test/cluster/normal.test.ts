import { expect } from 'chai';
import { bothBelow, expectedExcess, normalCdf, normalQuantile } from '../../cluster/normal.ts';

describe('normal distribution', () => {
  // Published tables: Abramowitz and Stegun 26.1; R's pnorm and qnorm.
  for (const [x, p] of [
    [0, 0.5],
    [1.96, 0.9750021048517795],
    [-3, 0.0013498980316301],
    [-8, 6.22096057427178e-16],
  ] as const) {
    it(`has probability ${p} below ${x}`, () => {
      expect(normalCdf(x) / p).to.be.closeTo(1, 1e-6);
    });
  }

  for (const p of [1e-6, 0.01, 0.3, 0.5, 0.95, 0.999]) {
    it(`finds the ${p} quantile`, () => {
      expect(normalCdf(normalQuantile(p)) / p).to.be.closeTo(1, 1e-9);
    });
  }

  it('knows the orthant probability 1/4 + asin(rho)/2pi of two correlated variables', () => {
    for (const rho of [-0.9, -0.3, 0, 0.5, 0.95]) {
      expect(bothBelow(0, 0, rho)).to.be.closeTo(0.25 + Math.asin(rho) / (2 * Math.PI), 1e-4);
    }
  });

  it('gives the mean excess over a threshold', () => {
    expect(expectedExcess(0, 1, 0)).to.be.closeTo(1 / Math.sqrt(2 * Math.PI), 1e-9);
    expect(expectedExcess(5, 0, 3)).to.equal(2);
    expect(expectedExcess(-50, 1, 0)).to.be.closeTo(0, 1e-9);
  });
});
