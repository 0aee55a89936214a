/** Features beyond so many deviations tell nothing more. */
const FARTHEST = 4;

/** Mean and deviation of every feature, by which inputs of a network are put on one scale. */
export class Scaling {
  readonly means: Float32Array;
  readonly factors: Float32Array;

  constructor(features: Float32Array, width: number, count: number) {
    const sums = new Float64Array(width);
    const squares = new Float64Array(width);
    for (let n = 0; n < count; n += 1) {
      for (let k = 0; k < width; k += 1) {
        const value = features[n * width + k]!;
        sums[k]! += value;
        squares[k]! += value * value;
      }
    }
    this.means = Float32Array.from(sums, sum => sum / count);
    this.factors = Float32Array.from(
      squares,
      (square, k) => 1 / Math.sqrt(square / count - this.means[k]! ** 2 + 1e-4),
    );
  }

  /** Scaled features of the example at `at` into `out`. */
  apply(features: Float32Array, at: number, out: Float32Array): void {
    for (let k = 0; k < this.means.length; k += 1) {
      const scaled = (features[at + k]! - this.means[k]!) * this.factors[k]!;
      out[k] = Math.min(FARTHEST, Math.max(-FARTHEST, scaled));
    }
  }
}
