import { lastValue } from '../../../forecast/methods/last-value.ts';
import type { History, Method } from '../../../forecast/methods/method.ts';

export const DAY = 24;
const HOUR_SECONDS = 3600;

/** Repeatable standard normal noise (Box and Muller over mulberry32). */
export function normalNoise(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Hourly samples, `valueAt` called in order. */
export function hourly(length: number, valueAt: (t: number) => number): History {
  return { values: Float32Array.from({ length }, (_, t) => valueAt(t)), stepSeconds: HOUR_SECONDS };
}

/** value = level + ar × (value before - level) + noise + ma × (noise before). */
export function armaProcess({
  ar = 0,
  ma = 0,
  level = 50,
  seed,
}: {
  readonly ar?: number;
  readonly ma?: number;
  readonly level?: number;
  readonly seed: number;
}): () => number {
  const noise = normalNoise(seed);
  let [value, before] = [0, 0];
  return () => {
    const now = noise();
    value = ar * value + now + ma * before;
    before = now;
    return level + value;
  };
}

/** Mean absolute error over all origins from `first` on and `steps` ahead, fitted once before `first`. */
export function meanError(method: Method, history: History, first: number, steps: number): number {
  const forecast = method.prepare(history, first, steps);
  const out = new Float64Array(steps);
  let [sum, count] = [0, 0];
  for (let origin = first; origin + steps <= history.values.length; origin += 1) {
    if (!forecast(origin, out)) throw new Error(`${method.name} says nothing at ${origin}`);
    for (let step = 0; step < steps; step += 1) {
      sum += Math.abs(history.values[origin + step]! - out[step]!);
      count += 1;
    }
  }
  return sum / count;
}

/** How much of the last value's error the method is left with. */
export function shareOfLastValue(method: Method, history: History, first: number, steps: number): number {
  return meanError(method, history, first, steps) / meanError(lastValue, history, first, steps);
}
