import type { Method } from '../method.ts';
import { minimise } from '../nelder-mead.ts';
import type { TrainingPart } from '../training-part.ts';
import { aicc, isFresh, trainingPart } from '../training-part.ts';
import type { SmoothingParameters, SmoothingShape, SmoothingStates } from './smoothing-filter.ts';
import { smooth } from './smoothing-filter.ts';

/** A parameter's bounds and where its search starts. */
interface Searched {
  readonly name: keyof SmoothingParameters;
  readonly least: number;
  readonly most: number;
  readonly start: number;
}

interface Candidate extends SmoothingShape {
  readonly parameters: readonly Searched[];
}

const FEWEST_SAMPLES = 8;
const EVALUATIONS_PER_PARAMETER = 25;
const FIXED: SmoothingParameters = { level: 0.3, trend: 0, damping: 1, season: 0 };
const LEVEL: Searched = { name: 'level', least: 0.01, most: 0.99, start: 0.3 };
const CANDIDATES: readonly Candidate[] = [
  { hasTrend: false, hasSeason: false, parameters: [LEVEL] },
  {
    hasTrend: true,
    hasSeason: false,
    parameters: [
      LEVEL,
      { name: 'trend', least: 0.001, most: 0.5, start: 0.05 },
      { name: 'damping', least: 0.8, most: 0.98, start: 0.95 },
    ],
  },
  {
    hasTrend: false,
    hasSeason: true,
    parameters: [LEVEL, { name: 'season', least: 0, most: 0.5, start: 0.1 }],
  },
];

interface Fit {
  readonly shape: Candidate;
  readonly parameters: SmoothingParameters;
  readonly criterion: number;
}

/**
 * Exponential smoothing: a level, a level with a damped trend, or a level with an additive day (from two days of samples on), with the weights that had the least
 * one-step squared errors before the first origin; the one with the best AICc is used. Initial states come from the first samples (the season's from
 * the first day) and are not counted as parameters: no error of theirs is counted either.
 * Limit: no week, no multiplicative season.
 */
export const exponentialSmoothing: Method = {
  name: 'exponential_smoothing',
  prepare(history, firstOrigin) {
    const part = trainingPart(history, firstOrigin, { fewest: FEWEST_SAMPLES });
    if (part === undefined) return () => false;
    const { shape, parameters } = fit(part);
    const states = statesOf(part, shape, parameters);
    return (origin, out) => {
      const at = origin - part.from;
      if (!isFresh(part, at)) return false;
      return extrapolate({ part, shape, parameters, states }, at, out);
    };
  },
};

function fit(part: TrainingPart): Fit {
  const countFrom = part.day ?? Math.min(FEWEST_SAMPLES, part.length >> 1);
  const input = { values: part.values, period: part.day ?? 1, countFrom, until: part.length };
  const samples = part.values.subarray(countFrom, part.length).filter(value => !Number.isNaN(value)).length;
  let best: Fit | undefined;
  for (const shape of CANDIDATES) {
    if (shape.hasSeason && part.day === undefined) continue;
    const searched = shape.parameters;
    const named = (at: readonly number[]): SmoothingParameters => ({
      ...FIXED,
      ...Object.fromEntries(searched.map(({ name }, n) => [name, at[n]!])),
    });
    const { at, value } = minimise(
      point => smooth(input, shape, named(point)),
      searched.map(({ start }) => start),
      {
        least: searched.map(({ least }) => least),
        most: searched.map(({ most }) => most),
        evaluations: EVALUATIONS_PER_PARAMETER * searched.length,
      },
    );
    const criterion = aicc(value, samples, searched.length + 1);
    if (best === undefined || criterion < best.criterion) best = { shape, parameters: named(at), criterion };
  }
  return best!;
}

function statesOf(part: TrainingPart, shape: Candidate, parameters: SmoothingParameters): SmoothingStates {
  const { length } = part.values;
  const states = {
    levels: new Float64Array(length),
    trends: new Float64Array(length),
    seasons: new Float64Array(length),
  };
  smooth(
    { values: part.values, period: part.day ?? 1, countFrom: length, until: length },
    shape,
    parameters,
    states,
  );
  return states;
}

function extrapolate(
  {
    part,
    shape,
    parameters,
    states,
  }: {
    readonly part: TrainingPart;
    readonly shape: Candidate;
    readonly parameters: SmoothingParameters;
    readonly states: SmoothingStates;
  },
  at: number,
  out: Float64Array,
): boolean {
  const period = part.day ?? 1;
  let [level, trend] = [states.levels[at - 1]!, states.trends[at - 1]!];
  for (let step = 0; step < out.length; step += 1) {
    trend *= parameters.damping;
    level += trend;
    const usual = shape.hasSeason ? states.seasons[at + (step % period) - period]! : 0;
    out[step] = part.centre + part.scale * (level + usual);
    if (!Number.isFinite(out[step]!)) return false;
  }
  return true;
}
