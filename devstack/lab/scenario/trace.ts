import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { normal } from '../feeder/synthetic-load.ts';

/** What many guests did, one value for every 5 minutes; NaN = no sample. */
export interface Trace {
  readonly source: string;
  readonly rows: readonly TraceRow[];
  /** Percent (0–100) of the guest's memory. Read for the chosen rows only: it costs more than the CPU. */
  memoryPercent(rowNames: readonly string[]): Map<string, Float32Array>;
}

export interface TraceRow {
  readonly name: string;
  /** Percent (0–100) of the guest's own vCPUs. */
  readonly cpuPercent: Float32Array;
}

/** The real trace in `folder` if it is there, else a made-up one. */
export function openTrace(folder: string): Trace {
  return existsSync(join(folder, 'cpu_mhz.csv.gz')) ? bitbrainsTrace(folder) : syntheticTrace('auspex');
}

/** GWA-T-12 Bitbrains (Shen, van Beek, Iosup: CCGrid 2015) as rows of VMs by columns of 5-minute steps. */
export function bitbrainsTrace(folder: string): Trace {
  const shares = (used: string, provisioned: string, wanted?: ReadonlySet<string>) => {
    const most = readRows(join(folder, provisioned), wanted);
    return new Map(
      [...readRows(join(folder, used), wanted)].map(([name, values]) => [
        name,
        percentOf(values, most.get(name)),
      ]),
    );
  };
  return {
    source: 'Bitbrains rnd',
    rows: [...shares('cpu_mhz.csv.gz', 'cpu_cap_mhz.csv.gz')].map(([name, cpuPercent]) => ({
      name,
      cpuPercent,
    })),
    memoryPercent: names => shares('mem_mb.csv.gz', 'mem_cap_mb.csv.gz', new Set(names)),
  };
}

/** Twenty days of guests that are busy at the same hour every day, steady ones and quiet ones, from a seed. */
export function syntheticTrace(seed: string): Trace {
  const steps = 20 * 288;
  const guests = [
    ...[55, 48, 40].map(rise => ({ level: 8, rise })),
    ...[60, 55, 50, 45, 42, 38].map(level => ({ level, rise: 0 })),
    ...Array.from({ length: 14 }, (_, n) => ({ level: 4 + n, rise: 0 })),
  ];
  const series = (name: string, at: (step: number) => number) =>
    Float32Array.from({ length: steps }, (_, step) =>
      Math.min(100, Math.max(0, at(step) * (1 + 0.05 * normal(`${seed}-${name}-${step}`)))),
    );
  return {
    source: 'made up',
    rows: guests.map(({ level, rise }, n) => ({
      name: `made-up-${n}`,
      cpuPercent: series(`${n}`, step => level + (isBusyHour(step) ? rise : 0)),
    })),
    memoryPercent: names => new Map(names.map(name => [name, series(`${name}-memory`, () => 35)])),
  };
}

/** From ten o'clock to half past twelve. */
function isBusyHour(step: number): boolean {
  return step % 288 >= 120 && step % 288 < 150;
}

/** Rows of a gzip'd CSV file `vm,step 0,step 1,…` with one header line. */
function readRows(path: string, wanted?: ReadonlySet<string>): Map<string, Float32Array> {
  const rows = new Map<string, Float32Array>();
  const lines = gunzipSync(readFileSync(path)).toString('latin1').trimEnd().split('\n');
  for (const line of lines.slice(1)) {
    const name = line.slice(0, line.indexOf(','));
    if (wanted && !wanted.has(name)) continue;
    const cells = line.slice(name.length + 1).split(',');
    rows.set(
      name,
      Float32Array.from(cells, cell => (cell === '' ? Number.NaN : Number(cell))),
    );
  }
  return rows;
}

/** Above 100 a guest had turbo, or was resized; the lab's have neither. */
function percentOf(used: Float32Array, most: Float32Array | undefined): Float32Array {
  return used.map((value, n) => Math.min(100, (100 * value) / (most?.[n] ?? Number.NaN)));
}
