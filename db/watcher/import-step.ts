import type { Database } from '../connect.ts';
import type { Offer } from '../sync-catalogue.ts';
import type { ImportTally } from './report.ts';
import type { WatcherSource } from './source.ts';

export interface ImportOptions {
  /** What this version offers, to say what it does not. */
  readonly offer: Offer;
  readonly actionTypes: readonly string[];
  /** Leaves out what was deleted in Watcher, but for deleted audits that have live plans. */
  readonly isLiveOnly?: boolean;
  /** Watcher is stopped for good: its CONTINUOUS audits go on here. */
  readonly isActivated?: boolean;
  /** Reports and changes nothing. */
  readonly isRehearsal?: boolean;
}

/** What the steps of an import share. */
export interface Import {
  readonly source: WatcherSource;
  readonly target: Database;
  readonly options: ImportOptions;
  readonly tally: ImportTally;
  /** Names by Watcher's ids. */
  readonly goals: ReadonlyMap<number, string>;
  readonly strategies: ReadonlyMap<number, string>;
  readonly now: string;
}
