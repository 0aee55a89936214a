import { normal, uniform } from './random.ts';

/** Ceilometer's polling interval: demand is constant in between. */
export const STEP_SECONDS = 300;

/** What a guest wants of its vCPUs over time, in percent (0–100) of them. */
export type Rhythm =
  | { readonly kind: 'steady'; readonly percent: number }
  /** High from `fromHour` (UTC) for `hours` every day, low else; `weekly` keeps low on Saturday and Sunday. */
  | {
      readonly kind: 'daily' | 'weekly';
      readonly low: number;
      readonly high: number;
      readonly fromHour: number;
      readonly hours: number;
      /** Time from low to high. */
      readonly rampHours: number;
    }
  /** High in a `share` (0–1) of all hours, chosen by the seed. */
  | { readonly kind: 'bursty'; readonly low: number; readonly high: number; readonly share: number }
  /** One value for each 5 minutes from `fromAt` on, then again from the beginning. */
  | { readonly kind: 'replayed'; readonly percent: Float32Array; readonly fromAt: number };

export interface Demand {
  readonly rhythm: Rhythm;
  readonly seed: number;
  /** Standard deviation from step to step, as a share (0–1) of the level; a tenth of it from day to day. */
  readonly noise: number;
  /** Memory in use: percent of the flavor's when idle, and what each percent of CPU adds. */
  readonly memoryPercent: number;
  readonly memoryPerCpuPercent: number;
  /** Bytes per second for each busy vCPU, reading and writing, in and out. */
  readonly diskBytesPerBusyCpu: number;
  readonly networkBytesPerBusyCpu: number;
}

/** Number of the 5-minute step since the epoch. */
export function stepOf(at: number): number {
  return Math.floor(at / STEP_SECONDS);
}

/** Percent (0–100) of its vCPUs that the guest wants in the step. */
export function cpuPercentAt({ rhythm, seed, noise }: Demand, step: number): number {
  const level = levelAt(rhythm, seed, step);
  if (noise === 0) return clamp(level);
  const day = Math.floor((step * STEP_SECONDS) / 86_400);
  const factor = 1 + noise * normal(seed, step) + 0.1 * noise * normal(seed ^ 0x5bd1e995, day);
  return clamp(level * factor);
}

/** Percent (0–100) of the flavor's memory in use. */
export function memoryPercentAt(demand: Demand, step: number): number {
  const cpu = levelAt(demand.rhythm, demand.seed, step);
  const wobble = demand.noise === 0 ? 0 : 0.5 * normal(demand.seed ^ 0x3c6ef372, step);
  return clamp(demand.memoryPercent + demand.memoryPerCpuPercent * cpu + wobble);
}

function levelAt(rhythm: Rhythm, seed: number, step: number): number {
  const at = step * STEP_SECONDS;
  switch (rhythm.kind) {
    case 'steady':
      return rhythm.percent;
    case 'daily':
    case 'weekly': {
      // Epoch day 0 was a Thursday.
      if (rhythm.kind === 'weekly' && (Math.floor(at / 86_400) + 3) % 7 >= 5) return rhythm.low;
      const share = shareOfDay((at / 3600) % 24, rhythm);
      return rhythm.low + (rhythm.high - rhythm.low) * share;
    }
    case 'bursty':
      return uniform(seed ^ 0x1b873593, Math.floor(at / 3600)) < rhythm.share ? rhythm.high : rhythm.low;
    case 'replayed': {
      const { percent, fromAt } = rhythm;
      const n = (step - stepOf(fromAt)) % percent.length;
      return percent[n < 0 ? n + percent.length : n] ?? 0;
    }
  }
}

/** 0 outside, 1 inside, rising and falling along a cosine. */
function shareOfDay(
  hour: number,
  { fromHour, hours, rampHours }: { fromHour: number; hours: number; rampHours: number },
): number {
  const since = (hour - fromHour + 24) % 24;
  if (since < rampHours) return rise(since / rampHours);
  if (since < hours) return 1;
  return since < hours + rampHours ? 1 - rise((since - hours) / rampHours) : 0;
}

function rise(share: number): number {
  return (1 - Math.cos(Math.PI * share)) / 2;
}

function clamp(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
