import { SIGNATURE_LENGTH } from './fit-series.ts';
import { eigenvectors } from './symmetric-eigen.ts';

export const MOST_FACTORS = 8;

/**
 * Finds what makes many series err together: principal components of their past errors. `signatures` are standardised errors at
 * shared instants (see `FittedSeries`). Returns per series its correlation with each factor; K <= 8, only factors that stand out of what independent series would show
 * (Marchenko-Pastur edge), correlations shrunk by their sampling noise 1/`SIGNATURE_LENGTH`. O(series × length²).
 */
export function commonFactors(signatures: readonly Float32Array[]): {
  readonly factors: number;
  readonly correlations: readonly Float32Array[];
} {
  const length = SIGNATURE_LENGTH;
  const covariance = new Float64Array(length * length);
  for (const signature of signatures) {
    for (let row = 0; row < length; row += 1) {
      const value = signature[row]! / signatures.length;
      if (value === 0) continue;
      for (let column = 0; column <= row; column += 1)
        covariance[row * length + column]! += value * signature[column]!;
    }
  }
  for (let row = 0; row < length; row += 1) {
    for (let column = 0; column < row; column += 1)
      covariance[column * length + row] = covariance[row * length + column]!;
  }
  const edge = (1 + Math.sqrt(length / Math.max(1, signatures.length))) ** 2;
  const kept = eigenvectors(covariance, length)
    .filter(eigen => eigen.value > edge)
    .slice(0, MOST_FACTORS);
  return {
    factors: kept.length,
    correlations: signatures.map(signature =>
      Float32Array.from(kept, eigen => shrunk(correlation(signature, eigen.vector))),
    ),
  };
}

/** The signature has unit variance over `SIGNATURE_LENGTH` instants, the factor unit length. */
function correlation(signature: Float32Array, factor: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < SIGNATURE_LENGTH; n += 1) sum += signature[n]! * factor[n]!;
  return sum / Math.sqrt(SIGNATURE_LENGTH);
}

function shrunk(value: number): number {
  return Math.sign(value) * Math.sqrt(Math.max(0, value * value - 1 / SIGNATURE_LENGTH));
}
