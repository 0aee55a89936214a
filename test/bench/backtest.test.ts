import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, '../../bench/backtest.ts');

describe('backtest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auspex-backtest-'));
  const input = join(folder, 'trace.csv.gz');
  const wave = (row: number): string =>
    Array.from({ length: 400 }, (_, n) =>
      (n + row) % 29 === 0 ? '' : (40 + 20 * Math.sin((n + 7 * row) / 20)).toFixed(2),
    ).join(',');

  before(() => {
    const rows = ['a', 'b', 'c'].map((name, n) => `${name},${wave(n)}`);
    writeFileSync(input, gzipSync(['vm,0,1', ...rows].join('\n')));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function backtest(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [PROGRAM, '--input', input, ...args]);
    return stdout;
  }

  async function refusal(...args: readonly string[]): Promise<string> {
    try {
      await run(process.execPath, [PROGRAM, ...args]);
    } catch (error) {
      return (error as { readonly stderr: string }).stderr;
    }
    throw new Error('it was not refused');
  }

  it('scores methods on the same forecasts and writes what was forecast', async () => {
    const forecasts = join(folder, 'forecasts.csv');
    const overloads = join(folder, 'overloads.csv');
    const out = await backtest(
      '--origins',
      '300,322',
      '--methods',
      'auspex,last_value,experts_mix',
      '--json',
      '--forecasts-out',
      forecasts,
      '--overload-out',
      overloads,
    );

    const { results } = JSON.parse(out) as { results: { method: string; forecasts: number; mae: number }[] };
    expect(results.map(({ method }) => method)).deep.equals(['auspex', 'last_value', 'experts_mix']);
    for (const { forecasts: count, mae } of results) {
      expect(count).equals(6);
      expect(mae).within(0.1, 20);
    }
    const lines = readFileSync(forecasts, 'utf8').trim().split('\n');
    expect(lines[0]).equals('row,origin,step,q0.5,q0.9,q0.95,q0.99');
    expect(lines).length(1 + 6 * 12);
    for (const line of lines.slice(1)) {
      const [q50, q90, q95, q99] = line.split(',').slice(3).map(Number) as [number, number, number, number];
      expect(q50 <= q90 && q90 <= q95 && q95 <= q99, line).equals(true);
    }
    expect(readFileSync(overloads, 'utf8')).match(/^row,origin,pMaxOver\na,300,\d\.\d+\n/);
  });

  it('takes no notice of what comes after an origin', async () => {
    const whole = JSON.parse(
      await backtest('--origins', '300', '--json', '--rows', rowsFile('a')),
    ) as unknown;
    const forecasts = join(folder, 'whole.csv');
    await backtest('--origins', '300', '--forecasts-out', forecasts);
    const cut = join(folder, 'cut.csv');
    const until300 = ['a', 'b', 'c'].map(
      (name, n) => `${name},${wave(n).split(',').slice(0, 300).join(',')}`,
    );
    writeFileSync(cut, ['vm,0,1', ...until300].join('\n'));
    const early = join(folder, 'early.csv');
    await run(process.execPath, [PROGRAM, '--input', cut, '--origins', '300', '--forecasts-out', early]);

    expect(readFileSync(early, 'utf8')).equals(readFileSync(forecasts, 'utf8'));
    expect(whole).nested.property('results[0].forecasts', 1);
  });

  it('fits the slow methods in time and takes no notice of what comes after an origin', async () => {
    const cut = join(folder, 'cut-for-fits.csv');
    const until310 = wave(0).split(',').slice(0, 310).join(',');
    writeFileSync(cut, `vm,0,1\na,${until310}`);
    const outs: string[] = [];
    for (const method of ['exponential_smoothing', 'arima', 'decomposition']) {
      const [whole, early] = [join(folder, `${method}-whole.csv`), join(folder, `${method}-early.csv`)];
      const args = ['--rows', rowsFile('a'), '--origins', '280,310,388', '--methods', method];
      const result = JSON.parse(await backtest(...args, '--json', '--forecasts-out', whole)) as {
        readonly results: readonly {
          readonly method: string;
          readonly forecasts: number;
          readonly mae: number;
        }[];
      };
      await run(process.execPath, [PROGRAM, '--input', cut, ...args, '--forecasts-out', early]);

      expect(result.results[0]).includes({ method, forecasts: 3 });
      expect(result.results[0]!.mae).within(0.01, 20);
      outs.push(readFileSync(whole, 'utf8'));
      expect(outs.at(-1)).contains(readFileSync(early, 'utf8'));
    }
    expect(new Set(outs)).property('size', 3);
  });

  it('learns from other series and believes only what helps on those it has not seen', async () => {
    const out = await backtest('--origins', '300', '--rows', rowsFile('a'), '--train', input, '--json');

    const { learnt } = JSON.parse(out) as { learnt?: { weight: number; examples: number } };
    expect(learnt?.weight ?? 0).within(0, 1);
  });

  it('aggregates steps', async () => {
    const out = await backtest('--origins', '25', '--aggregate', 'max:12', '--steps-ahead', '6', '--json');

    expect(JSON.parse(out)).nested.property('stepsAhead', 6);
  });

  it('says in one sentence what is wrong', async () => {
    expect(await refusal('--origins', '1')).equals('backtest: --input needs at least one CSV file.\n');
    expect(await refusal('--input', input, '--origins', 'x')).contains('--origins takes numbers, not "x".');
    expect(await refusal('--input', input, '--origins', '9', '--methods', 'oracle')).contains(
      'There is no method oracle: choose of auspex, experts_mix',
    );
    expect(await refusal('--input', join(folder, 'none.csv'), '--origins', '9')).match(
      /^backtest: .*none\.csv cannot be read: .*ENOENT.*\n$/,
    );
    expect(await refusal('--input', input, '--origins', '9', '--rows', rowsFile('z'))).contains(
      '--rows names z, which no input has',
    );
  });

  function rowsFile(...names: readonly string[]): string {
    const file = join(folder, `${names.join('-')}.rows`);
    writeFileSync(file, names.join('\n'));
    return file;
  }
});
