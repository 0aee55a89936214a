/** Judges figures: Watcher's plug-in kind that turns a JSON list of features into a JSON list of results. */
export interface ScoringEngine {
  readonly name: string;
  readonly description: string;
  /** What goes in and comes out, as text of the engine's own form; often JSON, or empty. */
  readonly metainfo: string;
  /** Throws `ScoringError` when the features are not what the engine takes. */
  calculateScore(features: string): string;
}

/** The features are not what the engine takes: one sentence that names the engine. */
export class ScoringError extends Error {
  override readonly name = 'ScoringError';
  readonly code = 'invalid_features';
}

/** The list of numbers that a JSON text holds. Throws `ScoringError`. */
export function readFeatures(engine: string, features: string): readonly number[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(features);
  } catch (error) {
    throw new ScoringError(`${engine} is unable to parse its features: they are no JSON.`, { cause: error });
  }
  if (Array.isArray(parsed) && parsed.every(value => typeof value === 'number')) return parsed;
  throw new ScoringError(`${engine} takes a JSON list of numbers.`);
}
