import type { Errors } from './backtest.ts';
import { backtest, backtestOrigins, quantileOf, sortedErrors } from './backtest.ts';
import type { History, Method } from './methods/method.ts';
import { METHODS } from './methods/methods.ts';

/** Fewer past errors than this say nothing about a method. */
export const FEWEST_ERRORS = 10;
/** A method must lose at least this share less than a simpler one to be preferred. */
const IMPROVEMENT = 0.01;
const JUDGED_STEPS = 4;

export interface Selection {
  readonly method: Method;
  readonly errors: Errors;
}

/**
 * The method with the least mean pinball loss at the median and at 95 % over a rolling backtest of the series' own past; undefined when the past is too short to judge
 * even the baseline.
 */
export function selectMethod(history: History, steps: number): Selection | undefined {
  const origins = backtestOrigins(history.values.length, steps);
  let best: Selection | undefined;
  for (const method of METHODS) {
    const errors = backtest(method, history, origins, steps);
    if (best === undefined) {
      if (meanLoss(errors, errors) !== undefined) best = { method, errors };
      continue;
    }
    const loss = meanLoss(errors, best.errors);
    const lossToBeat = meanLoss(best.errors, errors);
    if (loss !== undefined && lossToBeat !== undefined && loss < lossToBeat * (1 - IMPROVEMENT)) {
      best = { method, errors };
    }
  }
  return best;
}

/**
 * Mean pinball loss of the median and of the calibrated 95 % bound, at a few steps spread over the horizon, where the other method has an
 * error too: both are judged on the same past.
 */
function meanLoss(errors: Errors, paired: Errors): number | undefined {
  let total = 0;
  for (let n = 1; n <= JUDGED_STEPS; n += 1) {
    const step = Math.max(0, Math.round((n * errors.steps) / JUDGED_STEPS) - 1);
    const sorted = sortedErrors(errors, step, paired);
    if (sorted.length < FEWEST_ERRORS) return undefined;
    total += pinball(sorted, 0.5, 0) + pinball(sorted, 0.95, quantileOf(sorted, 0.95));
  }
  return total / JUDGED_STEPS;
}

function pinball(errors: Float32Array, p: number, bound: number): number {
  let sum = 0;
  for (const error of errors) sum += error >= bound ? p * (error - bound) : (p - 1) * (error - bound);
  return sum / errors.length;
}
