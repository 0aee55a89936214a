import type { GuestLoad } from './columns.ts';

const KINDS = ['steady', 'office', 'night', 'idle', 'spiky'] as const;

/**
 * A load made up from a seed, with the rhythm of day and week, noise and bursts; the kinds take turns. The value of a point
 * of time depends on nothing else, so that a later feed goes on as this one would have.
 */
export function syntheticLoad(index: number, seed: string, times: readonly number[]): GuestLoad {
  const kind = KINDS[index % KINDS.length] ?? 'steady';
  const base = 0.7 + 0.6 * uniform(`${seed}-${index}`);
  const cpuPercent = new Float64Array(times.length);
  const memoryPercent = new Float64Array(times.length);
  for (const [n, at] of times.entries()) {
    const key = `${seed}-${index}-${at}`;
    const level = cpuLevel(kind, at, () =>
      uniform(`${seed}-${index}-burst-${Math.floor(at / BURST_SECONDS)}`),
    );
    const cpu = clamp(level * base * (1 + 0.08 * normal(key)), 0.1, 100);
    cpuPercent[n] = cpu;
    memoryPercent[n] = clamp(35 + 0.45 * cpu + 1.5 * normal(`${key}-memory`), 5, 97);
  }
  return { cpuPercent, memoryPercent };
}

const BURST_SECONDS = 3600;
const BURST_SHARE = 0.1;

function cpuLevel(kind: (typeof KINDS)[number], at: number, burst: () => number): number {
  const hour = (at / 3600) % 24;
  const isWeekend = (Math.floor(at / 86_400) + 3) % 7 >= 5; // epoch day 0 was a Thursday
  switch (kind) {
    case 'steady':
      return 45 + 5 * Math.sin(at / 40_000);
    case 'office':
      return isWeekend ? 8 : 8 + 55 * Math.max(0, Math.sin(((hour - 7) / 12) * Math.PI)) ** 2;
    case 'night':
      return hour >= 1 && hour < 4 ? 85 : 5;
    case 'idle':
      return 1.5;
    case 'spiky':
      return burst() < BURST_SHARE ? 80 : 12;
  }
}

/** A number in [0, 1) that follows from the text alone: 32-bit FNV-1a, finished as MurmurHash3 does. */
export function uniform(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A normally distributed number (Box and Muller) that follows from the text alone. */
export function normal(text: string): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(`${text}-radius`)));
  return radius * Math.cos(2 * Math.PI * uniform(`${text}-angle`));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
