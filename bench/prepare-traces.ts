/**
 * npm run traces:prepare [-- --traces FOLDER] [--to FOLDER]: makes, of the raw traces, the wide CSV files of the forecast protocol: PlanetLab's days in one file, Bitbrains'
 * CPU and memory in per cent of what was allocated, network and disk in multiples of the machine's own mean; and for each a file with the names of the rows to forecast.
 */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import { DEFAULT_TRACES, PREPARED } from './forecast/data-sets.ts';

const DAYS = ['20110303', '20110306', '20110309'];
/** Bitbrains: steps before the first that is forecast. */
const PAST = 20_736;

type Row = readonly [name: string, values: Float64Array];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { traces: { type: 'string' }, to: { type: 'string' } } });
  const traces = values.traces ?? DEFAULT_TRACES;
  const to = values.to ?? PREPARED;
  if (!existsSync(join(traces, 'samples.json'))) {
    console.log(`There are no traces in ${traces}: nothing to prepare.`);
    return;
  }
  mkdirSync(to, { recursive: true });
  const samples = JSON.parse(readFileSync(join(traces, 'samples.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(to, 'planetlab.rows.json'), JSON.stringify(samples['planetlab']));
  writeFileSync(join(to, 'bitbrains.rows.json'), JSON.stringify(samples['bitbrains']));
  await write(join(to, 'planetlab.csv.gz'), planetlab(traces));
  const file = (name: string): string => join(traces, 'bitbrains-rnd', `${name}.csv.gz`);
  await write(join(to, 'bitbrains-cpu.csv.gz'), shares(file('cpu_mhz'), file('cpu_cap_mhz')));
  await write(join(to, 'bitbrains-memory.csv.gz'), memory(traces, file('mem_mb')));
  await write(join(to, 'bitbrains-network.csv.gz'), ownMeans(file('net_rx_kbs')));
  await write(join(to, 'bitbrains-disk.csv.gz'), ownMeans(file('disk_write_kbs')));
  console.log(`prepared in ${to}`);
}

async function* planetlab(traces: string): AsyncGenerator<Row> {
  for (const day of DAYS) {
    for await (const [name, values] of rowsOf(join(traces, 'planetlab', `${day}.csv.gz`)))
      yield [`${day}/${name}`, values];
  }
}

/** Used of provisioned, in per cent, step by step. */
async function* shares(used: string, provisioned: string): AsyncGenerator<Row> {
  const capacities = rowsOf(provisioned);
  for await (const [name, values] of rowsOf(used)) {
    const { value: capacity } = await capacities.next();
    yield [name, values.map((value, n) => (100 * value) / (capacity as Row)[1][n]!)];
  }
}

async function* memory(traces: string, used: string): AsyncGenerator<Row> {
  const [header, ...lines] = readFileSync(join(traces, 'bitbrains-rnd/vms.csv'), 'utf8').trim().split('\n');
  const [vm, allocated] = ['vm', 'mem_alloc_mb'].map(name => header!.split(',').indexOf(name)) as [
    number,
    number,
  ];
  const allocations = new Map(lines.map(line => [line.split(',')[vm]!, Number(line.split(',')[allocated])]));
  for await (const [name, values] of rowsOf(used))
    yield [name, values.map(value => (100 * value) / allocations.get(name)!)];
}

async function* ownMeans(file: string): AsyncGenerator<Row> {
  for await (const [name, values] of rowsOf(file)) {
    const past = values.subarray(0, PAST).filter(value => !Number.isNaN(value));
    const mean = Math.max(1, past.reduce((sum, value) => sum + value, 0) / past.length);
    yield [name, values.map(value => value / mean)];
  }
}

async function* rowsOf(file: string): AsyncGenerator<Row> {
  const input = createReadStream(file).pipe(createGunzip());
  let isHeader = true;
  for await (const line of createInterface({ input })) {
    const [name, ...cells] = line.split(',');
    if (!isHeader) yield [name!, Float64Array.from(cells, cell => (cell === '' ? NaN : Number(cell)))];
    isHeader = false;
  }
}

async function write(file: string, rows: AsyncIterable<Row>): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    yield 'name,values\n';
    for await (const [name, values] of rows) {
      const cells = Array.from(values, value => (Number.isNaN(value) ? '' : String(Math.fround(value))));
      yield `${name},${cells.join(',')}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createGzip({ level: 1 }), createWriteStream(file));
}

await main();
