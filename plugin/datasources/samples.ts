/** Points of one series in time order; `NaN` is no sample. */
export interface Samples {
  /** Epoch seconds at which each point's granule begins. */
  readonly seconds: Float64Array;
  readonly values: Float64Array;
}

/** The steps that a batch is made of. */
export interface Grid {
  /** Epoch seconds. */
  readonly startAt: number;
  readonly stepSeconds: number;
  readonly steps: number;
}

/** A rate over more than this says too little of the step that it ends in. */
const LONGEST_INTERVAL_SECONDS = 3600;

/**
 * Growth per second since the point before, at each point of a counter that only grows. After a gap it is the mean over the
 * gap. No sample where the counter fell (it was reset, as a live migration does) or the gap is longer than an hour.
 *
 * Gnocchi's own `rate:mean` is not used: it is the growth between two polls, however far apart they are, so that a
 * missed poll doubles it, and polling five times per granule makes it a fifth.
 */
export function ratesOf(counter: Samples, granularitySeconds: number): Samples {
  const longest = Math.max(LONGEST_INTERVAL_SECONDS, 2 * granularitySeconds);
  const values = counter.values.map((value, n) => {
    const interval = n === 0 ? Infinity : counter.seconds[n]! - counter.seconds[n - 1]!;
    const growth = value - counter.values[n - 1]!;
    return interval > 0 && interval <= longest && growth >= 0 ? growth / interval : NaN;
  });
  return { seconds: counter.seconds, values };
}

/** Mean of the samples in each step; a sample whose granule is longer than a step stands for all steps in it. */
export function toSteps(samples: Samples, granularitySeconds: number, grid: Grid): Float32Array {
  const { startAt, stepSeconds, steps } = grid;
  const stepsPerSample = Math.max(1, Math.round(granularitySeconds / stepSeconds));
  const sums = new Float64Array(steps);
  const counts = new Uint32Array(steps);
  samples.values.forEach((value, n) => {
    if (!Number.isFinite(value)) return;
    const first = Math.floor((samples.seconds[n]! - startAt) / stepSeconds);
    for (let step = Math.max(0, first); step < Math.min(steps, first + stepsPerSample); step += 1) {
      sums[step]! += value;
      counts[step]! += 1;
    }
  });
  return Float32Array.from(sums, (sum, step) => (counts[step]! > 0 ? sum / counts[step]! : NaN));
}
