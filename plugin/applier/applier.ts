import { randomUUID } from 'node:crypto';
import type { ActionPlan, ActionPlanState } from '../lifecycle/action-plan.ts';
import type { ClaimedPlan, PlanClaim } from '../lifecycle/plan-claim.ts';
import { ClaimLostError } from '../lifecycle/plan-claim.ts';
import { cancelPendingActions, cancelPlan } from './cancel-plan.ts';
import { Abandoned } from './abandoned.ts';
import { endPlan } from './end-plan.ts';
import type { PlanEnd } from './end-plan.ts';
import { BrokenPlanError, isLeftForLater, LeftForLaterError, sentenceOf } from './errors.ts';
import type { Interruption } from './interruption.ts';
import { PauseGate } from './pause-gate.ts';
import { notePause } from './note-pause.ts';
import { runPlan } from './run-plan.ts';
import { Running } from './running.ts';
import { Slots } from './slots.ts';
import type { ApplierOptions, PlanRun } from './tools.ts';

export interface Applier {
  /** Claims a PENDING plan and runs it in the background; false when it is not PENDING any more, or all is paused. */
  launch(planUuid: string): Promise<boolean>;
  /**
   * An ONGOING plan becomes CANCELLING and, when the actions under way have ended, CANCELLED; one that has not begun
   * is CANCELLED at once. The changed plan; undefined when its state does not allow it.
   */
  cancel(planUuid: string): Promise<ActionPlan | undefined>;
  /**
   * Brings this service in line with the database: gives its plans a sign of life, launches PENDING plans, takes over
   * those whose runner is gone, cancels those that another replica has asked to, and heeds a pause. For every second
   * or so, from the start until `stop` has resolved.
   */
  recover(): Promise<void>;
  /** Resolves when no plan is under way. */
  whenIdle(): Promise<void>;
  /** Begins nothing more, waits a while for the actions under way, then lets go of the plans: whoever comes takes them up. */
  stop(): Promise<void>;
}

/** Applies action plans, several at once within shared limits. No plan's trouble gets out of it but to its row. */
export function createApplier(options: ApplierOptions): Applier {
  return new PlanApplier(options);
}

/** What there is to run. */
interface Claimed {
  readonly plan: ActionPlan;
  readonly claim: PlanClaim;
  readonly interruption?: Interruption;
}

/** PENDING: it is just being claimed here. */
const NOT_ENDED: readonly ActionPlanState[] = ['PENDING', 'ONGOING', 'CANCELLING'];

class PlanApplier implements Applier {
  readonly #options: ApplierOptions;
  readonly #slots = new Slots();
  readonly #gate = new PauseGate();
  readonly #running = new Map<string, Running>();
  readonly #abandoned: Abandoned;
  readonly #stop = new AbortController();
  readonly #steadyNow: () => number;
  #renewedAt = -Infinity;

  constructor(options: ApplierOptions) {
    this.#options = options;
    this.#steadyNow = options.steadyNow ?? (() => options.clock.now());
    this.#abandoned = new Abandoned(options);
  }

  async launch(planUuid: string): Promise<boolean> {
    this.#gate.set(await this.#options.repositories.control.pauseNow());
    return this.#gate.pause === undefined && this.#launch(planUuid);
  }

