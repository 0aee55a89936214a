import type { Config, Settings } from '../../config.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { Terminal } from '../terminal.ts';

export type Verdict = 'Success' | 'Warning' | 'Failure';

export interface Finding {
  readonly verdict: Verdict;
  /** In a sentence, what was found; undefined when there is nothing to say. */
  readonly details?: string;
  /** What of it this is about, when a check finds several things. */
  readonly about?: string;
  /** What to do about it, in a sentence. */
  readonly advice?: string;
}

/** What the checks look at. */
export interface Surroundings {
  /** Throws `ConfigError`. */
  readonly settings: () => Settings;
  /** Settings and the credentials of the cloud. Throws `CloudConfigError`, too. */
  readonly config: () => Config;
  /** One login for all checks; throws as `config` does. */
  readonly cloud: () => Cloud;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** One row of `auspex status check` or `auspex doctor`, or several. What it throws with a `code` is a failure. */
export interface StatusCheck {
  readonly name: string;
  /** Not looked at when that one fails. */
  readonly needs?: StatusCheck;
  /** What to do when it is not well, unless the finding says it. */
  readonly advice?: string;
  run(surroundings: Surroundings): Promise<Finding | readonly Finding[]>;
}
