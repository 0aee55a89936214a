/** The URL of Watcher's database cannot be used. Never quotes it: it may hold a password. */
export class WatcherUrlError extends Error {
  override readonly name = 'WatcherUrlError';
  readonly code = 'watcher_url_invalid';

  constructor() {
    super("The URL of Watcher's database must have the form mysql://USER:PASSWORD@HOST:PORT/DATABASE.");
  }
}

/** Something else, or nothing, is kept in that database. */
export class NoWatcherDatabaseError extends Error {
  override readonly name = 'NoWatcherDatabaseError';
  readonly code = 'no_watcher_database';

  /** `name`: the URL without its password. */
  constructor(name: string, missing: string) {
    super(`The database ${name} is not Watcher's: there is no ${missing}.`);
  }
}
