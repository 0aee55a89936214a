import { dummyScorer } from './dummy-scorer.ts';
import { FUNCTION_SCORERS } from './function-scorers.ts';
import type { ScoringEngine } from './scoring-engine.ts';
import { ScoringError } from './scoring-engine.ts';

/** Every scoring engine that the service offers. */
export const SCORING_ENGINES: readonly ScoringEngine[] = [dummyScorer, ...FUNCTION_SCORERS];

/** Throws `ScoringError`. */
export function scoringEngine(name: string): ScoringEngine {
  const found = SCORING_ENGINES.find(engine => engine.name === name);
  if (found === undefined) throw new ScoringError(`There is no scoring engine ${name}.`);
  return found;
}
