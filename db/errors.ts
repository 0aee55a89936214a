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

/** The tables were changed by a newer version than this one. */
export class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError';
  readonly code = 'schema_too_new';

  constructor(found: string, newestKnown: string) {
    super(
      `The schema of the database is ${found}, newer than the ${newestKnown} that this version knows: ` +
        `use the version that made it, or its "auspex db downgrade --to ${newestKnown}".`,
    );
  }
}

/** No migration has that name. */
export class SchemaNameError extends Error {
  override readonly name = 'SchemaNameError';
  readonly code = 'schema_name_unknown';

  constructor(given: string, known: readonly string[]) {
    super(`There is no schema ${given}; there are ${known.join(', ')}.`);
  }
}

/** Another replica is changing the tables and does not come to an end. */
export class SchemaBusyError extends Error {
  override readonly name = 'SchemaBusyError';
  readonly code = 'schema_busy';

  constructor(seconds: number) {
    super(`Another replica has been changing the tables of the database for ${seconds} s.`);
  }
}

/** The tables lack what a newer version has added. */
export class SchemaTooOldError extends Error {
  override readonly name = 'SchemaTooOldError';
  readonly code = 'schema_too_old';

  constructor(pending: readonly string[]) {
    super(
      `The tables of the database are not up to date: "auspex db upgrade" is to do ${pending.join(', ')}.`,
    );
  }
}

/** No goal has that UUID or name. */
export class UnknownGoalError extends Error {
  override readonly name = 'UnknownGoalError';
  readonly code = 'unknown_goal';

  constructor(identifier: string) {
    super(`There is no goal ${identifier}.`);
  }
}
