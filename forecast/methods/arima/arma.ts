/** w[t] = Σ ar[i] w[t-1-i] + e[t] + Σ ma[j] e[t-1-j]. */
export interface Arma {
  readonly ar: readonly number[];
  readonly ma: readonly number[];
}

/** Errors before this index do not count: the same for all orders, so that they compare. */
export const CONDITIONED_ON = 4;
/** How close to the edge of stability a model may come. */
const LARGEST_REFLECTION = 0.995;

/** One-step errors of values[0..until), values and errors before them taken as 0; returns the sum of squares. */
export function armaErrors(
  values: Float64Array,
  until: number,
  { ar, ma }: Arma,
  errors: Float64Array,
): number {
  let squares = 0;
  for (let t = 0; t < until; t += 1) {
    let error = values[t]!;
    for (let i = 0; i < ar.length && i < t; i += 1) error -= ar[i]! * values[t - 1 - i]!;
    for (let j = 0; j < ma.length && j < t; j += 1) error -= ma[j]! * errors[t - 1 - j]!;
    errors[t] = error;
    if (t >= CONDITIONED_ON) squares += error * error;
  }
  return squares;
}

/** Forecasts of values[at], values[at + 1] … from what is before `at`. O(steps × (p + q)). */
export function extrapolateArma(
  { values, errors }: { readonly values: Float64Array; readonly errors: Float64Array },
  at: number,
  { ar, ma }: Arma,
  out: Float64Array,
): void {
  for (let step = 0; step < out.length; step += 1) {
    let sum = 0;
    for (let i = 0; i < ar.length && i < at + step; i += 1)
      sum += ar[i]! * (step > i ? out[step - 1 - i]! : values[at + step - 1 - i]!);
    for (let j = step; j < ma.length && j < at + step; j += 1) sum += ma[j]! * errors[at + step - 1 - j]!;
    out[step] = sum;
  }
}

/** Whether the model is stationary and invertible: all reflection coefficients of both polynomials inside the unit circle (Durbin and Levinson backwards). */
export function isStable({ ar, ma }: Arma): boolean {
  return areReflectionsSmall(ar) && areReflectionsSmall(ma.map(value => -value));
}

function areReflectionsSmall(coefficients: readonly number[]): boolean {
  let row = coefficients;
  while (row.length > 0) {
    const last = row.at(-1)!;
    if (!(Math.abs(last) < LARGEST_REFLECTION)) return false;
    const shorter = row.slice(0, -1);
    row = shorter.map((value, n) => (value + last * shorter.at(-1 - n)!) / (1 - last * last));
  }
  return true;
}
