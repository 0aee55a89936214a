import { minimise } from '../nelder-mead.ts';
import { aicc } from '../training-part.ts';
import type { Arma } from './arma.ts';
import { armaErrors, CONDITIONED_ON, isStable } from './arma.ts';
import { armaStarts } from './hannan-rissanen.ts';

const MOST_LAGS = 3;
/** So many of the orders that look best at their starting values are fitted properly. */
const FITTED = 3;
const EVALUATIONS_PER_PARAMETER = 25;
/** Stability bounds third-order coefficients by 3. */
const MOST_COEFFICIENT = 3;

export interface ArmaFit {
  readonly arma: Arma;
  readonly criterion: number;
}

/**
 * The order (p and q up to 3) and coefficients with the best AICc on values[0..until): all orders are compared at Hannan's and Rissanen's values, the best few fitted by the conditional
 * sum of squares. `otherParameters` are those estimated before.
 */
export function fitArma(values: Float64Array, until: number, otherParameters: number): ArmaFit {
  const errors = new Float64Array(until);
  const judge = (arma: Arma, squares = armaErrors(values, until, arma, errors)): ArmaFit => ({
    arma,
    criterion: aicc(squares, until - CONDITIONED_ON, arma.ar.length + arma.ma.length + otherParameters + 1),
  });
  const startOf = armaStarts(values, until, MOST_LAGS);
  const starts: ArmaFit[] = [];
  for (let p = 0; p <= MOST_LAGS; p += 1)
    for (let q = 0; q <= MOST_LAGS; q += 1) starts.push(judge(startOf(p, q)));
  const fitted = best(starts)
    .slice(0, FITTED)
    .map(({ arma: { ar, ma } }) => {
      const armaOf = (at: readonly number[]): Arma => ({
        ar: at.slice(0, ar.length),
        ma: at.slice(ar.length),
      });
      const start = [...ar, ...ma];
      const { at, value } = minimise(
        point => (isStable(armaOf(point)) ? armaErrors(values, until, armaOf(point), errors) : Infinity),
        start,
        {
          least: start.map(() => -MOST_COEFFICIENT),
          most: start.map(() => MOST_COEFFICIENT),
          evaluations: EVALUATIONS_PER_PARAMETER * start.length,
          firstStep: 0.02,
        },
      );
      return judge(armaOf(at), value);
    });
  return best(fitted)[0]!;
}

/** Best first; of equals the simpler. */
function best(fits: readonly ArmaFit[]): readonly ArmaFit[] {
  const size = ({ arma }: ArmaFit): number => arma.ar.length + arma.ma.length;
  return fits.toSorted((a, b) => compare(a.criterion, b.criterion) || size(a) - size(b));
}

/** Infinities are equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
