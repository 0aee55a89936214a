/** The URL of the database cannot be used. Never quotes it: it may hold a password. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
  readonly code = 'database_url_invalid';
}

/** The database cannot be reached, refuses this user, or cannot be read or written. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly code = 'database_unavailable';
}

/** A live row has that name already; names differ when they differ in more than case. */
export class DuplicateNameError extends Error {
  override readonly name = 'DuplicateNameError';
  readonly code = 'duplicate_name';

  /** `resource` with its article: "An audit". */
  constructor(resource: string, duplicate: string, options?: ErrorOptions) {
    super(`${resource} with UUID or name ${duplicate} already exists`, options);
  }
}

/** The row after which a page is to begin does not exist. */
export class UnknownMarkerError extends Error {
  override readonly name = 'UnknownMarkerError';
  readonly code = 'unknown_marker';

  constructor(marker: string) {
    super(`The marker ${marker} could not be found`);
  }
}
