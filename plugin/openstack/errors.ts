/** The settings of the cloud are wrong: one sentence that names the variable, file or key. */
export class CloudConfigError extends Error {
  override readonly name = 'CloudConfigError';
  readonly code = 'cloud_config_invalid';
}

/** Keystone refused the credentials, or a service refused the token that Keystone gave for them. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
  readonly code = 'authentication_failed';
}

/** No answer: no connection, a lost connection or a time-out. */
export class CloudUnreachableError extends Error {
  override readonly name = 'CloudUnreachableError';
  readonly code = 'cloud_unreachable';
}

/** The catalogue has no endpoint for the service. */
export class ServiceMissingError extends Error {
  override readonly name = 'ServiceMissingError';
  readonly code = 'service_missing';
}

/** The service is too old for what is asked of it. */
export class MicroversionError extends Error {
  override readonly name = 'MicroversionError';
  readonly code = 'microversion_unsupported';
}

/** The service answered with success, but not with what its documentation promises. */
export class UnexpectedReplyError extends Error {
  override readonly name = 'UnexpectedReplyError';
  readonly code = 'unexpected_reply';
}

export interface FailedCall {
  readonly status: number;
  /** Service type, `compute`. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

/** The service answered with an error; `apiMessage` is its own sentence, empty when it gave none. */
export class OpenStackError extends Error {
  override readonly name = 'OpenStackError';
  readonly code = 'openstack_error';
  readonly status: number;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly apiMessage: string;

  constructor(serviceName: string, call: FailedCall, apiMessage: string) {
    const said = apiMessage === '' ? '' : `: ${apiMessage}`;
    super(`${serviceName} answered ${call.status} to ${call.method} ${call.path}${said}`);
    this.status = call.status;
    this.service = call.service;
    this.method = call.method;
    this.path = call.path;
    this.apiMessage = apiMessage;
  }
}
