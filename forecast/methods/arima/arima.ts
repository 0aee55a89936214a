import { writeFourier } from '../fourier.ts';
import { NormalEquations } from '../least-squares.ts';
import type { Method } from '../method.ts';
import type { TrainingPart } from '../training-part.ts';
import { isFresh, trainingPart } from '../training-part.ts';
import type { Arma } from './arma.ts';
import { armaErrors, extrapolateArma } from './arma.ts';
import type { ArmaFit } from './choose-order.ts';
import { fitArma } from './choose-order.ts';
import { believedMean, hasUnitRoot } from './kpss.ts';

const FEWEST_SAMPLES = 24;
const DAY_PAIRS = 3;

/** What is added to the ARMA process to make the series, before differencing. */
interface Regression {
  /** By index from the training part's beginning. */
  at(index: number): number;
  readonly parameters: number;
}

interface Model {
  readonly regression: Regression;
  readonly isDifferenced: boolean;
  /** Per step; 0 when not differenced or not believed. */
  readonly drift: number;
  readonly arma: Arma;
  /** The series without the regression; missing samples as the last one before. */
  readonly levels: Float64Array;
  /** Levels, or their differences without the drift. */
  readonly values: Float64Array;
  readonly errors: Float64Array;
}

/**
 * ARIMA(p, d, q), p and q up to 3, d = 1 when a KPSS test finds no fixed level, else 0; with three Fourier pairs of the day when at least two days
 * are there and AICc prefers them. Fitted before the first origin by the conditional sum of squares, stationary and invertible. Missing samples stay as the one before them.
 * Limit: no second differences; a drift only where it stands out of the noise.
 */
export const arima: Method = {
  name: 'arima',
  prepare(history, firstOrigin, steps) {
    const part = trainingPart(history, firstOrigin, { fewest: FEWEST_SAMPLES });
    if (part === undefined) return () => false;
    const model = fit(part);
    const ahead = new Float64Array(steps);
    return (origin, out) => {
      const at = origin - part.from;
      return isFresh(part, at) && extrapolate(part, model, at, ahead.subarray(0, out.length), out);
    };
  },
};

function fit(part: TrainingPart): Model {
  const level = candidate(part, regress(part, 0));
  if (part.day === undefined) return level.model;
  const seasonal = candidate(part, regress(part, DAY_PAIRS));
  return seasonal.criterion < level.criterion ? seasonal.model : level.model;
}

function candidate(
  part: TrainingPart,
  regression: Regression,
): Pick<ArmaFit, 'criterion'> & { model: Model } {
  const { length } = part;
  const levels = withoutRegression(part, regression);
  const isDifferenced = hasUnitRoot(levels, length);
  const differences = levels.map((value, t) => (t === 0 ? 0 : value - levels[t - 1]!));
  const drift = isDifferenced ? believedMean(differences, 1, length) : 0;
  const values = isDifferenced ? differences.map((value, t) => (t === 0 ? 0 : value - drift)) : levels;
  // Differences lose the level, which the regression has estimated in vain.
  const parameters = regression.parameters - (isDifferenced && drift === 0 ? 1 : 0);
  const { arma, criterion } = fitArma(values, length, parameters);
  const errors = new Float64Array(values.length);
  armaErrors(values, values.length, arma, errors);
  return { criterion, model: { regression, isDifferenced, drift, arma, levels, values, errors } };
}

/** Level and Fourier pairs of the day by least squares on the training part's samples. */
function regress({ values, length, day }: TrainingPart, pairs: number): Regression {
  const row = new Float64Array(1 + 2 * pairs);
  const write = (index: number): Float64Array => {
    row[0] = 1;
    if (pairs > 0) writeFourier(row, 1, index, day ?? 1, pairs);
    return row;
  };
  const equations = new NormalEquations(row.length);
  for (let t = 0; t < length; t += 1) if (!Number.isNaN(values[t]!)) equations.add(write(t), values[t]!);
  const found = equations.solve([...row.keys()], () => 0);
  return {
    at: index => write(index).reduce((sum, x, n) => sum + x * found[n]!, 0),
    parameters: row.length,
  };
}

function withoutRegression({ values }: TrainingPart, regression: Regression): Float64Array {
  let last = 0;
  return values.map((value, t) => {
    if (!Number.isNaN(value)) last = value - regression.at(t);
    return last;
  });
}

function extrapolate(
  { centre, scale }: TrainingPart,
  model: Model,
  at: number,
  ahead: Float64Array,
  out: Float64Array,
): boolean {
  extrapolateArma(model, at, model.arma, ahead);
  let level = model.isDifferenced ? model.levels[at - 1]! : 0;
  for (let step = 0; step < out.length; step += 1) {
    if (model.isDifferenced) level += model.drift + ahead[step]!;
    const value = (model.isDifferenced ? level : ahead[step]!) + model.regression.at(at + step);
    out[step] = centre + scale * value;
    if (!Number.isFinite(out[step]!)) return false;
  }
  return true;
}
