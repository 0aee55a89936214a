/** A source's reply is not what its documentation promises; the message is a clause. */
export class MalformedReplyError extends Error {
  override readonly name = 'MalformedReplyError';
  readonly code = 'malformed_reply';
}

/** The settings of the datasources are wrong: one sentence that names the file or key. */
export class DatasourceSettingsError extends Error {
  override readonly name = 'DatasourceSettingsError';
  readonly code = 'datasource_settings_invalid';
}
