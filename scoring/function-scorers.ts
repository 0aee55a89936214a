import { readFeatures, ScoringError } from './scoring-engine.ts';
import type { ScoringEngine } from './scoring-engine.ts';

/** Engines that give one figure of a list: its least, its greatest, its average. */
export const FUNCTION_SCORERS: readonly ScoringEngine[] = [
  engine('dummy_min_scorer', 'minimum', values => values.reduce((least, value) => Math.min(least, value))),
  engine('dummy_max_scorer', 'maximum', values => values.reduce((most, value) => Math.max(most, value))),
  engine(
    'dummy_avg_scorer',
    'average',
    values => values.reduce((sum, value) => sum + value, 0) / values.length,
  ),
];

function engine(
  name: string,
  figure: string,
  aggregate: (values: readonly number[]) => number,
): ScoringEngine {
  return {
    name,
    description: `Dummy Scorer calculating the ${figure} value`,
    metainfo: '',
    calculateScore(features) {
      const values = readFeatures(name, features);
      if (values.length === 0) throw new ScoringError(`${name} takes at least one feature.`);
      return JSON.stringify([aggregate(values)]);
    },
  };
}
