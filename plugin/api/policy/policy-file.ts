import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import { parse } from 'yaml';
import { compileRules } from './compile.ts';
import { PolicyError } from './errors.ts';
import { Policy } from './policy.ts';

export interface PolicyFileOptions {
  /** YAML or JSON with the rules that are to differ from the defaults; empty: none. */
  readonly file: string;
  /** The role `reader` may see everything. */
  readonly readerRole: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** A changed file is noticed after so long at most. */
const LOOK_MILLISECONDS = 1000;

/** The policy as the file says now. A file that has become wrong is reported once, and what it said before goes on. */
export class PolicyFile {
  readonly #options: PolicyFileOptions;
  #policy: Policy;
  #version: string;
  #lookedAt: number;

  /** Throws `PolicyError` when the file is missing or wrong. */
  constructor(options: PolicyFileOptions) {
    this.#options = options;
    this.#lookedAt = options.now();
    this.#version = versionOf(options.file);
    this.#policy = read(options);
  }

  current(): Policy {
    const { file, now, logger } = this.#options;
    const since = now() - this.#lookedAt;
    if (file === '' || (since >= 0 && since < LOOK_MILLISECONDS)) return this.#policy;
    this.#lookedAt = now();
    const version = versionOf(file);
    if (version === this.#version) return this.#policy;
    this.#version = version;
    try {
      this.#policy = read(this.#options);
      logger.info({ file }, 'the policy file has been read again');
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      logger.error({ file, why: error.message }, 'the policy file has become wrong, the old rules stay');
    }
    return this.#policy;
  }
}

function read({ file, readerRole }: PolicyFileOptions): Policy {
  return new Policy(compileRules(file === '' ? {} : rulesIn(file), { file, hasReader: readerRole }));
}

function rulesIn(file: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    // JSON is YAML, too
    content = parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    const why = String(error instanceof Error ? error.message : error).split('\n')[0]!;
    throw new PolicyError(`The policy file ${file} cannot be read: ${why.replace(/[.:]$/, '')}.`, {
      cause: error,
    });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new PolicyError(`The policy file ${file} must map names of rules to rules.`);
  }
  return content as Record<string, unknown>;
}

/** Changes when the file does. */
function versionOf(file: string): string {
  if (file === '') return '';
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 'missing' : `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
}
