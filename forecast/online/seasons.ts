import type { BankShape } from './layout.ts';
import type { SeriesCursor } from './series-cursor.ts';

/** A remembered rhythm: the day's or the week's values in so many slots. */
export interface Season {
  /** Where its slots begin among the words, and how many there are. */
  readonly at: number;
  readonly slots: number;
  readonly periodSteps: number;
  readonly sum: 'daySum' | 'profileSum' | 'weekSum';
  readonly count: 'dayCount' | 'profileCount' | 'weekCount';
  /** Share of a finished slot's mean in the new value, after so many whole periods. */
  readonly share: (periods: number) => number;
}

/** Yesterday, the usual day (mean of about seven), and the usual week. */
export function seasonsOf({ stepsPerDay }: BankShape, cursor: SeriesCursor): readonly Season[] {
  const { words, daySlots, profileSlots, weekSlots } = cursor.layout;
  const day = {
    at: words.day,
    slots: daySlots,
    periodSteps: stepsPerDay,
    sum: 'daySum',
    count: 'dayCount',
  } as const;
  const profile = {
    at: words.profile,
    slots: profileSlots,
    sum: 'profileSum',
    count: 'profileCount',
  } as const;
  const week = { at: words.week, slots: weekSlots, sum: 'weekSum', count: 'weekCount' } as const;
  return [
    { ...day, share: () => 1 },
    { ...profile, periodSteps: stepsPerDay, share: days => 1 / Math.min(7, days + 1) },
    { ...week, periodSteps: 7 * stepsPerDay, share: weeks => (weeks < 1 ? 1 : 0.6) },
  ];
}

/** What the season says of the step; NaN while it does not know. */
export function seasonalValue(cursor: SeriesCursor, season: Season, step: number): number {
  return cursor.word(season.at + slotOf(season, step));
}

/** Takes in a sample; a slot is rewritten when it is over, so that it never holds what it is asked to foretell. */
export function learnSeason(cursor: SeriesCursor, season: Season, step: number, value: number): void {
  const slot = slotOf(season, step);
  cursor.set(season.sum, cursor.get(season.sum) + value);
  cursor.set(season.count, cursor.get(season.count) + 1);
  if (slotOf(season, step + 1) === slot) return;
  const mean = cursor.get(season.sum) / cursor.get(season.count);
  const before = cursor.word(season.at + slot);
  const share = season.share(Math.floor(cursor.get('count') / season.periodSteps));
  cursor.setWord(season.at + slot, Number.isNaN(before) ? mean : before + share * (mean - before));
  cursor.set(season.sum, 0);
  cursor.set(season.count, 0);
}

function slotOf({ slots, periodSteps }: Season, step: number): number {
  return Math.floor(((step % periodSteps) * slots) / periodSteps);
}
