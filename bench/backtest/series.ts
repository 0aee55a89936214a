import { createReadStream, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { BacktestArguments } from './arguments.ts';
import { BacktestArgumentError } from './arguments.ts';

export interface NamedSeries {
  readonly name: string;
  /** NaN = no sample. */
  readonly values: Float32Array;
}

/**
 * Reads wide CSV files line by line: a header, then one row per series: its name, its samples, empty = missing; gzip when the name ends in .gz.
 * Names that occur in several files get the file's name in front: FILE/NAME. Throws `BacktestArgumentError`.
 */
export async function* readSeries(options: BacktestArguments): AsyncGenerator<NamedSeries> {
  const wanted = options.rows === undefined ? undefined : readNames(options.rows);
  const missing = new Set(wanted);
  for (const file of options.inputs) {
    const stem = basename(file).replace(/\.csv(\.gz)?$/, '');
    for await (const line of linesOf(file)) {
      const comma = line.indexOf(',');
      if (comma < 0) continue;
      const plain = line.slice(0, comma);
      const full = `${stem}/${plain}`;
      if (wanted !== undefined && !wanted.has(plain) && !wanted.has(full)) continue;
      missing.delete(plain);
      missing.delete(full);
      const name = options.inputs.length > 1 && !plain.includes('/') ? full : plain;
      yield { name, values: aggregate(numbersOf(line, comma, name), options.aggregate) };
    }
  }
  const [first] = missing;
  if (first !== undefined)
    throw new BacktestArgumentError(`--rows names ${first}, which no input has (${missing.size} in all).`);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', error => input.destroy(error));
  let isHeader = true;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (!isHeader) yield line;
      isHeader = false;
    }
  } catch (error) {
    throw new BacktestArgumentError(`${file} cannot be read: ${String(error)}.`, { cause: error });
  }
}

function numbersOf(line: string, from: number, name: string): Float32Array {
  const cells = line.slice(from + 1).split(',');
  return Float32Array.from(cells, cell => {
    const text = cell.trim();
    if (text === '' || text.toLowerCase() === 'nan') return NaN;
    const value = Number(text);
    if (Number.isNaN(value)) throw new BacktestArgumentError(`The row ${name} has "${text}" for a number.`);
    return value;
  });
}

/** Names, one per line, or a JSON array of them. */
function readNames(file: string): ReadonlySet<string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new BacktestArgumentError(`--rows: ${file} cannot be read.`, { cause: error });
  }
  const names: unknown = text.startsWith('[') ? JSON.parse(text) : text.split(/\r?\n/);
  return new Set((names as readonly unknown[]).map(name => String(name).trim()));
}

/** Mean or maximum of the samples that there are; NaN when there is none. */
function aggregate(values: Float32Array, how: BacktestArguments['aggregate']): Float32Array {
  if (how === undefined) return values;
  const { steps, by } = how;
  return Float32Array.from({ length: Math.floor(values.length / steps) }, (_, n) => {
    const samples = values.subarray(n * steps, (n + 1) * steps).filter(value => !Number.isNaN(value));
    if (samples.length === 0) return NaN;
    if (by === 'max') return samples.reduce((most, value) => Math.max(most, value));
    return samples.reduce((sum, value) => sum + value, 0) / samples.length;
  });
}
