import type { Method } from '../../forecast/methods/method.ts';
import type { BacktestArguments } from './arguments.ts';
import { carryForward, mix } from './experts-mix.ts';
import type { BacktestForecaster } from './forecaster.ts';
import { firstStep, isDue } from './forecaster.ts';

/** A method is fitted anew at most so many times per series, evenly spaced; between fits its parameters stay, its state goes on. */
const MOST_FITS = 24;
/** Steps before which no fit is tried. */
const FIRST_FIT = 24;
const DAYS_OF_ERRORS = 7;

/**
 * A method that is fitted by search, with the quantiles of its own errors of the last seven days: each of them made by a fit that knew nothing of what it forecast. Where it cannot
 * say, the last value stands in.
 */
export function fittedForecaster(method: Method, options: BacktestArguments): BacktestForecaster {
  const stepSeconds = options.stepSeconds * (options.aggregate?.steps ?? 1);
  const day = Math.max(1, Math.round(86_400 / stepSeconds));
  return {
    name: method.name,
    bytesPerSeries: undefined,
    forecast(values) {
      const from = firstStep(options, values.length);
      const known = values.subarray(from);
      const origins = options.origins.filter(origin => isDue(values, origin));
      const points = pointsOf(
        method,
        { values: known, stepSeconds },
        {
          from: Math.max(FIRST_FIT, options.origins[0]! - from - DAYS_OF_ERRORS * day),
          until: options.origins.at(-1)! - from,
          steps: options.stepsAhead,
        },
      );
      const filled = carryForward(known);
      return origins.map(origin => {
        const until = origin - from;
        const series = { values: filled, from: 0, until, day, window: options.stepsAhead };
        return { origin, quantiles: mix([points], series, options), pMaxOver: undefined };
      });
    },
  };
}

/** What the method says at every step from which a fit was tried up to the last origin; NaN elsewhere. */
function pointsOf(
  method: Method,
  history: { readonly values: Float32Array; readonly stepSeconds: number },
  { from, until, steps }: { readonly from: number; readonly until: number; readonly steps: number },
): (at: number, ahead: number) => number {
  const points = new Float64Array(Math.max(0, until + 1 - from) * steps).fill(NaN);
  const spacing = Math.max(1, Math.ceil((until + 1 - from) / MOST_FITS));
  const end = Math.min(until, history.values.length);
  for (let first = from; first <= end; first += spacing) {
    const last = Math.min(end, first + spacing - 1);
    const forecast = method.prepare(
      { values: history.values.subarray(0, last), stepSeconds: history.stepSeconds },
      first,
      steps,
    );
    for (let at = first; at <= last; at += 1) {
      const out = points.subarray((at - from) * steps, (at - from + 1) * steps);
      if (!forecast(at, out)) out.fill(NaN);
    }
  }
  return (at, ahead) => (at < from || at > until ? NaN : points[(at - from) * steps + ahead]!);
}
