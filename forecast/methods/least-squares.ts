/** Sums of products of regressors and target: what least squares need to know of any number of rows. */
export class NormalEquations {
  readonly size: number;
  /** Full symmetric `size` × `size`; the lower triangle is kept. */
  readonly #products: Float64Array;
  readonly #targets: Float64Array;
  #rows = 0;
  #squares = 0;

  constructor(size: number) {
    this.size = size;
    this.#products = new Float64Array(size * size);
    this.#targets = new Float64Array(size);
  }

  /** O(size²). */
  add(row: Float64Array, target: number): void {
    this.#rows += 1;
    this.#squares += target * target;
    for (let i = 0; i < this.size; i += 1) {
      const x = row[i]!;
      if (x === 0) continue;
      this.#targets[i]! += x * target;
      for (let j = 0; j <= i; j += 1) this.#products[i * this.size + j]! += x * row[j]!;
    }
  }

  /**
   * Coefficients of the chosen columns (others are left out) with the least Σ error² + Σ penalty × coefficient²: Cholesky, O(k³).
   * A column that says nothing beyond others gets 0.
   */
  solve(columns: readonly number[], penalty: (column: number) => number): Float64Array {
    const k = columns.length;
    const lower = new Float64Array(k * k);
    const out = new Float64Array(k);
    for (let i = 0; i < k; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        let sum = this.#product(columns[i]!, columns[j]!);
        if (i === j) sum += penalty(columns[i]!);
        const whole = sum;
        for (let n = 0; n < j; n += 1) sum -= lower[i * k + n]! * lower[j * k + n]!;
        if (i === j) lower[i * k + i] = sum > 1e-10 * whole ? Math.sqrt(sum) : 0;
        else lower[i * k + j] = lower[j * k + j]! > 0 ? sum / lower[j * k + j]! : 0;
      }
      let rest = this.#targets[columns[i]!]!;
      for (let j = 0; j < i; j += 1) rest -= lower[i * k + j]! * out[j]!;
      out[i] = lower[i * k + i]! > 0 ? rest / lower[i * k + i]! : 0;
    }
    for (let i = k - 1; i >= 0; i -= 1) {
      let rest = out[i]!;
      for (let j = i + 1; j < k; j += 1) rest -= lower[j * k + i]! * out[j]!;
      out[i] = lower[i * k + i]! > 0 ? rest / lower[i * k + i]! : 0;
    }
    return out;
  }

  /** Mean squared error that coefficients of all columns leave, at least 0; 0 without rows. */
  meanSquaredError(coefficients: Float64Array): number {
    let sum = this.#squares;
    for (let i = 0; i < this.size; i += 1) {
      let fitted = 0;
      for (let j = 0; j < this.size; j += 1) fitted += this.#product(i, j) * coefficients[j]!;
      sum += coefficients[i]! * (fitted - 2 * this.#targets[i]!);
    }
    return this.#rows === 0 ? 0 : Math.max(0, sum / this.#rows);
  }

  #product(i: number, j: number): number {
    return i >= j ? this.#products[i * this.size + j]! : this.#products[j * this.size + i]!;
  }
}
