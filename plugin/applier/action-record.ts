import type { Logger } from 'pino';
import type { Progress } from '../actions/action-type.ts';
import type { Clock } from '../actions/clock.ts';
import type { ActionState } from '../lifecycle/action.ts';
import type { ActionRepository } from '../lifecycle/repositories.ts';
import { sentenceOf } from './errors.ts';

export interface ActionRecordOptions {
  readonly uuid: string;
  readonly actions: ActionRepository;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shortest time between two writes of progress. */
  readonly progressSeconds: number;
}

/** Writes what becomes of one ONGOING action, one write after the other. */
export class ActionRecord {
  readonly #options: ActionRecordOptions;
  #writes: Promise<unknown> = Promise.resolve();
  #progressAt = -Infinity;
  #message: string | null = null;

  constructor(options: ActionRecordOptions) {
    this.#options = options;
  }

  /** Keeps the last message for the end; stores at most one in `progressSeconds`. */
  report({ percent, message }: Progress): void {
    this.#message = percent === undefined ? message : `${Math.floor(percent)} %: ${message}`;
    const now = this.#options.clock.now();
    if (now - this.#progressAt < this.#options.progressSeconds * 1000) return;
    this.#progressAt = now;
    const statusMessage = this.#message;
    this.#write(() => this.#options.actions.update(this.#options.uuid, { statusMessage }));
  }

  cancelling(): void {
    this.#write(() => this.#options.actions.transition(this.#options.uuid, 'ONGOING', 'CANCELLING'));
  }

  /** The state in which the action is left: another one when somebody else ended it. Throws what the database throws. */
  async end(state: ActionState, message: string | null): Promise<ActionState> {
    const { actions, uuid, logger } = this.#options;
    await this.#writes;
    const changes = { statusMessage: message ?? this.#message };
    if ((await actions.transition(uuid, ['ONGOING', 'CANCELLING'], state, changes)) !== undefined) {
      logger.info({ action: uuid, state, statusMessage: changes.statusMessage }, 'action ended');
      return state;
    }
    const row = await actions.find(uuid);
    logger.warn({ action: uuid, state, found: row?.state }, 'action was ended by somebody else');
    return row?.state ?? 'DELETED';
  }

  /** Progress that cannot be stored does not stop the action; its end must be stored, and throws then. */
  #write(write: () => Promise<unknown>): void {
    this.#writes = this.#writes.then(write).catch((error: unknown) => {
      const { uuid, logger } = this.#options;
      logger.warn({ action: uuid, error: sentenceOf(error) }, 'progress of an action was not stored');
    });
  }
}
