import { BINS } from './error-histogram.ts';

export interface BankShape {
  /** Steps of the grid in a day, at least 1. */
  readonly stepsPerDay: number;
  /** How many steps are forecast. */
  readonly steps: number;
}

/** Experts whose errors are kept per step ahead (at a few of them), in the order of their histograms. */
export const NEAR_EXPERTS = ['last_value', 'recent_median', 'ewma', 'level'] as const;
/** Experts that look whole days back: their errors are the same for all steps of a horizon up to a day. */
export const SEASONAL_EXPERTS = ['seasonal_naive', 'daily_profile', 'weekly_profile'] as const;
/** The distribution of what followed when the load was as low, middling or high as now. */
export const BUCKETS = 3;
export const EXPERTS = [...NEAR_EXPERTS, ...SEASONAL_EXPERTS, 'similar_level'] as const;

/** Anchors of the largest value within the horizon: the recent maximum, the moving average, and the level by bucket. */
export const PEAK_EXPERTS = 2 + 1;
const PEAK_HISTOGRAMS = 2 + BUCKETS;

/** Between which two nodes (by their numbers) a step ahead lies, and how far on the way, 0 to 1. */
export interface Place {
  readonly node: number;
  readonly next: number;
  readonly share: number;
}

/** Where everything that is kept of a series lies. */
export interface Layout {
  /** Steps ahead, from 0, at which errors are kept; between them they are interpolated. */
  readonly nodes: readonly number[];
  /** Of each step ahead. */
  readonly places: readonly Place[];
  /** Samples that are kept as they are: enough to see what the experts said a horizon ago. */
  readonly recent: number;
  readonly daySlots: number;
  readonly profileSlots: number;
  readonly weekSlots: number;
  readonly seasonalCells: number;
  readonly bucketCells: number;
  readonly peakCells: number;
  readonly bytes: { readonly codes: number; readonly buckets: number };
  readonly words: {
    readonly day: number;
    readonly profile: number;
    readonly week: number;
    readonly count: number;
  };
  readonly bytesPerSeries: number;
}

/** Scalars of a series, by their place among its numbers. */
export const SCALAR = {
  /** Samples so far. */
  count: 0,
  /** Step of the newest sample. */
  step: 1,
  /** Slow moving average of the load, and of its distance from it. */
  level: 2,
  spread: 3,
  /** What errors are measured in: follows `spread` in leaps. */
  unit: 4,
  chance: 5,
  daySum: 6,
  dayCount: 7,
  profileSum: 8,
  profileCount: 9,
  weekSum: 10,
  weekCount: 11,
} as const;
export const SCALARS = Object.keys(SCALAR).length;

/** Samples that the recent median and the recent maximum look at, at most. */
export const WINDOW = 12;
/** Samples after which the moving average has forgotten all but 0.3 %. */
export const EWMA_REACH = 16;

export function layoutOf({ stepsPerDay, steps }: BankShape): Layout {
  const nodes = [...new Set([0, Math.ceil(steps / 3) - 1, steps - 1])];
  const daySlots = Math.min(stepsPerDay, 288);
  const profileSlots = Math.min(stepsPerDay, 48);
  const weekSlots = Math.min(7 * stepsPerDay, 84);
  const recent = steps + EWMA_REACH;
  const seasonalCells = NEAR_EXPERTS.length * nodes.length;
  const bucketCells = seasonalCells + SEASONAL_EXPERTS.length;
  const peakCells = bucketCells + BUCKETS * nodes.length;
  const codes = (peakCells + PEAK_HISTOGRAMS) * BINS;
  const bytes = { codes, buckets: codes + steps + 1 };
  const words = {
    day: 0,
    profile: daySlots,
    week: daySlots + profileSlots,
    count: daySlots + profileSlots + weekSlots,
  };
  return {
    nodes,
    places: Array.from({ length: steps }, (_, step) => placeOf(step, nodes)),
    recent,
    daySlots,
    profileSlots,
    weekSlots,
    seasonalCells,
    bucketCells,
    peakCells,
    bytes,
    words,
    bytesPerSeries: bytes.buckets + 2 * words.count + 4 * recent + 8 * SCALARS,
  };
}

function placeOf(step: number, nodes: readonly number[]): Place {
  const node = nodes.findLastIndex(ahead => ahead <= step);
  const next = Math.min(nodes.length - 1, node + 1);
  const [from, to] = [nodes[node]!, nodes[next]!];
  return { node, next, share: to === from ? 0 : (step - from) / (to - from) };
}

/** Histogram of a near expert at a node. */
export function nearCell({ nodes }: Layout, expert: number, node: number): number {
  return expert * nodes.length + node;
}

/** Histogram of what followed a level, at a node. */
export function bucketCell({ bucketCells, nodes }: Layout, bucket: number, node: number): number {
  return bucketCells + bucket * nodes.length + node;
}

/** Histogram of a seasonal expert: one for all nodes. */
export function seasonalCell({ seasonalCells }: Layout, expert: number): number {
  return seasonalCells + expert;
}
