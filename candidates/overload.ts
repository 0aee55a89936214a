import { hostLoadCapacity } from '../cluster/load-capacity.ts';
import type { LoadMetric, LoadTerms } from '../cluster/load-profile.ts';
import { bothBelow, expectedExcess, normalCdf } from '../cluster/normal.ts';
import type { WhatIf } from '../cluster/what-if.ts';

/** A load's terms, by index of the metric. */
export type Terms = readonly (LoadTerms | undefined)[];

/** Where and when a load comes closest to, or goes furthest beyond, its limit. */
export interface Peak {
  readonly metric: LoadMetric;
  readonly step: number;
  /** Percent of the host's capacity. */
  readonly percent: number;
}

export interface OverloadOptions {
  /** Percent of a host's capacity. */
  readonly thresholds: ReadonlyMap<LoadMetric, number>;
  /** Of hosts that do not tell their own, in the metric's unit. */
  readonly capacities?: ReadonlyMap<LoadMetric, number>;
  /** Ids of hosts whose memory load is an upper bound only. */
  readonly boundedHosts?: ReadonlySet<string>;
}

/**
 * How the forecast loads of a what-if stand to the thresholds. A host is overloaded in a step when any of its loads is above its
 * threshold. Each answer costs O(metrics × steps × factors).
 */
export class Overload {
  readonly #whatIf: WhatIf;
  readonly #capacity: readonly Float64Array[];
  /** Per metric and host, in the metric's unit; infinite when there is no threshold or nobody knows the capacity. */
  readonly #limit: readonly Float64Array[];
  /** The same, infinite too where the load is an upper bound only: nobody is called overloaded for what is not known. */
  readonly #judged: readonly Float64Array[];
  readonly #stepMinutes: number;

