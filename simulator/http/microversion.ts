import type { RequestHandler, Response } from 'express';

interface Range {
  /** How `OpenStack-API-Version` calls the service. */
  readonly type: string;
  readonly minimum: readonly [major: number, minor: number];
  readonly maximum: readonly [major: number, minor: number];
  /** What the service says to a version that it does not speak, or that is none. */
  refuse(asked: string, why: 'unsupported' | 'malformed'): Error;
}

/** Reads the microversion that the call asks for, keeps it for `minorOf`, and says in the reply which one was spoken. */
export function negotiate(range: Range): RequestHandler {
  return (request, response, next) => {
    const asked = askedFor(request.get('openstack-api-version') ?? '', range.type);
    const [major, least] = range.minimum;
    let minor = least;
    if (asked === 'latest') minor = range.maximum[1];
    else if (asked !== undefined) {
      const match = /^(\d+)\.(\d+)$/.exec(asked);
      if (match === null) throw range.refuse(asked, 'malformed');
      minor = Number(match[2]);
      if (Number(match[1]) !== major || minor < least || minor > range.maximum[1]) {
        throw range.refuse(asked, 'unsupported');
      }
    }
    response.locals['minor'] = minor;
    response.setHeader('OpenStack-API-Version', `${range.type} ${major}.${minor}`);
    response.setHeader('Vary', 'OpenStack-API-Version');
    next();
  };
}

export function minorOf(response: Response): number {
  return Number(response.locals['minor'] ?? 0);
}

/** `compute 2.98, placement 1.29` → `2.98` for compute. */
function askedFor(header: string, type: string): string | undefined {
  for (const part of header.split(',')) {
    const [name, version] = part.trim().split(/\s+/);
    if (name === type && version !== undefined) return version;
  }
  return undefined;
}
