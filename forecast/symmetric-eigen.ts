export interface Eigen {
  readonly value: number;
  /** Unit length. */
  readonly vector: Float64Array;
}

const SWEEPS = 30;
const NEGLIGIBLE = 1e-20;

/** Eigenvalues, largest first, and eigenvectors of a symmetric `size` × `size` matrix: cyclic Jacobi rotations, O(size³) per sweep. */
export function eigenvectors(matrix: Float64Array, size: number): readonly Eigen[] {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let n = 0; n < size; n += 1) v[n * size + n] = 1;
  for (let sweep = 0; sweep < SWEEPS && offDiagonal(a, size) > NEGLIGIBLE; sweep += 1) {
    for (let p = 0; p < size - 1; p += 1) {
      for (let q = p + 1; q < size; q += 1) rotate(a, v, size, p, q);
    }
  }
  return Array.from({ length: size }, (_, n) => ({
    value: a[n * size + n]!,
    vector: Float64Array.from({ length: size }, (__, row) => v[row * size + n]!),
  })).sort((left, right) => right.value - left.value);
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let p = 0; p < size; p += 1) for (let q = p + 1; q < size; q += 1) sum += a[p * size + q]! ** 2;
  return sum;
}

/** Makes a[p][q] zero. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(t * t + 1);
  const sine = t * cosine;
  for (let n = 0; n < size; n += 1) mix(a, n * size + p, n * size + q, cosine, sine);
  for (let n = 0; n < size; n += 1) mix(a, p * size + n, q * size + n, cosine, sine);
  for (let n = 0; n < size; n += 1) mix(v, n * size + p, n * size + q, cosine, sine);
}

function mix(a: Float64Array, first: number, second: number, cosine: number, sine: number): void {
  const [x, y] = [a[first]!, a[second]!];
  a[first] = cosine * x - sine * y;
  a[second] = sine * x + cosine * y;
}
