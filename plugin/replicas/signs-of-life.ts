import type { Repositories } from '../lifecycle/repositories.ts';
import type { ServiceName } from './liveness.ts';
import { aliveHosts } from './liveness.ts';

export interface SignsOfLifeOptions {
  readonly services: Pick<Repositories['services'], 'heartbeat' | 'list'>;
  /** The parts that this replica has. */
  readonly names: readonly ServiceName[];
  readonly hostname: string;
  readonly heartbeatSeconds: number;
  readonly downSeconds: number;
  /** Milliseconds of a time that is never set. */
  readonly steadyNow: () => number;
}

/** Heartbeats within which everybody who is alive has given a sign. */
const PATIENCE = 3;

/** Gives this replica's signs of life and tells whose are missing: not while nobody could give any, as after an outage of the database. */
export class SignsOfLife {
  readonly #options: SignsOfLifeOptions;
  #givenAt: number | undefined;
  /** Until then, silence proves nothing. */
  #doubtUntil = -Infinity;

  constructor(options: SignsOfLifeOptions) {
    this.#options = options;
  }

  async give(): Promise<void> {
    const { services, names, hostname, steadyNow } = this.#options;
    for (const name of names) await services.heartbeat(name, hostname);
    if (this.#isLate()) this.#doubtUntil = steadyNow() + this.#patienceMilliseconds();
    this.#givenAt = steadyNow();
  }

  /** The hosts on which that part of the service is alive, or may be; in the order of their names. */
  async aliveHosts(name: ServiceName): Promise<readonly string[]> {
    const { services, downSeconds, steadyNow } = this.#options;
    const isInDoubt = this.#isLate() || steadyNow() < this.#doubtUntil;
    return aliveHosts(services, name, isInDoubt ? Infinity : downSeconds);
  }

  #isLate(): boolean {
    const since = this.#options.steadyNow() - (this.#givenAt ?? Infinity);
    return since > this.#patienceMilliseconds();
  }

  #patienceMilliseconds(): number {
    return PATIENCE * this.#options.heartbeatSeconds * 1000;
  }
}
