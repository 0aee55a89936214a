/**
 * Backtests the forecasting engine, and simple methods beside it, on any wide CSV: see docs/forecasting.md.
 */
import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { BacktestArguments } from './backtest/arguments.ts';
import { BacktestArgumentError, readArguments } from './backtest/arguments.ts';
import type { OriginForecast } from './backtest/forecaster.ts';
import { JUDGED } from './backtest/forecaster.ts';
import { runBacktest } from './backtest/run.ts';

async function main(args: readonly string[]): Promise<void> {
  const options = readArguments(args);
  const outputs = openOutputs(options);
  const { results, learnt } = await runBacktest(options, (row, forecast) => outputs.write(row, forecast));
  await outputs.close();
  const rows = results.map(({ method, scores, cpuSecondsPer1000, bytesPerSeries }) => ({
    method,
    ...scores,
    cpuSecondsPer1000,
    bytesPerSeries,
  }));
  if (options.json) console.log(JSON.stringify({ stepsAhead: options.stepsAhead, learnt, results: rows }));
  else console.table(rows.map(flat));
}

function openOutputs({ forecastsOut, overloadOut }: BacktestArguments): {
  write(row: string, forecast: OriginForecast): void;
  close(): Promise<void>;
} {
  const open = (file: string | undefined, header: string): WriteStream | undefined => {
    if (file === undefined) return undefined;
    const stream = createWriteStream(file);
    stream.write(`${header}\n`);
    return stream;
  };
  const forecasts = open(forecastsOut, `row,origin,step,${JUDGED.map(p => `q${p}`).join(',')}`);
  const overloads = open(overloadOut, 'row,origin,pMaxOver');
  return {
    write(row, { origin, quantiles, pMaxOver }) {
      for (let step = 0; step * JUDGED.length < quantiles.length; step += 1) {
        const cells = quantiles.subarray(step * JUDGED.length, (step + 1) * JUDGED.length);
        forecasts?.write(
          `${row},${origin},${step + 1},${Array.from(cells, value => Number(value.toFixed(5))).join(',')}\n`,
        );
      }
      overloads?.write(`${row},${origin},${pMaxOver?.toFixed(6) ?? ''}\n`);
    },
    async close() {
      for (const stream of [forecasts, overloads]) {
        if (stream === undefined) continue;
        stream.end();
        await finished(stream);
      }
    },
  };
}

function flat(result: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(result).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([inner, number]) => [`${key} ${inner}`, rounded(number)])
        : [[key, rounded(value)]],
    ),
  );
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(4)) : value;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isOurs = error instanceof BacktestArgumentError;
  process.stderr.write(
    `backtest: ${isOurs ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = 1;
});
