/**
 * npm run bench:forecast: the tables of docs/forecasting.md: the engine beside the mix of simple experts on every data set of the protocol, one configuration for all,
 * compared series by series (bootstrap over series). Needs `npm run traces:prepare` before.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './backtest/arguments.ts';
import type { Scores } from './backtest/score.ts';
import { runBacktest } from './backtest/run.ts';
import type { MethodResult } from './backtest/run.ts';
import { DATA_SETS, PREPARED } from './forecast/data-sets.ts';
import type { DataSet } from './forecast/data-sets.ts';
import { report } from './results.ts';
import { seededRandom } from './synthetic-cloud.ts';

const RESAMPLES = 1000;

async function main(): Promise<void> {
  if (!existsSync(join(PREPARED, 'planetlab.csv.gz'))) {
    console.log('There are no prepared traces: npm run traces:prepare makes them where the raw ones are.');
    return;
  }
  const rows: Record<string, string | number>[] = [];
  for (const dataSet of DATA_SETS) rows.push(...(await tableOf(dataSet)));
  report('forecast', rows);
}

async function tableOf({
  name,
  file,
  rows,
  origins,
  options,
  learns,
}: DataSet): Promise<Record<string, string | number>[]> {
  const input = join(PREPARED, file);
  const args = ['--input', input, '--rows', join(PREPARED, rows), '--origins', origins.join(','), ...options];
  if (learns) args.push('--train', input);
  args.push('--methods', 'auspex,experts_mix');
  const { results, learnt } = await runBacktest(readArguments(args));
  const [ours, peer] = results as [MethodResult, MethodResult];
  console.log(
    name,
    learnt === undefined ? '' : `(learnt from ${learnt.examples} examples, believed ${learnt.weight})`,
  );
  const low = paired(ours, peer, 0.025);
  const high = paired(ours, peer, 0.975);
  const change = `${percent(ours.scores.pinballSum / peer.scores.pinballSum - 1)} [${percent(low)}, ${percent(high)}]`;
  return [ours, peer].map((result, n) => ({
    data: name,
    method: result.method,
    ...columns(result.scores),
    'against the mix': n === 0 ? change : '',
    ...cost(result),
  }));
}

function columns({
  mae,
  maseMedian,
  pinball,
  pinballSum,
  coverage,
  overload,
}: Scores): Record<string, number> {
  const digits = (value: number | undefined): number => Number((value ?? NaN).toFixed(4));
  return {
    MAE: digits(mae),
    'MASE median': digits(maseMedian),
    ...Object.fromEntries(Object.entries(pinball).map(([p, loss]) => [`pinball ${p}`, digits(loss)])),
    'pinball sum': digits(pinballSum),
    'cover 0.95': digits(coverage['0.95']),
    'cover 0.99': digits(coverage['0.99']),
    AUC: digits(overload.auc),
    'AUC onset': digits(overload.aucOnset),
  };
}

function cost({ cpuSecondsPer1000, bytesPerSeries }: MethodResult): Record<string, number | string> {
  return { 'CPU s/1000': Number(cpuSecondsPer1000.toFixed(3)), 'bytes/series': bytesPerSeries ?? '' };
}

/** The quantile of the relative difference of the losses over resampled series. */
function paired(ours: MethodResult, peer: MethodResult, quantile: number): number {
  const random = seededRandom(42);
  const differences = Array.from({ length: RESAMPLES }, () => {
    let [own, other] = [0, 0];
    for (let n = 0; n < ours.perSeries.length; n += 1) {
      const series = Math.floor(random() * ours.perSeries.length);
      own += ours.perSeries[series]!.loss;
      other += peer.perSeries[series]!.loss;
    }
    return own / other - 1;
  }).toSorted((a, b) => a - b);
  return differences[Math.floor(quantile * RESAMPLES)]!;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

await main();
