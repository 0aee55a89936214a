import { randomBytes } from 'node:crypto';

export interface SimulatedToken {
  readonly id: string;
  /** Epoch seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly projectName: string;
}

const LIFE_SECONDS = 86_400;

/** The tokens that the simulated Keystone gave. */
export class Tokens {
  readonly #now: () => number;
  readonly #known = new Map<string, SimulatedToken>();
  lifeSeconds = LIFE_SECONDS;

  /** `now` in epoch seconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  issue(projectName: string): SimulatedToken {
    const issuedAt = Math.floor(this.#now());
    const id = `gAAAAAB${randomBytes(48).toString('base64url')}`;
    const token = { id, issuedAt, expiresAt: issuedAt + this.lifeSeconds, projectName };
    this.#known.set(id, token);
    return token;
  }

  find(id: string | undefined): SimulatedToken | undefined {
    const token = id === undefined ? undefined : this.#known.get(id);
    return token !== undefined && token.expiresAt > this.#now() ? token : undefined;
  }

  isValid(id: string | undefined): boolean {
    return this.find(id) !== undefined;
  }

  /** All tokens given so far are worth nothing from now on. */
  revokeAll(): void {
    this.#known.clear();
  }
}
