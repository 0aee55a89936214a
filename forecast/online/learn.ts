import { addError, BINS, fade, rescale, shareBelow } from './error-histogram.ts';
import type { BankShape } from './layout.ts';
import { bucketCell, BUCKETS, NEAR_EXPERTS, nearCell, seasonalCell, WINDOW } from './layout.ts';
import type { Season } from './seasons.ts';
import { learnSeason, seasonalValue } from './seasons.ts';
import type { SeriesCursor } from './series-cursor.ts';

/** Errors keep half their weight for so many days. */
const HALF_LIFE_DAYS = 5;
const KEEP = 0.75;
/** The slow averages reach so many days back. */
const LEVEL_DAYS = 7;
/** The unit of the errors follows their spread when they differ by more than this factor. */
const UNIT_DRIFT = 1.6;
const LEAST_UNIT = 1e-9;
/** Fewer values than this tell nothing of where the load stands. */
const FEWEST_VALUES = 12;

/** What learning needs to know of the bank. */
export interface Learning {
  readonly shape: BankShape;
  readonly seasons: readonly Season[];
}

/**
 * Takes in the next sample of the series at which the cursor points: notes how far off each expert was, then moves the averages on.
 * `isMeasured`: false for a value that was only carried forward; nothing is then learnt from it. O(1).
 */
export function learn(
  cursor: SeriesCursor,
  learning: Learning,
  step: number,
  sample: { readonly value: number; readonly isMeasured: boolean },
): void {
  const count = cursor.get('count');
  const { value } = sample;
  if (count === 0) cursor.set('level', value);
  if (sample.isMeasured) {
    keepUnit(cursor);
    if (count > 0) noteErrors(cursor, learning, step, value);
  }
  cursor.set('count', count + 1);
  cursor.set('step', step);
  cursor.setSample(step, value);
  if (sample.isMeasured) {
    moveAverages(cursor, learning.shape, value);
    for (const season of learning.seasons) learnSeason(cursor, season, step, value);
  }
  notePeak(cursor, learning.shape.steps, step);
  fadeErrors(cursor, learning.shape);
  cursor.setBucket(step + 1, bucketOf(cursor, step));
}

/** Base of a histogram among the bytes. */
export function cellAt(cursor: SeriesCursor, cell: number): number {
  return cursor.bytesAt + cell * BINS;
}

/** What a near expert says from what is before the origin; the level is today's, which hardly moves. */
export function nearAnchor(cursor: SeriesCursor, expert: number, origin: number): number {
  switch (expert) {
    case 0:
      return cursor.sample(origin - 1);
    case 1:
      return cursor.median(origin);
    case 2:
      return cursor.ewma(origin);
    default:
      return cursor.get('level');
  }
}

function noteErrors(cursor: SeriesCursor, { seasons }: Learning, step: number, value: number): void {
  const { layout } = cursor;
  const unit = cursor.get('unit');
  const count = cursor.get('count');
  for (const [node, ahead] of layout.nodes.entries()) {
    if (count <= ahead) break;
    const origin = step - ahead;
    for (let expert = 0; expert < NEAR_EXPERTS.length; expert += 1) {
      const error = (value - nearAnchor(cursor, expert, origin)) / unit;
      addError(cursor.memory.bytes, cellAt(cursor, nearCell(layout, expert, node)), error, cursor.chance());
    }
    const bucket = cursor.bucket(origin);
    if (bucket < 0) continue;
    const error = (value - cursor.get('level')) / unit;
    addError(cursor.memory.bytes, cellAt(cursor, bucketCell(layout, bucket, node)), error, cursor.chance());
  }
  for (const [n, season] of seasons.entries()) {
    const error = (value - seasonalValue(cursor, season, step)) / unit;
    if (Number.isNaN(error)) continue;
    addError(cursor.memory.bytes, cellAt(cursor, seasonalCell(layout, n)), error, cursor.chance());
  }
}

/** The largest of the newest `steps` samples, against what stood before them. */
function notePeak(cursor: SeriesCursor, steps: number, step: number): void {
  if (cursor.get('count') <= steps + 1) return;
  const origin = step - steps + 1;
  const peak = cursor.largest(step + 1, steps);
  const unit = cursor.get('unit');
  const add = (histogram: number, anchor: number): void =>
    addError(
      cursor.memory.bytes,
      cellAt(cursor, cursor.layout.peakCells + histogram),
      (peak - anchor) / unit,
      cursor.chance(),
    );
  add(0, cursor.largest(origin, WINDOW));
  add(1, cursor.ewma(origin));
  const bucket = cursor.bucket(origin);
  if (bucket >= 0) add(2 + bucket, cursor.get('level'));
}

/** By the rank of the newest moving average among the values seen; -1 while too few are. */
function bucketOf(cursor: SeriesCursor, step: number): number {
  const cell = nearCell(cursor.layout, NEAR_EXPERTS.indexOf('level'), 0);
  const stand = (cursor.ewma(step + 1) - cursor.get('level')) / cursor.get('unit');
  const rank = shareBelow(cursor.memory.bytes, cellAt(cursor, cell), stand, FEWEST_VALUES);
  return rank === undefined || Number.isNaN(rank) ? -1 : Math.min(BUCKETS - 1, Math.floor(rank * BUCKETS));
}

function moveAverages(cursor: SeriesCursor, { stepsPerDay }: BankShape, value: number): void {
  const weight = Math.max(1 / cursor.get('count'), 1 / (LEVEL_DAYS * stepsPerDay));
  const level = cursor.get('level');
  cursor.set('spread', cursor.get('spread') + weight * (Math.abs(value - level) - cursor.get('spread')));
  cursor.set('level', level + weight * (value - level));
}

function keepUnit(cursor: SeriesCursor): void {
  const wanted = Math.max(cursor.get('spread'), LEAST_UNIT);
  const unit = cursor.get('unit');
  if (unit > wanted / UNIT_DRIFT && unit < wanted * UNIT_DRIFT) return;
  if (unit > 0 && cursor.get('count') > 1) {
    for (let at = cursor.bytesAt; at < cursor.bytesAt + cursor.layout.bytes.codes; at += BINS) {
      rescale(cursor.memory.bytes, at, unit / wanted, cursor.chance);
    }
  }
  cursor.set('unit', wanted);
}

function fadeErrors(cursor: SeriesCursor, { stepsPerDay }: BankShape): void {
  const every = Math.max(1, Math.round(stepsPerDay * HALF_LIFE_DAYS * -Math.log2(KEEP)));
  const count = cursor.get('count');
  if (count % every !== 0) return;
  const from = cursor.bytesAt;
  fade(cursor.memory.bytes, from, from + cursor.layout.bytes.codes, KEEP, cursor.chance);
}
