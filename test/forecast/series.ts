import { seededRandom } from '../../bench/synthetic-cloud.ts';
import type { UsageBatch, UsageMetric } from '../../forecast/usage-batch.ts';

export const STEP = 300;
export const DAY = 288;
export const START = 1_767_225_600; // 2026-01-01T00:00:00Z

/** Normal noise, repeatable. */
export function noise(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `days` of 5-minute samples of `value(step of day, step)`. */
export function history(days: number, value: (stepOfDay: number, step: number) => number): Float32Array {
  return Float32Array.from({ length: days * DAY }, (_, step) => value(step % DAY, step));
}

/** Series that all end at `START`. */
export function batch(metric: UsageMetric, series: Readonly<Record<string, Float32Array>>): UsageBatch {
  const resourceIds = Object.keys(series);
  const steps = Math.max(...Object.values(series).map(values => values.length));
  const values = new Float32Array(resourceIds.length * steps).fill(NaN);
  for (const [row, id] of resourceIds.entries())
    values.set(series[id]!, (row + 1) * steps - series[id]!.length);
  return { metric, startAt: START - steps * STEP, stepSeconds: STEP, steps, resourceIds, values };
}
