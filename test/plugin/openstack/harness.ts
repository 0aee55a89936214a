import { Session } from '../../../plugin/openstack/session.ts';
import type { SessionOptions } from '../../../plugin/openstack/session.ts';
import { FakeCloud } from './fake-cloud.ts';

/** Path of Nova's list of servers on the fake cloud. */
export const SERVERS = '/compute/v2.1/servers';

/** A fake cloud, and sessions to it whose clock stands still and whose pauses take no time. */
export class Harness {
  readonly cloud: FakeCloud;
  readonly signal = new AbortController().signal;
  /** Epoch milliseconds. */
  now = Date.parse('2026-05-01T00:00:00Z');
  /** Milliseconds of each pause before a call was sent again. */
  readonly pauses: number[] = [];
  readonly #sessions: Session[] = [];

  constructor(cloud: FakeCloud) {
    this.cloud = cloud;
  }

  static async start(): Promise<Harness> {
    const cloud = await FakeCloud.start();
    cloud.on('GET', SERVERS, () => ({ body: { servers: [] } }));
    cloud.on('POST', SERVERS, () => ({ status: 202, body: { server: { id: 'new' } } }));
    return new Harness(cloud);
  }

  get options(): SessionOptions {
    return {
      now: () => this.now,
      random: () => 0.5,
      sleep: async milliseconds => {
        this.pauses.push(milliseconds);
      },
    };
  }

  open(config = this.cloud.config, options: SessionOptions = {}): Session {
    const session = new Session(config, { ...this.options, ...options });
    this.#sessions.push(session);
    return session;
  }

  list(session = this.open()) {
    return session.request({ service: 'compute', method: 'GET', path: '/servers', signal: this.signal });
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.close();
    await this.cloud.stop();
  }
}

export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
