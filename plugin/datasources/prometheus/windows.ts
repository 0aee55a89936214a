import type { UsageQuery } from '../datasource.ts';
import type { Recipe } from './recipes.ts';

/** The windows that a query is read in: the nth begins at `firstAt + n * granularitySeconds`. */
export interface Windows {
  readonly granularitySeconds: number;
  readonly firstAt: number;
  readonly count: number;
  /** How far each looks back from its end: longer than the granularity where that holds too few samples for a rate. */
  readonly windowSeconds: number;
}

export interface Rhythm {
  /** How often Prometheus scrapes node_exporter. */
  readonly scrapeSeconds: number;
  /** How often Ceilometer has new values. */
  readonly pollSeconds: number;
}

/** The rate of the first step needs the sample before it, which may be some polls back. */
const LEAD_SECONDS = 900;
/** `rate()` needs two samples; four survive a lost scrape. */
const SAMPLES_FOR_A_RATE = 4;

/** A step shorter than the time between two values would often be empty: it is read coarser, in whole steps. */
export function windowsFor(
  { startAt, stopAt, stepSeconds }: UsageQuery,
  recipe: Recipe,
  rhythm: Rhythm,
): Windows {
  const isPolled = recipe.origin === 'ceilometer';
  const between = isPolled ? rhythm.pollSeconds : rhythm.scrapeSeconds;
  const granularitySeconds = Math.max(1, Math.ceil(between / stepSeconds)) * stepSeconds;
  const lead = recipe.kind === 'counter' ? Math.max(LEAD_SECONDS, 3 * granularitySeconds) : 0;
  const firstAt = Math.floor((startAt - lead) / granularitySeconds) * granularitySeconds;
  return {
    granularitySeconds,
    firstAt,
    count: Math.max(0, Math.ceil((stopAt - firstAt) / granularitySeconds)),
    windowSeconds: Math.max(granularitySeconds, isPolled ? 0 : SAMPLES_FOR_A_RATE * rhythm.scrapeSeconds),
  };
}
