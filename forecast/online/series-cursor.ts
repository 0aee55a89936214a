import type { Layout } from './layout.ts';
import { EWMA_REACH, SCALAR, SCALARS, WINDOW } from './layout.ts';

const EWMA_WEIGHT = 0.3;

/** Everything that a bank keeps, series by series. */
export interface BankMemory {
  readonly scalars: Float64Array;
  readonly recent: Float32Array;
  readonly words: Uint16Array;
  readonly bytes: Uint8Array;
}

/** Points at one series of a bank, and reads and writes its parts by name. */
export class SeriesCursor {
  readonly layout: Layout;
  memory: BankMemory;
  #scalars = 0;
  #recent = 0;
  #words = 0;
  /** Where the series' bytes begin. */
  bytesAt = 0;

  constructor(layout: Layout, memory: BankMemory) {
    this.layout = layout;
    this.memory = memory;
  }

  moveTo(series: number): this {
    this.#scalars = series * SCALARS;
    this.#recent = series * this.layout.recent;
    this.#words = series * this.layout.words.count;
    this.bytesAt = series * this.layout.bytes.buckets;
    return this;
  }

  get(name: keyof typeof SCALAR): number {
    return this.memory.scalars[this.#scalars + SCALAR[name]]!;
  }

  set(name: keyof typeof SCALAR, value: number): void {
    this.memory.scalars[this.#scalars + SCALAR[name]] = value;
  }

  /** Uniform in [0, 1), from the series' own sequence, so that results repeat. */
  readonly chance = (): number => {
    const next = (Math.imul(this.get('chance') | 0, 1_664_525) + 1_013_904_223) >>> 0;
    this.set('chance', next);
    return next / 4_294_967_296;
  };

  /** The sample at a step of the last `recent` ones; NaN before the first. */
  sample(step: number): number {
    const { recent } = this.layout;
    return this.memory.recent[this.#recent + (((step % recent) + recent) % recent)]!;
  }

  setSample(step: number, value: number): void {
    this.memory.recent[this.#recent + (step % this.layout.recent)] = value;
  }

  /** A remembered value, by its place among the words; NaN when there is none. */
  word(index: number): number {
    const code = this.memory.words[this.#words + index]!;
    return code === 0 ? NaN : code === 1 ? 0 : Math.exp((code - 2) / CODES_PER_E + LOG_LEAST);
  }

  setWord(index: number, value: number): void {
    const code = value <= LEAST ? 1 : 2 + Math.round((Math.log(value) - LOG_LEAST) * CODES_PER_E);
    this.memory.words[this.#words + index] = Math.min(65_535, code);
  }

  bucket(step: number): number {
    const { codes, buckets } = this.layout.bytes;
    return this.memory.bytes[this.bytesAt + codes + (step % (buckets - codes))]! - 1;
  }

  /** `bucket`: -1 for none. */
  setBucket(step: number, bucket: number): void {
    const { codes, buckets } = this.layout.bytes;
    this.memory.bytes[this.bytesAt + codes + (step % (buckets - codes))] = bucket + 1;
  }

  /** Moving average of the samples before the step. */
  ewma(before: number): number {
    let [sum, weight, left] = [0, 0, EWMA_WEIGHT];
    for (let back = 1; back <= EWMA_REACH; back += 1) {
      const value = this.sample(before - back);
      if (Number.isNaN(value)) break;
      sum += left * value;
      weight += left;
      left *= 1 - EWMA_WEIGHT;
    }
    return sum / weight;
  }

  /** Median of the samples just before the step. */
  median(before: number): number {
    let count = 0;
    for (let back = 1; back <= WINDOW; back += 1) {
      const value = this.sample(before - back);
      if (Number.isNaN(value)) break;
      let at = count;
      for (; at > 0 && sorted[at - 1]! > value; at -= 1) sorted[at] = sorted[at - 1]!;
      sorted[at] = value;
      count += 1;
    }
    const middle = count >> 1;
    return count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }

  /** Largest of `count` samples before the step. */
  largest(before: number, count: number): number {
    let largest = -Infinity;
    for (let back = 1; back <= count; back += 1) {
      const value = this.sample(before - back);
      if (value > largest) largest = value;
    }
    return largest;
  }
}

const LEAST = 1e-6;
const LOG_LEAST = Math.log(LEAST);
/** From `LEAST` to 1e15 in 16 bits. */
const CODES_PER_E = 65_533 / (Math.log(1e15) - LOG_LEAST);
const sorted = new Float64Array(WINDOW);
