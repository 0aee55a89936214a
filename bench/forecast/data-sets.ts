import { join } from 'node:path';

export const DEFAULT_TRACES = join(import.meta.dirname, '../../../shared/traces');
/** Never committed. */
export const PREPARED = join(import.meta.dirname, '../results/traces');

/** One table of the protocol, as options of the backtest. */
export interface DataSet {
  readonly name: string;
  readonly file: string;
  readonly rows: string;
  readonly origins: readonly number[];
  readonly options: readonly string[];
  /** Whether other series of the same file may be learnt from. */
  readonly learns: boolean;
}

const every = (count: number, first: number, distance: number): readonly number[] =>
  Array.from({ length: count }, (_, n) => first + distance * n);

const HOUR = { rows: 'bitbrains.rows.json', origins: every(24, 20_736, 204), learns: false } as const;
const DAY = { rows: 'bitbrains.rows.json', origins: every(12, 1728, 27), learns: false } as const;
const HOUR_OPTIONS = ['--steps-ahead', '12', '--history', '4032'];
const DAY_OPTIONS = ['--steps-ahead', '24', '--history', '504', '--clip', '0,110'];

export const DATA_SETS: readonly DataSet[] = [
  {
    name: 'PlanetLab CPU, 1 h',
    file: 'planetlab.csv.gz',
    rows: 'planetlab.rows.json',
    origins: every(12, 144, 12),
    options: ['--steps-ahead', '12', '--clip', '0,100'],
    learns: true,
  },
  {
    name: 'Bitbrains CPU, 1 h',
    file: 'bitbrains-cpu.csv.gz',
    ...HOUR,
    options: [...HOUR_OPTIONS, '--clip', '0,110'],
  },
  {
    name: 'Bitbrains memory, 1 h',
    file: 'bitbrains-memory.csv.gz',
    ...HOUR,
    options: [...HOUR_OPTIONS, '--clip', '0,100'],
  },
  { name: 'Bitbrains network, 1 h', file: 'bitbrains-network.csv.gz', ...HOUR, options: HOUR_OPTIONS },
  { name: 'Bitbrains disk write, 1 h', file: 'bitbrains-disk.csv.gz', ...HOUR, options: HOUR_OPTIONS },
  {
    name: 'Bitbrains CPU hourly mean, 24 h',
    file: 'bitbrains-cpu.csv.gz',
    ...DAY,
    options: [...DAY_OPTIONS, '--aggregate', 'mean:12'],
  },
  {
    name: 'Bitbrains CPU hourly maximum, 24 h',
    file: 'bitbrains-cpu.csv.gz',
    ...DAY,
    options: [...DAY_OPTIONS, '--aggregate', 'max:12'],
  },
];
