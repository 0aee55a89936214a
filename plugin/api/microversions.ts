import { ApiError } from './errors.ts';

export const SERVICE_TYPE = 'infra-optim';
export const MINIMUM_VERSION = '1.0';
export const MAXIMUM_VERSION = '1.7';

/** Minor versions from which on the API has something. */
export const SINCE = {
  auditTimes: 1,
  force: 2,
  dataModel: 3,
  webhooks: 4,
  statusMessage: 5,
  actionPatch: 5,
  extendedAttributes: 6,
  defaultParameters: 7,
} as const;

const MAXIMUM_MINOR = Number(MAXIMUM_VERSION.split('.')[1]);

/** Out of the range that this service speaks; clients then read the range from the headers. */
export class VersionRangeError extends ApiError {
  constructor(message: string) {
    super(
      'version_not_acceptable',
      `${message} The supported version range is: [${MINIMUM_VERSION}, ${MAXIMUM_VERSION}].`,
    );
  }
}

/**
 * The minor version that a header `OpenStack-API-Version: compute 2.1, infra-optim 1.3` asks for; the last one counts. 0 when it asks for
 * none of ours, or unintelligibly. Throws what becomes 406.
 */
export function minorVersion(header: string | undefined): number {
  const wanted = (header ?? '')
    .split(',')
    .map(entry => entry.trim().toLowerCase().split(/\s+/))
    .findLast(([service]) => service === SERVICE_TYPE)?.[1];
  if (wanted === 'latest') return MAXIMUM_MINOR;
  const numbers = /^(?<major>-?\d+)(?:\.(?<minor>\d+))?(?<more>\.[\d.]+)?$/.exec(wanted ?? '')?.groups;
  if (numbers === undefined) return 0;
  if (numbers['more'] !== undefined) {
    throw new ApiError('version_not_acceptable', 'Invalid value for OpenStack-API-Version header');
  }
  const minor = Number(numbers['minor'] ?? 0);
  if (Number(numbers['major']) !== 1) {
    throw new VersionRangeError(
      `Mutually exclusive versions requested. Version ${wanted} requested but not supported by this service.`,
    );
  }
  if (minor > MAXIMUM_MINOR) {
    throw new VersionRangeError(
      `Version ${wanted} was requested but the minor version is not supported by this service.`,
    );
  }
  return minor;
}
