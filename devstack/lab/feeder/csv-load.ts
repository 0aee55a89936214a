import type { GuestLoad } from './columns.ts';

export interface CsvLoads {
  /** Of the longest series. */
  readonly steps: number;
  /** The series for the server at `index`, `length` values that end with the series' last; what is missing repeats an end. */
  at(index: number, length: number): GuestLoad;
}

/** Parses lines `vm,cpu_percent[,memory_percent]`; without memory it is 40 + 0.4 × CPU. */
export function loadsFromCsv(text: string): CsvLoads {
  const series = new Map<number, [cpu: number, memory: number][]>();
  for (const line of text.split('\n')) {
    const [vm = '', cpuText, memoryText] = line.trim().split(',');
    if (!/^\d+$/.test(vm)) continue;
    const cpu = Number(cpuText);
    const memory = memoryText ? Number(memoryText) : 40 + 0.4 * cpu;
    if (Number.isNaN(cpu) || Number.isNaN(memory))
      throw new Error(`"${line}" is not vm,cpu_percent[,memory_percent]`);
    const rows = series.get(Number(vm)) ?? [];
    rows.push([cpu, memory]);
    series.set(Number(vm), rows);
  }
  const all = [...series].toSorted(([one], [other]) => one - other).map(([, rows]) => rows);
  if (all.length === 0) throw new Error('the CSV file has no line vm,cpu_percent[,memory_percent]');
  const steps = Math.max(...all.map(rows => rows.length));
  return {
    steps,
    at(index, length) {
      const rows = all[index % all.length] ?? [];
      const row = (n: number) => rows[Math.min(rows.length - 1, Math.max(0, n - (steps - rows.length)))];
      return {
        cpuPercent: Float64Array.from({ length }, (_, n) => row(n)?.[0] ?? 0),
        memoryPercent: Float64Array.from({ length }, (_, n) => row(n)?.[1] ?? 0),
      };
    },
  };
}
