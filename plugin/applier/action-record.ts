import type { Progress } from '../actions/action-type.ts';
import type { ActionState } from '../lifecycle/action.ts';
import { LeftForLaterError, sentenceOf } from './errors.ts';
import { storePatiently } from './store-patiently.ts';
import type { PlanRun } from './tools.ts';

/** Writes what becomes of one ONGOING action, one write after the other, and only while the plan is this replica's. */
export class ActionRecord {
  readonly #uuid: string;
  readonly #run: PlanRun;
  #writes: Promise<unknown> = Promise.resolve();
  #progressAt = -Infinity;
  #message: string | null = null;

  constructor(uuid: string, run: PlanRun) {
    this.#uuid = uuid;
    this.#run = run;
  }

  /** Keeps the last message for the end; stores at most one in `progressSeconds`. */
  report({ percent, message }: Progress): void {
    const { clock, settings, claim, repositories } = this.#run;
    this.#message = percent === undefined ? message : `${Math.floor(percent)} %: ${message}`;
    const now = clock.now();
    if (now - this.#progressAt < settings.progressSeconds * 1000) return;
    this.#progressAt = now;
    const statusMessage = this.#message;
    this.#write(() => repositories.actions.update(this.#uuid, { statusMessage }, undefined, { claim }));
  }

  cancelling(): void {
    const { claim, repositories } = this.#run;
    this.#write(() =>
      repositories.actions.transition(this.#uuid, 'ONGOING', 'CANCELLING', {}, undefined, { claim }),
    );
  }

  /**
   * To be called just before something is asked of the cloud. The claim holds when this is stored, and for the lease
   * from then on; whoever stood still meanwhile must not ask. Throws `ClaimLostError` and `LeftForLaterError`.
   */
  async intend(intent: object): Promise<void> {
    const { steadyNow, settings, claim, repositories } = this.#run;
    let since = steadyNow();
    await storePatiently(this.#run, () => {
      since = steadyNow();
      return repositories.planClaims.intend(claim, this.#uuid, intent);
    });
    const seconds = (steadyNow() - since) / 1000;
    if (seconds < settings.leaseSeconds / 2) return;
    throw new LeftForLaterError(`Storing what the action is about to do took ${Math.round(seconds)} s`);
  }

  /** The state in which the action is left: another one when somebody else ended it. Throws what the database throws. */
  async end(state: ActionState, message: string | null): Promise<ActionState> {
    const { logger, claim, repositories } = this.#run;
    const { actions } = repositories;
    await this.#writes;
    const changes = { statusMessage: message ?? this.#message };
    const ended = await storePatiently(this.#run, () =>
      actions.transition(this.#uuid, ['ONGOING', 'CANCELLING'], state, changes, undefined, { claim }),
    );
    if (ended !== undefined) {
      logger.info({ action: this.#uuid, state, statusMessage: changes.statusMessage }, 'action ended');
      return state;
    }
    const row = await storePatiently(this.#run, () => actions.find(this.#uuid));
    if (row?.state !== state) {
      logger.warn({ action: this.#uuid, state, found: row?.state }, 'action was ended by somebody else');
    }
    return row?.state ?? 'DELETED';
  }

  /** Progress that cannot be stored does not stop the action; its end must be stored, and throws then. */
  #write(write: () => Promise<unknown>): void {
    this.#writes = this.#writes.then(write).catch((error: unknown) => {
      const { logger } = this.#run;
      logger.warn({ action: this.#uuid, error: sentenceOf(error) }, 'progress of an action was not stored');
    });
  }
}
