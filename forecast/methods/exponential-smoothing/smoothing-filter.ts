/** Which parts a model of the family has, beside its level. */
export interface SmoothingShape {
  readonly hasTrend: boolean;
  readonly hasSeason: boolean;
}

/** Weights of a new error in each part, and how fast a trend fades. */
export interface SmoothingParameters {
  readonly level: number;
  /** Relative to the level's. */
  readonly trend: number;
  /** What is left of the trend after a step. */
  readonly damping: number;
  /** Relative to what the level leaves. */
  readonly season: number;
}

/** The parts after each sample. */
export interface SmoothingStates {
  readonly levels: Float64Array;
  readonly trends: Float64Array;
  /** Of a sample's own time of day. */
  readonly seasons: Float64Array;
}

export interface SmoothingInput {
  /** NaN = no sample: the parts go on as forecast. */
  readonly values: Float64Array;
  /** Steps of the season; a season starts from the first one's samples. */
  readonly period: number;
  /** Errors before this index do not count, those from `until` on neither. */
  readonly countFrom: number;
  readonly until: number;
}

const FIRST_SAMPLES = 5;

/** Runs the error-correction form over the values (Hyndman et al. 2008, A-N-N, A-Ad-N, A-N-A); returns the one-step squared errors' sum. */
export function smooth(
  { values, period, countFrom, until }: SmoothingInput,
  { hasTrend, hasSeason }: SmoothingShape,
  { level: alpha, trend, damping, season }: SmoothingParameters,
  states?: SmoothingStates,
): number {
  const start = hasSeason ? period : 0;
  const beta = hasTrend ? alpha * trend : 0;
  const gamma = (1 - alpha) * season;
  const seasons = hasSeason ? (states?.seasons ?? scratchOf(until)) : undefined;
  let level = meanOf(values, hasSeason ? period : Math.min(FIRST_SAMPLES, until));
  if (seasons !== undefined) {
    for (let t = 0; t < start; t += 1) seasons[t] = Number.isNaN(values[t]!) ? 0 : values[t]! - level;
  }
  states?.levels.fill(level, 0, start);
  let [slope, squares] = [0, 0];
  for (let t = start; t < until; t += 1) {
    const usual = seasons === undefined ? 0 : seasons[t - period]!;
    slope *= damping;
    const expected = level + slope + usual;
    const error = Number.isNaN(values[t]!) ? 0 : values[t]! - expected;
    if (t >= countFrom) squares += error * error;
    level += slope + alpha * error;
    slope += beta * error;
    if (seasons !== undefined) seasons[t] = usual + gamma * error;
    if (states === undefined) continue;
    states.levels[t] = level;
    states.trends[t] = slope;
  }
  return squares;
}

/** Of the samples before `until`; 0 when there is none. */
function meanOf(values: Float64Array, until: number): number {
  let [sum, count] = [0, 0];
  for (let t = 0; t < until; t += 1) {
    if (Number.isNaN(values[t]!)) continue;
    sum += values[t]!;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

let scratch = new Float64Array(1024);

function scratchOf(length: number): Float64Array {
  if (scratch.length < length) scratch = new Float64Array(length);
  return scratch;
}
