import type { Config, Settings } from '../../config.ts';
import type { Terminal } from '../terminal.ts';

export type Verdict = 'Success' | 'Warning' | 'Failure';

export interface Finding {
  readonly verdict: Verdict;
  /** In a sentence, what was found; undefined when there is nothing to say. */
  readonly details?: string;
}

/** What the checks look at. */
export interface Surroundings {
  /** Throws `ConfigError`. */
  readonly settings: () => Settings;
  /** Settings and the credentials of the cloud. Throws `CloudConfigError`, too. */
  readonly config: () => Config;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** One row of `auspex status check`. What it throws with a `code` is a failure. */
export interface StatusCheck {
  readonly name: string;
  /** Not looked at when that one fails. */
  readonly needs?: StatusCheck;
  run(surroundings: Surroundings): Promise<Finding>;
}
