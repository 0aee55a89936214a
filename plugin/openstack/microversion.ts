import { z } from 'zod';

import { MicroversionError } from './errors.ts';
import { SERVICES } from './services.ts';
import type { Service } from './services.ts';
import type { Session } from './session.ts';

export interface MicroversionRange {
  readonly minimum: string;
  readonly maximum: string;
}

export function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

export interface MicroversionChoice {
  /** Without it the call cannot be made. */
  readonly needed: string;
  /** Newest that is of use. */
  readonly best: string;
  /** For the sentence: `listing servers with their flavors`. */
  readonly purpose: string;
}

/** The newest that the service offers, up to `best`. Throws `MicroversionError` below `needed`. */
export async function chooseMicroversion(
  session: Session,
  service: Service,
  choice: MicroversionChoice,
  signal: AbortSignal,
): Promise<string> {
  const { maximum } = await session.microversions(service, signal);
  if (isAtLeast(maximum, choice.best)) return choice.best;
  if (isAtLeast(maximum, choice.needed)) return maximum;
  throw new MicroversionError(
    `${SERVICES[service].name} offers up to ${maximum}; ${choice.purpose} needs ${choice.needed}`,
  );
}

const VERSION = z.object({
  max_version: z.string().optional(),
  version: z.string().optional(),
  min_version: z.string().optional(),
});
const DISCOVERY = z.object({
  /** Nova at `/v2.1/`. */
  version: VERSION.optional(),
  /** Placement at `/`, Cinder at `/v3/`. */
  versions: z.array(VERSION).optional(),
});

/** Reads the version document at the root of the version that the endpoint is for. */
export async function discoverMicroversions(
  session: Session,
  service: Service,
  signal: AbortSignal,
): Promise<MicroversionRange> {
  const endpoint = await session.endpoint(service, signal);
  // Old endpoints go on with the project's id.
  const path = /\/v\d+(\.\d+)?\/[^/]+$/.test(endpoint) ? '/../' : '/';
  const { body } = await session.request({ service, method: 'GET', path, schema: DISCOVERY, signal });
  const document = body.version ?? body.versions?.find(version => maximumOf(version) !== undefined);
  const maximum = document && maximumOf(document);
  if (maximum === undefined) {
    throw new MicroversionError(
      `${SERVICES[service].name} at ${endpoint} does not say which versions it speaks`,
    );
  }
  return { minimum: document?.min_version ?? maximum, maximum };
}

/** Nova and Cinder say `version`, Placement `max_version`; a version without microversions leaves it empty. */
function maximumOf(document: z.infer<typeof VERSION>): string | undefined {
  return document.max_version || document.version || undefined;
}
