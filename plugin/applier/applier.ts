import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Clock } from '../actions/clock.ts';
import { endPlan } from './end-plan.ts';
import type { PlanEnd } from './end-plan.ts';
import { LeftForLaterError, sentenceOf } from './errors.ts';
import { resumePlan } from './resume-plan.ts';
import { runPlan } from './run-plan.ts';
import { Slots } from './slots.ts';
import type { ApplierOptions, PlanRun } from './tools.ts';

export interface Applier {
  /** Claims a PENDING plan and runs it in the background; false when it was not PENDING any more. */
  launch(planUuid: string): Promise<boolean>;
  /**
   * An ONGOING plan becomes CANCELLING and, when the actions under way have ended, CANCELLED; one that has not begun
   * is CANCELLED at once. The changed plan; undefined when its state does not allow it.
   */
  cancel(planUuid: string): Promise<ActionPlan | undefined>;
  /**
   * Brings this service in line with the database: takes over what an interruption left of its own plans, launches
   * PENDING plans, and cancels those that another replica has asked to. For the start and then from time to time.
   */
  recover(): Promise<void>;
  /** Resolves when no plan is under way. */
  whenIdle(): Promise<void>;
  /** Begins nothing more, waits a while for the actions under way, then leaves them to the next start. */
  stop(): Promise<void>;
}

/** Applies action plans, several at once within shared limits. No plan's trouble gets out of it but to its row. */
export function createApplier(options: ApplierOptions): Applier {
  return new PlanApplier(options);
}

interface Running {
  readonly cancel: AbortController;
  /** Resolves when the plan is not under way any more; never rejects. */
  readonly ended: Promise<void>;
  /** Takes the plan out of the table. */
  readonly end: () => void;
}

class PlanApplier implements Applier {
  readonly #options: ApplierOptions;
  readonly #slots = new Slots();
  readonly #running = new Map<string, Running>();
  readonly #stop = new AbortController();
  readonly #detach = new AbortController();
  readonly #clock: Clock;

  constructor(options: ApplierOptions) {
    this.#clock = options.clock;
    this.#options = { ...options, clock: endingClock(options.clock, this.#detach.signal) };
  }

  async launch(planUuid: string): Promise<boolean> {
    const { actionPlans } = this.#options.repositories;
    return this.#begin(
      planUuid,
      () =>
        actionPlans.transition(planUuid, 'PENDING', 'ONGOING', {
          hostname: this.#options.hostname,
          statusMessage: null,
        }),
      runPlan,
    );
  }

  async cancel(planUuid: string): Promise<ActionPlan | undefined> {
    const { actionPlans } = this.#options.repositories;
    const plan =
      (await actionPlans.transition(planUuid, 'ONGOING', 'CANCELLING')) ??
      (await actionPlans.transition(planUuid, ['RECOMMENDED', 'PENDING'], 'CANCELLED'));
    if (plan === undefined) return undefined;
    await this.#cancelActions(planUuid);
    return plan;
  }

  async recover(): Promise<void> {
    const { actionPlans } = this.#options.repositories;
    for (const { uuid } of await actionPlans.list({ where: { state: 'CANCELLING' } })) {
      if (this.#running.has(uuid)) await this.#cancelActions(uuid);
    }
    for (const state of ['ONGOING', 'CANCELLING'] as const) {
      for (const { uuid } of await actionPlans.list({ where: { state, hostname: this.#options.hostname } })) {
        await this.#begin(uuid, () => this.#ownUnfinished(uuid), resumePlan);
      }
    }
    for (const plan of await actionPlans.list({ where: { state: 'PENDING' } })) await this.launch(plan.uuid);
  }

  async whenIdle(): Promise<void> {
    while (this.#running.size > 0)
      await Promise.all([...this.#running.values()].map(running => running.ended));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const idle = new AbortController();
    const ended = this.whenIdle().then(() => idle.abort());
    await this.#clock.sleep(this.#options.settings.stopGraceSeconds * 1000, idle.signal);
    this.#detach.abort(new LeftForLaterError('The service stops while the action is under way'));
    await ended;
  }

  /** `claim` gives the plan when it is ours to run. The place in the table is taken first, so nobody else begins. */
  async #begin(
    planUuid: string,
    claim: () => Promise<ActionPlan | undefined>,
    work: (run: PlanRun) => Promise<PlanEnd>,
  ): Promise<boolean> {
    if (this.#stop.signal.aborted || this.#running.has(planUuid)) return false;
    const running = this.#enter(planUuid);
    try {
      const plan = await claim();
      if (plan === undefined) {
        running.end();
        return false;
      }
      if (plan.state === 'CANCELLING') running.cancel.abort();
      this.#options.logger.info({ plan: planUuid, state: plan.state }, 'action plan begins');
      void this.#conduct(plan, running, work);
      return true;
    } catch (error) {
      running.end();
      throw error;
    }
  }

  #enter(planUuid: string): Running {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      this.#running.delete(planUuid);
      resolve();
    };
    const running = { cancel: new AbortController(), ended: promise, end };
    this.#running.set(planUuid, running);
    return running;
  }

  /** Never rejects. */
  async #conduct(
    plan: ActionPlan,
    { cancel, end }: Running,
    work: (run: PlanRun) => Promise<PlanEnd>,
  ): Promise<void> {
    const options = this.#options;
    const run = {
      ...options,
      plan,
      slots: this.#slots,
      cancel: cancel.signal,
      stop: this.#stop.signal,
      detach: this.#detach.signal,
    };
    try {
      await endPlan(plan, options, await this.#outcome(run, work));
    } catch (error) {
      const log = { plan: plan.uuid, error: sentenceOf(error) };
      if (error instanceof LeftForLaterError) options.logger.warn(log, 'action plan is left for later');
      else options.logger.error(log, 'the end of an action plan was not stored');
    } finally {
      end();
    }
  }

  async #outcome(run: PlanRun, work: (run: PlanRun) => Promise<PlanEnd>): Promise<PlanEnd> {
    try {
      return await work(run);
    } catch (error) {
      if (error instanceof LeftForLaterError || this.#detach.signal.aborted) throw error;
      run.logger.error({ plan: run.plan.uuid, err: error }, 'action plan broke off');
      return { error };
    }
  }

  async #ownUnfinished(planUuid: string): Promise<ActionPlan | undefined> {
    const plan = await this.#options.repositories.actionPlans.find(planUuid);
    return plan?.state === 'ONGOING' || plan?.state === 'CANCELLING' ? plan : undefined;
  }

  async #cancelActions(planUuid: string): Promise<void> {
    const { actions } = this.#options.repositories;
    for (const { uuid } of await actions.list({ where: { actionPlanUuid: planUuid, state: 'PENDING' } })) {
      await actions.transition(uuid, 'PENDING', 'CANCELLED', {
        statusMessage: 'Not started: the action plan was cancelled.',
      });
    }
    this.#running.get(planUuid)?.cancel.abort();
  }
}

/** Sleeping on it throws the signal's reason once that fires: that ends every action at its next wait. */
function endingClock(clock: Clock, detach: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    async sleep(milliseconds, ...signals) {
      await clock.sleep(milliseconds, detach, ...signals);
      detach.throwIfAborted();
    },
  };
}
