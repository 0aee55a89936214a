import type { LoadMetric, LoadProfile, LoadTerms } from './load-profile.ts';
import { normalCdf } from './normal.ts';

/**
 * The forecast load of every host: sums of its instances' additive terms, per metric and step. Adding or taking away one
 * instance costs O(metrics × steps × factors), whatever the size of the cloud.
 */
export class HostLoads {
  readonly profile: LoadProfile;
  readonly metrics: readonly LoadMetric[];
  readonly steps: number;
  readonly #factors: number;
  /** Per metric: host by host, step by step. */
  readonly #mean: Float64Array[];
  readonly #ownVariance: Float64Array[];
  /** Per metric: host by host, step by step, factor by factor. */
  readonly #loadings: Float64Array[];

  constructor(hosts: number, profile: LoadProfile) {
    this.profile = profile;
    this.metrics = profile.metrics;
    this.steps = profile.steps;
    this.#factors = profile.factors;
    const length = hosts * profile.steps;
    this.#mean = this.metrics.map(() => new Float64Array(length));
    this.#ownVariance = this.metrics.map(() => new Float64Array(length));
    this.#loadings = this.metrics.map(() => new Float64Array(length * profile.factors));
  }

  /** Adds (sign 1) or takes away (sign -1) a load, from step `fromStep` on. */
  add(host: number, metric: number, terms: LoadTerms, sign: 1 | -1, fromStep = 0): void {
    const [mean, own, loadings] = [this.#mean[metric]!, this.#ownVariance[metric]!, this.#loadings[metric]!];
    const row = host * this.steps;
    for (let step = fromStep; step < this.steps; step += 1) {
      mean[row + step]! += sign * terms.mean[step]!;
      own[row + step]! += sign * terms.ownVariance[step]!;
    }
    const factors = this.#factors;
    for (let n = fromStep * factors; n < this.steps * factors; n += 1) {
      loadings[row * factors + n]! += sign * terms.loadings[n]!;
    }
  }

  mean(host: number, metric: number, step: number): number {
    return this.#mean[metric]![host * this.steps + step]!;
  }

  /** Standard deviation of the forecast error of the host's load, with another load added if `extra` is given. */
  deviation(host: number, metric: number, step: number, extra?: LoadTerms, sign: 1 | -1 = 1): number {
    const at = host * this.steps + step;
    const loadings = this.#loadings[metric]!;
    let variance = this.#ownVariance[metric]![at]!;
    if (extra !== undefined) variance += sign * extra.ownVariance[step]!;
    for (let k = 0; k < this.#factors; k += 1) {
      let loading = loadings[at * this.#factors + k]!;
      if (extra !== undefined) loading += sign * extra.loadings[step * this.#factors + k]!;
      variance += loading * loading;
    }
    return Math.sqrt(Math.max(0, variance));
  }

  /** The load that is not exceeded with the probability of which `z` is the normal quantile. */
  level(host: number, metric: number, step: number, z: number): number {
    return this.mean(host, metric, step) + z * this.deviation(host, metric, step);
  }

  /** The same with one more load on the host. */
  levelWith(host: number, metric: number, step: number, z: number, extra: LoadTerms | undefined): number {
    if (extra === undefined) return this.level(host, metric, step, z);
    return this.mean(host, metric, step) + extra.mean[step]! + z * this.deviation(host, metric, step, extra);
  }

  /** Probability that the load is above the threshold. */
  exceedance(host: number, metric: number, step: number, threshold: number): number {
    const deviation = this.deviation(host, metric, step);
    const above = this.mean(host, metric, step) - threshold;
    if (deviation === 0) return above > 0 ? 1 : 0;
    return normalCdf(above / deviation);
  }

  /** All of a host's sums, to be given back to `restore`: undoing leaves no rounding behind. */
  save(host: number): readonly Float64Array[] {
    return this.#rows(host).map(row => row.slice());
  }

  restore(host: number, saved: readonly Float64Array[]): void {
    for (const [n, row] of this.#rows(host).entries()) row.set(saved[n]!);
  }

  #rows(host: number): readonly Float64Array[] {
    const [from, to, factors] = [host * this.steps, (host + 1) * this.steps, this.#factors];
    return this.metrics.flatMap((_, metric) => [
      this.#mean[metric]!.subarray(from, to),
      this.#ownVariance[metric]!.subarray(from, to),
      this.#loadings[metric]!.subarray(from * factors, to * factors),
    ]);
  }
}
