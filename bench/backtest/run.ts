import { SLOW_METHODS } from '../../forecast/methods/slow-methods.ts';
import type { BacktestArguments } from './arguments.ts';
import { BacktestArgumentError } from './arguments.ts';
import { mixForecaster, SIMPLE_EXPERTS } from './experts-mix.ts';
import { fittedForecaster } from './fitted-method.ts';
import type { BacktestForecaster, OriginForecast } from './forecaster.ts';
import { onlineForecaster } from './forecaster.ts';
import type { Scores } from './score.ts';
import { Scorer } from './score.ts';
import { readSeries } from './series.ts';
import type { TrainedCorrection } from './train.ts';
import { trainOn } from './train.ts';

export interface MethodResult {
  readonly method: string;
  readonly scores: Scores;
  /** CPU seconds for 1,000 forecasts, taking in the samples before and between them included, training excluded. */
  readonly cpuSecondsPer1000: number;
  readonly bytesPerSeries: number | undefined;
  readonly perSeries: readonly { readonly loss: number; readonly values: number }[];
}

export interface BacktestResult {
  readonly results: readonly MethodResult[];
  /** What was learnt of all series together; undefined without `--train`. */
  readonly learnt: Omit<TrainedCorrection, 'correction'> | undefined;
}

/** Runs every method over every series; `write` is told the first method's forecasts. Throws `BacktestArgumentError`. */
export async function runBacktest(
  options: BacktestArguments,
  write?: (row: string, forecast: OriginForecast) => void,
): Promise<BacktestResult> {
  const trained = options.train.length === 0 ? undefined : await trainOn(options, await namesOf(options));
  const runs = options.methods.map(method => ({
    forecaster: forecasterOf(method, options, trained),
    scorer: new Scorer(options.threshold),
    cpuSeconds: 0,
  }));
  for await (const { name, values } of readSeries(options)) {
    for (const [n, run] of runs.entries()) {
      const before = process.cpuUsage().user;
      const forecasts = run.forecaster.forecast(values);
      run.cpuSeconds += (process.cpuUsage().user - before) / 1e6;
      run.scorer.add(values, forecasts, options.stepsAhead);
      if (n === 0) for (const forecast of forecasts) write?.(name, forecast);
    }
  }
  return {
    results: runs.map(resultOf),
    learnt: trained && { examples: trained.examples, weight: trained.weight },
  };
}

function resultOf({
  forecaster,
  scorer,
  cpuSeconds,
}: {
  readonly forecaster: BacktestForecaster;
  readonly scorer: Scorer;
  readonly cpuSeconds: number;
}): MethodResult {
  const scores = scorer.result();
  return {
    method: forecaster.name,
    scores,
    cpuSecondsPer1000: (1000 * cpuSeconds) / Math.max(1, scores.forecasts),
    bytesPerSeries: forecaster.bytesPerSeries,
    perSeries: scorer.perSeries,
  };
}

async function namesOf(options: BacktestArguments): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { name } of readSeries(options)) names.add(name);
  return names;
}

function forecasterOf(
  method: string,
  options: BacktestArguments,
  trained: TrainedCorrection | undefined,
): BacktestForecaster {
  if (method === 'auspex') return onlineForecaster(options, trained);
  if (method === 'experts_mix') return mixForecaster(method, Object.keys(SIMPLE_EXPERTS), options);
  if (Object.hasOwn(SIMPLE_EXPERTS, method)) return mixForecaster(method, [method], options);
  const fitted = SLOW_METHODS.find(({ name }) => name === method);
  if (fitted !== undefined) return fittedForecaster(fitted, options);
  const names = SLOW_METHODS.map(({ name }) => name);
  const known = ['auspex', 'experts_mix', ...Object.keys(SIMPLE_EXPERTS), ...names].join(', ');
  throw new BacktestArgumentError(`There is no method ${method}: choose of ${known}.`);
}
