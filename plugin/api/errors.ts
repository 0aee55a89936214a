/** What may be wrong with a request; the table below gives each its HTTP status. */
export type ApiErrorCode = keyof typeof STATUS;

/** The one place where codes of errors, ours and those of what the API calls, become HTTP statuses. */
const STATUS = {
  invalid_input: 400,
  invalid_json: 400,
  invalid_patch: 400,
  invalid_parameters: 400,
  invalid_scope: 400,
  not_supported: 400,
  wrong_state: 400,
  unauthenticated: 401,
  policy_forbids: 403,
  cannot_remove: 403,
  not_found: 404,
  no_route: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  version_not_acceptable: 406,
  conflict: 409,
  duplicate_name: 409,
  too_large: 413,
  unknown_mimetype: 415,
  database_unavailable: 503,
  identity_unavailable: 503,
  cloud_unavailable: 503,
} as const;

/** Characters of a sentence, whatever it quotes. */
const MAXIMUM_MESSAGE = 1500;
/** Characters of a value in it. */
const MAXIMUM_VALUE = 200;

/** A request that cannot be served, in a sentence for whoever sent it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;

  constructor(code: ApiErrorCode, message: string, options?: ErrorOptions) {
    super(shortened(message, MAXIMUM_MESSAGE), options);
    this.code = code;
  }
}

/** 500 for what nobody expected. What Express throws over a request carries its own status below 500. */
export function statusOf(error: unknown): number {
  if (!(error instanceof Error)) return 500;
  const { code, status } = error as { code?: unknown; status?: unknown };
  if (typeof code === 'string' && Object.hasOwn(STATUS, code)) return STATUS[code as ApiErrorCode];
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

export function notFound(resource: string, identifier: string): ApiError {
  const isService = resource === 'Service';
  return new ApiError(
    'not_found',
    isService ? `The service ${identifier} cannot be found.` : `${resource} ${identifier} could not be found`,
  );
}

export function invalidInput(field: string, value: unknown, why: string): ApiError {
  return new ApiError(
    'invalid_input',
    `Invalid input for field/attribute ${field}. Value: '${shown(value)}'. ${why}`,
  );
}

/** `what` is delete or start. */
export function wrongState(what: string, state: string): ApiError {
  return new ApiError('wrong_state', `Couldn't ${what} when state is '${state}'.`);
}

export function missingArgument(argument: string): ApiError {
  return new ApiError('invalid_input', `Missing argument: "${argument}"`);
}

/** A value from a request, as messages quote it. */
export function shown(value: unknown): string {
  return shortened(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'None'), MAXIMUM_VALUE);
}

function shortened(text: string, maximum: number): string {
  return text.length > maximum ? `${text.slice(0, maximum)}…` : text;
}