  constructor(whatIf: WhatIf, { thresholds, capacities, boundedHosts }: OverloadOptions) {
    const { hosts } = whatIf.cluster;
    const { metrics, profile } = whatIf.loads;
    this.#whatIf = whatIf;
    this.#stepMinutes = profile.stepSeconds / 60;
    this.#capacity = metrics.map(metric =>
      Float64Array.from(hosts, host => hostLoadCapacity(host, metric) || capacities?.get(metric) || Infinity),
    );
    this.#limit = metrics.map((metric, m) =>
      this.#capacity[m]!.map(capacity => (capacity * (thresholds.get(metric) ?? Infinity)) / 100),
    );
    this.#judged = metrics.map((metric, m) =>
      this.#limit[m]!.map((limit, row) =>
        metric === 'memory' && boundedHosts?.has(hosts[row]!.id) === true ? Infinity : limit,
      ),
    );
  }

  /** Whether the host can be called overloaded by that metric: it has a threshold there, and its load is a forecast. */
  isJudged(host: number, metric: number): boolean {
    return this.#judged[metric]![host]! < Infinity;
  }

  /** Expected minutes of overload within the horizon; of several overloaded metrics in a step the likeliest counts. */
  expectedMinutes(host: number): number {
    let sum = 0;
    for (let step = 0; step < this.#whatIf.loads.steps; step += 1) sum += this.#exceedance(host, step);
    return sum * this.#stepMinutes;
  }

  /** Minutes of overload if all loads run along their quantile `normalCdf(z)`. */
  minutesAt(host: number, z: number): number {
    let steps = 0;
    for (let step = 0; step < this.#whatIf.loads.steps; step += 1) {
      if (this.#headroomAt(this.#judged, { host, step, z }) < 0) steps += 1;
    }
    return steps * this.#stepMinutes;
  }

  /**
   * Probability of any overload within the horizon: 1 - P(first step below) × Π P(below | the step before was below), steps taken as a
   * Markov chain of normal variables whose neighbours correlate as the forecast's errors do. Of several metrics the likeliest.
   */
  pressure(host: number): number {
    const { metrics, profile } = this.#whatIf.loads;
    let most = 0;
    for (const [m, metric] of metrics.entries()) {
      if (this.isJudged(host, m))
        most = Math.max(most, this.#crossing(host, m, profile.stepCorrelation(metric)));
    }
    return most;
  }

  /** Expected load above the thresholds, in shares of capacity × minutes, or with the load taken away that is given. */
  excess(host: number, without?: Terms): number {
    const { loads } = this.#whatIf;
    let sum = 0;
    for (let m = 0; m < loads.metrics.length; m += 1) {
      if (!this.isJudged(host, m)) continue;
      const [limit, capacity, gone] = [this.#judged[m]![host]!, this.#capacity[m]![host]!, without?.[m]];
      for (let step = 0; step < loads.steps; step += 1) {
        const mean = loads.mean(host, m, step) - (gone === undefined ? 0 : gone.mean[step]!);
        sum += expectedExcess(mean, loads.deviation(host, m, step, gone, -1), limit) / capacity;
      }
    }
    return sum * this.#stepMinutes;
  }

  /**
   * What a target has left: least distance to a threshold over all metrics and steps along the quantile of `z`, in shares of capacity;
   * negative = too little. Upper bounds count as loads here.
   */
  headroom(host: number, z: number, extra?: Terms): number {
    let least = Infinity;
    for (let step = 0; step < this.#whatIf.loads.steps; step += 1) {
      least = Math.min(least, this.#headroomAt(this.#limit, { host, step, z, extra }));
    }
    return least;
  }

  /** The highest load along the quantile of `z`, as compared with its threshold; undefined when no metric has one. */
  peak(host: number, z: number): Peak | undefined {
    const { loads } = this.#whatIf;
    let [least, peak]: [number, Peak | undefined] = [Infinity, undefined];
    for (const [m, metric] of loads.metrics.entries()) {
      if (!this.isJudged(host, m)) continue;
      const [limit, capacity] = [this.#judged[m]![host]!, this.#capacity[m]![host]!];
      for (let step = 0; step < loads.steps; step += 1) {
        const level = loads.level(host, m, step, z);
        if ((limit - level) / capacity >= least) continue;
        least = (limit - level) / capacity;
        peak = { metric, step, percent: (100 * Math.max(0, level)) / capacity };
      }
    }
    return peak;
  }

  #exceedance(host: number, step: number): number {
    const { loads } = this.#whatIf;
    let most = 0;
    for (let m = 0; m < loads.metrics.length; m += 1) {
      const limit = this.#judged[m]![host]!;
      if (limit < Infinity) most = Math.max(most, loads.exceedance(host, m, step, limit));
    }
    return most;
  }

  #headroomAt(limits: readonly Float64Array[], { host, step, z, extra }: Place): number {
    const { loads } = this.#whatIf;
    let least = Infinity;
    for (let m = 0; m < loads.metrics.length; m += 1) {
      const limit = limits[m]![host]!;
      if (limit === Infinity) continue;
      const level = loads.levelWith(host, m, step, z, extra?.[m]);
      least = Math.min(least, (limit - level) / this.#capacity[m]![host]!);
    }
    return least;
  }

  #crossing(host: number, metric: number, correlation: number): number {
    const { loads } = this.#whatIf;
    let [stays, before] = [1, Infinity];
    for (let step = 0; step < loads.steps; step += 1) {
      const room = this.#judged[metric]![host]! - loads.mean(host, metric, step);
      const deviation = loads.deviation(host, metric, step);
      const now = deviation > 0 ? room / deviation : room < 0 ? -Infinity : Infinity;
      if (before === Infinity || now === Infinity) stays *= normalCdf(now);
      else
        stays *=
          stays > 0 ? bothBelow(before, now, correlation) / Math.max(normalCdf(before), Number.MIN_VALUE) : 0;
      before = now;
    }
    return 1 - Math.min(1, Math.max(0, stays));
  }
}

interface Place {
  readonly host: number;
  readonly step: number;
  readonly z: number;
  readonly extra?: Terms | undefined;
}
