/** A device that is silent for longer is not a gap: it was not attached. */
const LONGEST_GAP_SECONDS = 3600;

/**
 * The sum of an instance's devices per step. A device that is silent for an hour or less leaves a gap in the sum, because
 * a sum without it would look like a fall of the load; one that is silent for longer was not attached and counts nothing.
 * Where no device has a sample there is none.
 */
export function sumOf(columns: readonly Float32Array[], stepSeconds: number): Float32Array {
  const [first] = columns;
  if (first === undefined) throw new RangeError('there is nothing to sum');
  const longestGap = Math.max(1, Math.floor(LONGEST_GAP_SECONDS / stepSeconds));
  const sum = new Float32Array(first.length);
  const attached = new Uint8Array(first.length);
  for (const column of columns) {
    for (let step = 0; step < column.length;) {
      const value = column[step]!;
      if (!Number.isNaN(value)) {
        sum[step]! += value;
        attached[step] = 1;
        step += 1;
        continue;
      }
      let end = step;
      while (end < column.length && Number.isNaN(column[end]!)) end += 1;
      if (end - step <= longestGap) sum.fill(NaN, step, end);
      step = end;
    }
  }
  return sum.map((value, step) => (attached[step] === 1 ? value : NaN));
}

/** One series of several that tell the same: per step the one whose newest sample is the latest, where it has a sample. */
export function newestOf(columns: readonly Float32Array[]): Float32Array {
  const [newest, ...others] = [...columns].sort((a, b) => lastSample(b) - lastSample(a));
  if (newest === undefined) throw new RangeError('there is nothing to choose from');
  return newest.map((value, step) => {
    if (!Number.isNaN(value)) return value;
    return others.map(column => column[step]!).find(other => !Number.isNaN(other)) ?? NaN;
  });
}

/** Step of the newest sample; -1 without samples. */
export function lastSample(column: Float32Array): number {
  return column.findLastIndex(value => !Number.isNaN(value));
}
