import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export const STEP_SECONDS = 300;
export const SAMPLES_PER_DAY = 288;

/** One day of CPU use, each machine's share (0-1) of its own allocation. */
export interface Trace {
  readonly vmCount: number;
  readonly samplesPerVm: number;
  /** Row by row; the last sample of each row stands twice, for the end of the day. */
  readonly shares: Float64Array;
}

/** The day's file cannot be replayed: one sentence. */
export class TraceFileError extends Error {
  override readonly name = 'TraceFileError';
  readonly code = 'trace_file';
}

/** Reads `vm,0,1,...,287` with one row of per cents for each machine, plain or gzipped. Throws `TraceFileError`. */
export function readTrace(file: string): Trace {
  const rows = linesOf(file).slice(1);
  if (rows.length === 0) throw new TraceFileError(`${file} has no machines.`);
  return traceOf(
    rows.map((row, n) => {
      const cells = row.split(',').slice(1);
      if (cells.length !== SAMPLES_PER_DAY)
        throw new TraceFileError(`${file}, row ${n + 1}: ${cells.length} samples, not ${SAMPLES_PER_DAY}.`);
      return cells.map(cell => {
        const percent = Number(cell);
        if (cell.trim() === '' || !(percent >= 0 && percent <= 100))
          throw new TraceFileError(`${file}, row ${n + 1}: "${cell}" is not a per cent from 0 to 100.`);
        return percent;
      });
    }),
  );
}

/** A trace of rows of per cents, all of the same length. */
export function traceOf(percents: readonly (readonly number[])[]): Trace {
  const samples = percents[0]?.length ?? 0;
  const samplesPerVm = samples + 1;
  const shares = new Float64Array(percents.length * samplesPerVm);
  for (const [vm, row] of percents.entries()) {
    for (let k = 0; k < samplesPerVm; k += 1)
      shares[vm * samplesPerVm + k] = row[Math.min(k, samples - 1)]! / 100;
  }
  return { vmCount: percents.length, samplesPerVm, shares };
}

/** Writes each machine's share at an instant into `into`: straight lines between samples. */
export function sharesAt(
  { vmCount, samplesPerVm, shares }: Trace,
  seconds: number,
  into: Float64Array,
): void {
  const before = Math.min(Math.floor(seconds / STEP_SECONDS), samplesPerVm - 1);
  const after = Math.min(Math.ceil(seconds / STEP_SECONDS), samplesPerVm - 1);
  const since = seconds - before * STEP_SECONDS;
  for (let vm = 0; vm < vmCount; vm += 1) {
    const from = shares[vm * samplesPerVm + before]!;
    const to = shares[vm * samplesPerVm + after]!;
    into[vm] = from + ((to - from) / STEP_SECONDS) * since;
  }
}

function linesOf(file: string): readonly string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TraceFileError(`${file} cannot be read: ${why}`, { cause: error });
  }
  return bytes.toString('utf8').trimEnd().split('\n');
}
