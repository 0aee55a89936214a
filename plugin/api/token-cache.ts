import { createHash } from 'node:crypto';
import type { TokenOwner, TokenQuestion, TokenValidator } from './token-validator.ts';

/** Seconds for which an answer of Keystone counts: a revoked token works for so long. keystonemiddleware's default. */
const LIFETIME_SECONDS = 300;
/** An invalid token is soon asked about again: it may have come before Keystone's replicas knew it. */
const INVALID_LIFETIME_SECONDS = 10;
/** Valid ones and invalid ones each, so that guessing does not push out those in use. */
const MAXIMUM_ENTRIES = 1000;
/** Questions under way; what comes on top is turned away rather than queued. */
const MAXIMUM_QUESTIONS = 500;
const TIMEOUT_MILLISECONDS = 20_000;

interface Entry {
  readonly owner: TokenOwner | undefined;
  /** Epoch milliseconds. */
  readonly validUntil: number;
}

/** More clients want to know about tokens than Keystone answers. */
export class TooManyQuestionsError extends Error {
  override readonly name = 'TooManyQuestionsError';
  readonly code = 'too_many_questions';
}

/** Asks Keystone about a token once in a while only, and once for requests that come together. */
export class TokenCache {
  readonly #validator: TokenValidator;
  readonly #now: () => number;
  /** By the hash of the token, the oldest first: what is kept is of no use to whoever reads it. */
  readonly #valid = new Map<string, Entry>();
  readonly #invalid = new Map<string, Entry>();
  readonly #asking = new Map<string, Promise<TokenOwner | undefined>>();

  constructor(validator: TokenValidator, now: () => number) {
    this.#validator = validator;
    this.#now = now;
  }

  /** Undefined when the token is unknown, revoked, or expired; throws when Keystone cannot tell. */
  async validate(token: string, question: TokenQuestion = {}): Promise<TokenOwner | undefined> {
    const kind = question.allowExpired === true ? 'expired too' : 'current';
    const key = createHash('sha256').update(`${kind}\n${token}`).digest('base64');
    const known = this.#valid.get(key) ?? this.#invalid.get(key);
    if (known !== undefined && known.validUntil > this.#now()) return known.owner;
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      if (this.#asking.size >= MAXIMUM_QUESTIONS) {
        throw new TooManyQuestionsError(`Keystone is being asked about ${MAXIMUM_QUESTIONS} tokens already.`);
      }
      asking = this.#ask(key, token, question).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #ask(key: string, token: string, question: TokenQuestion): Promise<TokenOwner | undefined> {
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const found = await this.#validator.validate(token, signal, question);
    const now = this.#now();
    const expiresAt = found === undefined ? 0 : Date.parse(found.expiresAt);
    const isTaken = expiresAt > now || question.allowExpired === true;
    const owner = isTaken ? found : undefined;
    this.#valid.delete(key);
    this.#invalid.delete(key);
    if (owner === undefined) {
      keep(this.#invalid, key, { owner, validUntil: now + INVALID_LIFETIME_SECONDS * 1000 });
    } else {
      // one that has expired is let in for no longer than an invalid one is kept out
      const end = expiresAt > now ? expiresAt : now + INVALID_LIFETIME_SECONDS * 1000;
      keep(this.#valid, key, { owner, validUntil: Math.min(now + LIFETIME_SECONDS * 1000, end) });
    }
    return owner;
  }
}

function keep(entries: Map<string, Entry>, key: string, entry: Entry): void {
  entries.set(key, entry);
  if (entries.size <= MAXIMUM_ENTRIES) return;
  const oldest = entries.keys().next();
  if (oldest.done !== true) entries.delete(oldest.value);
}
