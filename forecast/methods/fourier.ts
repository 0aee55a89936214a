/** Writes sine and cosine of the 1st, 2nd … `pairs`-th harmonic of a period at step `at` into `row`, from `place` on. */
export function writeFourier(
  row: Float64Array,
  place: number,
  at: number,
  period: number,
  pairs: number,
): void {
  const angle = (2 * Math.PI * (at % period)) / period;
  for (let n = 1; n <= pairs; n += 1) {
    row[place + 2 * n - 2] = Math.sin(n * angle);
    row[place + 2 * n - 1] = Math.cos(n * angle);
  }
}
