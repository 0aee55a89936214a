import type { Distribution } from './forecast.ts';

/** The probabilities at which a series' forecast keeps its quantiles, ascending. */
export const PROBABILITIES: readonly number[] = [
  0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99,
];

/** The value at probability `p` between known quantiles (`at(n)` at `PROBABILITIES[n]`); the outermost beyond them. */
export function interpolateQuantile(at: (n: number) => number, p: number): number {
  const above = PROBABILITIES.findIndex(probability => probability >= p);
  if (above < 0) return at(PROBABILITIES.length - 1);
  if (above === 0) return at(0);
  const [low, high] = [PROBABILITIES[above - 1]!, PROBABILITIES[above]!];
  return at(above - 1) + ((p - low) / (high - low)) * (at(above) - at(above - 1));
}

/** A distribution by its quantiles at `PROBABILITIES`, with exponential tails that go on as the last two quantiles suggest. */
export class GridDistribution implements Distribution {
  readonly #quantiles: Float32Array;

  constructor(quantiles: Float32Array) {
    this.#quantiles = quantiles;
  }

  quantile(p: number): number {
    return interpolateQuantile(n => this.#quantiles[n]!, p);
  }

  exceedance(threshold: number): number {
    const last = this.#quantiles.length - 1;
    const above = this.#quantiles.findIndex(quantile => quantile > threshold);
    if (above === 0)
      return 1 - tail(this.#quantiles[0]! - threshold, this.#quantiles[1]! - this.#quantiles[0]!, 0.01, 0.05);
    if (above < 0)
      return tail(
        threshold - this.#quantiles[last]!,
        this.#quantiles[last]! - this.#quantiles[last - 1]!,
        0.01,
        0.025,
      );
    const [low, high] = [this.#quantiles[above - 1]!, this.#quantiles[above]!];
    const share = (threshold - low) / (high - low);
    return 1 - (PROBABILITIES[above - 1]! + share * (PROBABILITIES[above]! - PROBABILITIES[above - 1]!));
  }
}

/** Probability beyond the outermost quantile, `distance` further out, when `inner` became `outer` over `spread`. */
function tail(distance: number, spread: number, outer: number, inner: number): number {
  if (spread <= 0) return distance > 0 ? 0 : outer;
  return outer * Math.exp((-distance / spread) * Math.log(inner / outer));
}
