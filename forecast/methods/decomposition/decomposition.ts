import { NormalEquations } from '../least-squares.ts';
import type { History, Method } from '../method.ts';
import { daySteps, isFresh, trainingPart } from '../training-part.ts';
import type { EventCalendar } from './known-event.ts';
import { NO_EVENTS } from './known-event.ts';
import { regressorsOf } from './regressors.ts';

/** A series taken apart. */
export interface Decomposition {
  /** Value expected at a step of the history or after it; kept within the training part's range and its width to either side. */
  at(index: number): number;
  /** What each event by name adds while it lasts, in the series' unit; 0 when it has not been seen. */
  readonly effects: ReadonlyMap<string, number>;
}

const FEWEST_SAMPLES = 24;
/** Four weeks of 5-minute steps. */
const MOST_SAMPLES = 8064;
const PASSES = 3;
/** Of the series' variance: keeps what no sample asks for at 0. */
const LEAST_NOISE = 1e-6;

/**
 * Trend, day, week and events (after Taylor and Letham 2018): a piecewise-linear trend with change points held back by a penalty, Fourier terms of the day (from
 * two days on) and of the week (from two weeks on) and one effect per event name, all by one ridge regression on the samples that there are, so gaps do not matter.
 * Limit: it does not look at the newest samples in particular; the last slope goes on.
 */
export function decompositionWith(calendar: EventCalendar): Method {
  return {
    name: 'decomposition',
    prepare(history, firstOrigin) {
      const fitted = fitDecomposition(history, firstOrigin, calendar);
      if (fitted === undefined) return () => false;
      return (origin, out) => {
        if (!fitted.isFresh(origin)) return false;
        for (let step = 0; step < out.length; step += 1) {
          out[step] = fitted.at(origin + step);
          if (!Number.isFinite(out[step]!)) return false;
        }
        return true;
      };
    },
  };
}

export const decomposition: Method = decompositionWith(NO_EVENTS);

/** From the samples before `firstOrigin`; undefined when there are too few. O(samples × columns²). */
export function fitDecomposition(
  history: History,
  firstOrigin: number,
  calendar: EventCalendar,
): (Decomposition & { isFresh(origin: number): boolean }) | undefined {
  const part = trainingPart(history, firstOrigin, { fewest: FEWEST_SAMPLES, most: MOST_SAMPLES });
  if (part === undefined) return undefined;
  const { from, length, centre, scale, day } = part;
  const week = 7 * (daySteps(history) ?? NaN);
  const regressors = regressorsOf({
    from,
    until: from + length,
    stepSeconds: history.stepSeconds,
    day,
    week: length >= 2 * week ? week : undefined,
    calendar,
  });
  const row = new Float64Array(regressors.penalties.length);
  const equations = new NormalEquations(row.length);
  let [least, most] = [Infinity, -Infinity];
  for (let t = 0; t < length; t += 1) {
    const value = part.values[t]!;
    if (Number.isNaN(value)) continue;
    regressors.write(row, from + t);
    equations.add(row, value);
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const found = shrunk(equations, regressors.penalties);
  const width = most - least;
  return {
    at(index) {
      regressors.write(row, index);
      const value = row.reduce((sum, x, n) => sum + x * found[n]!, 0);
      return centre + scale * Math.min(most + width, Math.max(least - width, value));
    },
    effects: new Map(
      regressors.eventNames.map((name, n) => [name, scale * found[regressors.firstEvent + n]!]),
    ),
    isFresh: origin => isFresh(part, origin - from),
  };
}

/**
 * Coefficients whose penalties are in proportion to the noise, which is learnt from the fit before: the clearer a series, the less
 * is held back.
 */
function shrunk(equations: NormalEquations, penalties: readonly number[]): Float64Array {
  let noise = 1;
  let found: Float64Array = new Float64Array(penalties.length);
  for (let pass = 0; pass < PASSES; pass += 1) {
    found = equations.solve([...penalties.keys()], column => noise * penalties[column]!);
    noise = Math.max(LEAST_NOISE, equations.meanSquaredError(found));
  }
  return found;
}
