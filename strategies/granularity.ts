import { z } from 'zod';

export const SECONDS_PER_DAY = 86_400;

/** Length of a sample and of a forecast step, in seconds: days must begin on the grid. */
export const granularityParameter = z
  .int()
  .min(60)
  .max(3600)
  .refine(seconds => SECONDS_PER_DAY % seconds === 0, 'must divide a day (86400)')
  .default(300);
