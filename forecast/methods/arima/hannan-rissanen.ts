import { NormalEquations } from '../least-squares.ts';
import type { Arma } from './arma.ts';
import { isStable } from './arma.ts';

/** Shrinks an unstable start until it is stable. */
const SHRINK = 0.9;
const LONG_ORDER = 10;
/** Keeps a regression on few or constant samples solvable. */
const RIDGE = 1e-6;

/**
 * Starting values for every order up to `most` from one pass (Hannan and Rissanen 1982): a long autoregression gives approximate errors, on which, with the values
 * before, the values are then regressed. Every start is stable.
 */
export function armaStarts(
  values: Float64Array,
  until: number,
  most: number,
): (p: number, q: number) => Arma {
  const order = Math.max(1, Math.min(LONG_ORDER, Math.floor(until / 8)));
  const errors = longErrors(values, until, order);
  const equations = new NormalEquations(2 * most);
  const row = new Float64Array(2 * most);
  for (let t = order + most; t < until; t += 1) {
    for (let lag = 0; lag < most; lag += 1) {
      row[lag] = values[t - 1 - lag]!;
      row[most + lag] = errors[t - 1 - lag]!;
    }
    equations.add(row, values[t]!);
  }
  return (p, q) => {
    const columns = [...Array(p).keys(), ...Array.from({ length: q }, (_, n) => most + n)];
    const found = equations.solve(columns, () => RIDGE * until);
    let arma: Arma = { ar: [...found.subarray(0, p)], ma: [...found.subarray(p)] };
    while (!isStable(arma))
      arma = {
        ar: arma.ar.map((value, n) => value * SHRINK ** (n + 1)),
        ma: arma.ma.map((value, n) => value * SHRINK ** (n + 1)),
      };
    return arma;
  };
}

/** Errors of an autoregression of the order; 0 before it can say anything. */
function longErrors(values: Float64Array, until: number, order: number): Float64Array {
  const coefficients = autoregression(values, until, order);
  const errors = new Float64Array(until);
  for (let t = order; t < until; t += 1) {
    let error = values[t]!;
    for (let i = 0; i < order; i += 1) error -= coefficients[i]! * values[t - 1 - i]!;
    errors[t] = error;
  }
  return errors;
}

/** By Durbin's and Levinson's recursion on the autocovariances. */
function autoregression(values: Float64Array, until: number, order: number): Float64Array {
  const covariances = Float64Array.from({ length: order + 1 }, (_, lag) => {
    let sum = 0;
    for (let t = lag; t < until; t += 1) sum += values[t]! * values[t - lag]!;
    return sum;
  });
  let coefficients = new Float64Array(order);
  let rest = covariances[0]!;
  for (let n = 0; n < order && rest > 0; n += 1) {
    let sum = covariances[n + 1]!;
    for (let i = 0; i < n; i += 1) sum -= coefficients[i]! * covariances[n - i]!;
    const reflection = sum / rest;
    const next = coefficients.slice();
    for (let i = 0; i < n; i += 1) next[i] = coefficients[i]! - reflection * coefficients[n - 1 - i]!;
    next[n] = reflection;
    coefficients = next;
    rest *= 1 - reflection * reflection;
  }
  return coefficients;
}
