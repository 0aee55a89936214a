import type { CloudConfig } from './cloud-config.ts';
import { createKeystone } from './keystone.ts';
import type { Keystone } from './keystone.ts';
import { createNova } from './nova.ts';
import type { Nova } from './nova.ts';
import { Session } from './session.ts';
import type { SessionOptions } from './session.ts';

/** One OpenStack cloud, with a client for each of its services. */
export interface Cloud {
  readonly session: Session;
  readonly keystone: Keystone;
  readonly nova: Nova;
  /** Closes the kept connections. */
  close(): void;
}

/** Opens nothing yet: the first call logs in. */
export function openCloud(config: CloudConfig, options: SessionOptions = {}): Cloud {
  const session = new Session(config, options);
  return {
    session,
    keystone: createKeystone(session),
    nova: createNova(session),
    close: () => session.close(),
  };
}
