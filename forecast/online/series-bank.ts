import { writeFeatures } from './features.ts';
import type { BankShape, Layout, Place } from './layout.ts';
import { layoutOf, SCALARS } from './layout.ts';
import type { Learning } from './learn.ts';
import { learn } from './learn.ts';
import type { Bounds } from './predict.ts';
import { Predictor } from './predict.ts';
import { seasonsOf } from './seasons.ts';
import type { BankMemory } from './series-cursor.ts';
import { SeriesCursor } from './series-cursor.ts';

/** Of a longer gap only the end is bridged: more would change nothing in what is kept. */
const LONGEST_BRIDGE_DAYS = 1;

/**
 * Forecasts many series on one grid, each by what it has seen so far and never by what it keeps of the past as such: a new sample costs
 * O(1), and a series takes `bytesPerSeries`, about 2.4 KiB, however old it is.
 */
export class SeriesBank {
  readonly shape: BankShape;
  readonly #layout: Layout;
  readonly #cursor: SeriesCursor;
  readonly #learning: Learning;
  readonly #predictor: Predictor;
  #count = 0;
  #capacity: number;

  constructor(shape: BankShape, capacity = 64) {
    this.shape = shape;
    this.#layout = layoutOf(shape);
    this.#capacity = Math.max(1, capacity);
    this.#cursor = new SeriesCursor(this.#layout, allocate(this.#layout, this.#capacity));
    this.#learning = { shape, seasons: seasonsOf(shape, this.#cursor) };
    this.#predictor = new Predictor(this.#learning, this.#layout);
  }

  /** How many series there are. */
  get size(): number {
    return this.#count;
  }

  get bytesPerSeries(): number {
    return this.#layout.bytesPerSeries;
  }

  /** A new series; its number. */
  add(): number {
    if (this.#count === this.#capacity) this.#grow();
    this.#count += 1;
    return this.#count - 1;
  }

  /**
   * Takes in the sample of a step of the grid. False, with nothing changed, for a step that is not newer than the last one and for what is
   * no usage: negative, infinite or NaN. Steps that were left out are bridged with the last value, from which nothing is learnt.
   */
  observe(series: number, step: number, value: number): boolean {
    if (!(value >= 0 && value < Infinity)) return false;
    const cursor = this.#cursor.moveTo(series);
    if (cursor.get('count') > 0) {
      const last = cursor.get('step');
      if (step <= last) return false;
      this.#bridge(cursor, last, step);
    }
    learn(cursor, this.#learning, step, { value, isMeasured: true });
    return true;
  }

  /** See `Predictor.quantiles`; the first step forecast is the one after the newest sample. */
  forecast(series: number, bounds: Bounds, out: Float64Array): boolean {
    return this.#predictor.quantiles(this.#cursor.moveTo(series), bounds, out);
  }

  /** As `forecast`, and what the model of all series sees of this one into `features`; see `writeFeatures`. */
  describe(series: number, bounds: Bounds, out: Float64Array, features: Float32Array): boolean {
    const cursor = this.#cursor.moveTo(series);
    if (!this.#predictor.quantiles(cursor, bounds, out)) return false;
    writeFeatures(cursor, { predictor: this.#predictor, quantiles: out, bounds }, features);
    return true;
  }

  /** Steps ahead at which errors are kept. */
  get nodes(): readonly number[] {
    return this.#layout.nodes;
  }

  /** Where each step ahead lies among the nodes. */
  get places(): readonly Place[] {
    return this.#layout.places;
  }

  /** The series' own unit: its usual distance from its level. */
  unit(series: number): number {
    return this.#cursor.moveTo(series).get('unit');
  }

  /** See `Predictor.peakExceedance`. */
  peakExceedance(series: number, threshold: number): number | undefined {
    return this.#predictor.peakExceedance(this.#cursor.moveTo(series), threshold);
  }

  /** Name of the expert that has done best on the series. */
  bestExpert(series: number): string | undefined {
    return this.#predictor.bestExpert(this.#cursor.moveTo(series));
  }

  #bridge(cursor: SeriesCursor, last: number, step: number): void {
    const value = cursor.sample(last);
    const longest = this.shape.stepsPerDay * LONGEST_BRIDGE_DAYS;
    const from = Math.max(last + 1, step - longest);
    for (let missing = from; missing < step; missing += 1)
      learn(cursor, this.#learning, missing, { value, isMeasured: false });
  }

  #grow(): void {
    const before = this.#cursor.memory;
    this.#capacity *= 2;
    const after = allocate(this.#layout, this.#capacity);
    after.scalars.set(before.scalars);
    after.recent.set(before.recent);
    after.words.set(before.words);
    after.bytes.set(before.bytes);
    this.#cursor.memory = after;
  }
}

function allocate(layout: Layout, capacity: number): BankMemory {
  return {
    scalars: new Float64Array(capacity * SCALARS),
    recent: new Float32Array(capacity * layout.recent).fill(NaN),
    words: new Uint16Array(capacity * layout.words.count),
    bytes: new Uint8Array(capacity * layout.bytes.buckets),
  };
}
