import { dailyProfile } from './daily-profile.ts';
import { lastValue } from './last-value.ts';
import { medianOfLastHour } from './median-of-last-hour.ts';
import type { Method } from './method.ts';

/** Every method, the baseline first: a later one is chosen only where it does better. */
export const METHODS: readonly Method[] = [lastValue, medianOfLastHour, dailyProfile];