  async cancel(planUuid: string): Promise<ActionPlan | undefined> {
    const plan = await cancelPlan(planUuid, this.#options.repositories);
    if (plan !== undefined) this.#running.get(planUuid)?.cancel();
    return plan;
  }

  async recover(): Promise<void> {
    const { repositories } = this.#options;
    let claims: readonly ClaimedPlan[];
    try {
      await this.#renew();
      claims = await repositories.planClaims.list();
      await this.#compare(claims);
      const others = claims.filter(({ plan }) => !this.#running.has(plan.uuid));
      for (const seen of this.#abandoned.among(others, this.#steadyNow())) await this.#takeOver(seen);
    } catch (error) {
      this.#abandoned.forget();
      throw error;
    }
    const pending = await repositories.actionPlans.list({ where: { state: 'PENDING' } });
    await this.#heedPause(pending, claims);
    if (this.#gate.pause === undefined) for (const { uuid } of pending) await this.#launch(uuid);
  }

  async whenIdle(): Promise<void> {
    while (this.#running.size > 0)
      await Promise.all([...this.#running.values()].map(running => running.ended));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const { clock, settings } = this.#options;
    const idle = new AbortController();
    const ended = this.whenIdle().then(() => idle.abort());
    await clock.sleep(settings.stopGraceSeconds * 1000, idle.signal);
    const why = new LeftForLaterError('The service stops while the action is under way');
    for (const running of this.#running.values()) running.detach(why);
    await ended;
  }

  async #launch(planUuid: string): Promise<boolean> {
    const { actionPlans, planClaims } = this.#options.repositories;
    return this.#begin(planUuid, async claim => {
      if (!(await planClaims.prepare(claim))) return undefined;
      const changes = { hostname: this.#options.hostname, statusMessage: null };
      const plan = await actionPlans.transition(planUuid, 'PENDING', 'ONGOING', changes, undefined, {
        claim,
      });
      return plan === undefined ? undefined : { plan, claim };
    });
  }

  async #takeOver({ plan: { uuid: planUuid }, token, beats }: ClaimedPlan): Promise<void> {
    const { hostname, repositories, logger } = this.#options;
    await this.#begin(planUuid, async claim => {
      const by = { token: claim.token, hostname };
      const taken = await repositories.planClaims.takeOver({ planUuid, token, beats }, by);
      if (taken === undefined) return undefined;
      const interruption = { host: taken.previousHost ?? hostname, seconds: taken.silentSeconds };
      logger.warn({ plan: planUuid, ...interruption }, 'action plan is taken over');
      return { plan: taken.plan, claim, interruption };
    });
  }

  /** `claim` gives the plan when it is ours to run. The place in the table is taken first, so nobody else here begins. */
  async #begin(planUuid: string, take: (claim: PlanClaim) => Promise<Claimed | undefined>): Promise<boolean> {
    if (this.#stop.signal.aborted || this.#running.has(planUuid)) return false;
    const claim = { planUuid, token: randomUUID() };
    const running = new Running(claim);
    this.#running.set(planUuid, running);
    this.#abandoned.ours(claim);
    try {
      const claimed = await take(claim);
      if (claimed === undefined) {
        this.#leave(running);
        return false;
      }
      if (claimed.plan.state === 'CANCELLING') running.cancel();
      this.#options.logger.info({ plan: planUuid, state: claimed.plan.state }, 'action plan begins');
      void this.#conduct(claimed, running);
      return true;
    } catch (error) {
      this.#leave(running);
      // Another replica was faster.
      if (error instanceof ClaimLostError) return false;
      throw error;
    }
  }

  #leave(running: Running): void {
    this.#running.delete(running.claim.planUuid);
    running.end();
  }

  /** Never rejects. */
  async #conduct({ plan, claim, interruption }: Claimed, running: Running): Promise<void> {
    const { logger, clock } = this.#options;
    const run: PlanRun = {
      ...this.#options,
      plan,
      claim,
      interruption,
      clock: running.endingClock(clock),
      steadyNow: this.#steadyNow,
      slots: this.#slots,
      gate: this.#gate,
      cancel: running.cancelled,
      stop: this.#stop.signal,
      detach: running.detached,
    };
    try {
      await endPlan(run, await this.#outcome(run));
    } catch (error) {
      const log = { plan: plan.uuid, error: sentenceOf(error) };
      if (isLeftForLater(error)) logger.warn(log, 'action plan is left for later');
      else logger.error(log, 'the end of an action plan was not stored');
      await this.#letGo(claim);
    } finally {
      this.#leave(running);
    }
  }

  async #outcome(run: PlanRun): Promise<PlanEnd> {
    try {
      return await runPlan(run);
    } catch (error) {
      if (isLeftForLater(error) || run.detach.aborted) throw error;
      run.logger.error({ plan: run.plan.uuid, err: error }, 'action plan broke off');
      if (run.interruption === undefined || error instanceof BrokenPlanError) return { error };
      const why = `The plan cannot be taken over yet: ${sentenceOf(error)}`;
      throw new LeftForLaterError(why, { cause: error });
    }
  }

  /** So that others need not wait for the lease to end. Never rejects. */
  async #letGo(claim: PlanClaim): Promise<void> {
    this.#abandoned.postpone(claim.planUuid, this.#steadyNow());
    try {
      await this.#options.repositories.planClaims.release(claim);
    } catch (error) {
      const log = { plan: claim.planUuid, error: sentenceOf(error) };
      this.#options.logger.warn(log, 'an action plan was not let go of');
    }
  }

  /** Three times in a lease, so that one late sign of life does not cost the plan. */
  async #renew(): Promise<void> {
    const { repositories, settings } = this.#options;
    const now = this.#steadyNow();
    if (this.#running.size === 0 || now - this.#renewedAt < (settings.leaseSeconds * 1000) / 3) return;
    await repositories.planClaims.renew([...this.#running.values()].map(({ claim }) => claim.token));
    this.#renewedAt = now;
  }

  /** What the database says of the plans that run here: another's by now, ended by another, or to be cancelled. */
  async #compare(claims: readonly ClaimedPlan[]): Promise<void> {
    const { repositories } = this.#options;
    for (const [uuid, running] of this.#running) {
      const claimed = claims.find(({ plan }) => plan.uuid === uuid);
      if (claimed === undefined) {
        const plan = await repositories.actionPlans.find(uuid);
        if (plan === undefined || !NOT_ENDED.includes(plan.state)) {
          running.detach(new LeftForLaterError('The plan has come to its end'));
        }
      } else if (claimed.token !== running.claim.token) {
        running.detach(new LeftForLaterError('Another replica has taken the plan over'));
      } else if (claimed.plan.state === 'CANCELLING') {
        await cancelPendingActions(uuid, repositories);
        running.cancel();
      }
    }
  }

  async #heedPause(pending: readonly ActionPlan[], claims: readonly ClaimedPlan[]): Promise<void> {
    const { repositories, logger } = this.#options;
    const pause = await repositories.control.pauseNow();
    if (this.#gate.set(pause)) {
      if (pause === undefined) logger.info('work goes on after a pause');
      else logger.warn(pause, 'paused: no new action begins');
    }
    const running = claims.flatMap(({ plan }) => {
      const claim = this.#running.get(plan.uuid)?.claim;
      return claim === undefined ? [] : [{ plan, claim }];
    });
    await notePause(pause, { running, pending, actionPlans: repositories.actionPlans });
  }
}
