import { ratesOf, toSteps } from './samples.ts';
import type { Grid, Samples } from './samples.ts';

/** What a source's raw values mean. */
export interface Measure {
  /** `counter` grows for ever and becomes a rate per second; `gauge` is a value by itself. */
  readonly kind: 'gauge' | 'counter';
  /** From the source's unit (per second for counters) to ours. */
  readonly scale: number;
  /** What is above `ceiling` is brought down to it; what is above `plausible` is no sample. In our unit. */
  readonly ceiling: number;
  readonly plausible: number;
}

/** One series on the steps of the grid, in our unit. */
export function columnOf(
  { samples, granularitySeconds }: { readonly samples: Samples; readonly granularitySeconds: number },
  { kind, scale, ceiling, plausible }: Measure,
  grid: Grid,
): Float32Array {
  const gauge = kind === 'counter' ? ratesOf(samples, granularitySeconds) : samples;
  const values = gauge.values.map(raw => {
    const value = raw * scale;
    return value >= 0 && value <= plausible ? Math.min(value, ceiling) : NaN;
  });
  return toSteps({ seconds: gauge.seconds, values }, granularitySeconds, grid);
}
