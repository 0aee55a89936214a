import { createHash } from 'node:crypto';
import type { TokenOwner, TokenValidator } from './token-validator.ts';

/** Seconds for which an answer of Keystone counts: a revoked token works for so long. keystonemiddleware's default. */
const LIFETIME_SECONDS = 300;
/** An invalid token is soon asked about again: it may have come before Keystone's replicas knew it. */
const INVALID_LIFETIME_SECONDS = 10;
const MAXIMUM_ENTRIES = 1000;
const TIMEOUT_MILLISECONDS = 20_000;

interface Entry {
  readonly owner: TokenOwner | undefined;
  /** Epoch milliseconds. */
  readonly validUntil: number;
}

/** Asks Keystone about a token once in a while only, and once for requests that come together. */
export class TokenCache implements TokenValidator {
  readonly #validator: TokenValidator;
  readonly #now: () => number;
  /** By the hash of the token, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #asking = new Map<string, Promise<TokenOwner | undefined>>();

  constructor(validator: TokenValidator, now: () => number) {
    this.#validator = validator;
    this.#now = now;
  }

  async validate(token: string): Promise<TokenOwner | undefined> {
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#entries.get(key);
    if (known !== undefined && known.validUntil > this.#now()) return known.owner;
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#ask(key, token).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #ask(key: string, token: string): Promise<TokenOwner | undefined> {
    const found = await this.#validator.validate(token, AbortSignal.timeout(TIMEOUT_MILLISECONDS));
    const now = this.#now();
    const owner = found !== undefined && Date.parse(found.expiresAt) > now ? found : undefined;
    const validUntil =
      owner === undefined
        ? now + INVALID_LIFETIME_SECONDS * 1000
        : Math.min(now + LIFETIME_SECONDS * 1000, Date.parse(owner.expiresAt));
    this.#entries.delete(key);
    this.#entries.set(key, { owner, validUntil });
    if (this.#entries.size > MAXIMUM_ENTRIES) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return owner;
  }
}
