import type { Action } from '../lifecycle/action.ts';
import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Audit } from '../lifecycle/audit.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import type { Notification } from './envelope.ts';
import {
  actionEvent,
  actionUpdates,
  auditEvent,
  auditPhases,
  auditUpdates,
  planEvent,
  PLANNED,
  planUpdates,
} from './events.ts';
import type { PayloadCatalogue } from './payloads.ts';

/** Takes work that leads to notifications, and does it one after the other without making anybody wait. */
export interface Announcer {
  announce(make: () => Promise<readonly Notification[]>): void;
}

/**
 * The same repositories; whatever they change of audits, plans and actions is announced, with the rows as they were written. What a change
 * reads besides (a plan's audit, an action's plan) is read later, by the announcer.
 */
export function announcedRepositories(
  repositories: Repositories,
  catalogue: PayloadCatalogue,
  announcer: Announcer,
): Repositories {
  const announced = new Announced(repositories, catalogue, announcer);
  return {
    ...repositories,
    audits: announced.audits(),
    actionPlans: announced.actionPlans(),
    actions: announced.actions(),
  };
}

class Announced {
  readonly #inner: Repositories;
  readonly #catalogue: PayloadCatalogue;
  readonly #announcer: Announcer;

  constructor(inner: Repositories, catalogue: PayloadCatalogue, announcer: Announcer) {
    this.#inner = inner;
    this.#catalogue = catalogue;
    this.#announcer = announcer;
  }

  audits(): Repositories['audits'] {
    const { audits } = this.#inner;
    return {
      ...audits,
      create: async row => {
        const audit = await audits.create(row);
        this.#tell(async () => [auditEvent('create', audit, this.#catalogue)]);
        return audit;
      },
      update: async (...args) => {
        const audit = await audits.update(...args);
        if (audit !== undefined) this.#tell(async () => auditUpdates(audit, null, this.#catalogue));
        return audit;
      },
      transition: async (...args) => {
        const from = await stateBefore(audits, args[0], args[1]);
        const audit = await audits.transition(...args);
        if (audit !== undefined) this.#tell(async () => auditUpdates(audit, from, this.#catalogue));
        return audit;
      },
      softDelete: async (...args) => {
        const isDone = await audits.softDelete(...args);
        const audit = isDone ? await audits.find(args[0], { includeDeleted: true }) : undefined;
        if (audit !== undefined) this.#tell(async () => [auditEvent('delete', audit, this.#catalogue)]);
        return isDone;
      },
    };
  }

  actionPlans(): Repositories['actionPlans'] {
    const { actionPlans, actions } = this.#inner;
    return {
      ...actionPlans,
      create: async row => this.#created(await actionPlans.create(row)),
      createWithActions: async (...args) => this.#created(await actionPlans.createWithActions(...args)),
      createForRun: async (...args) => {
        const [{ auditUuid }, , { replaces, replacesPending = false }] = args;
        const states = replacesPending ? (['RECOMMENDED', 'PENDING'] as const) : (['RECOMMENDED'] as const);
        const where = { auditUuid, state: states };
        const replaced = replaces === undefined ? [] : await actionPlans.list({ where });
        const plan = await actionPlans.createForRun(...args);
        if (plan === undefined) return undefined;
        for (const { uuid, state: from } of replaced) {
          const now = await actionPlans.find(uuid);
          if (now?.state === 'CANCELLED') this.#planChanged(now, from);
        }
        return this.#created(plan);
      },
      update: async (...args) => {
        const plan = await actionPlans.update(...args);
        if (plan !== undefined) this.#planChanged(plan, null);
        return plan;
      },
      transition: async (...args) => {
        const from = await stateBefore(actionPlans, args[0], args[1]);
        const plan = await actionPlans.transition(...args);
        if (plan !== undefined) this.#planChanged(plan, from);
        return plan;
      },
      softDelete: async (...args) => {
        const isDone = await actionPlans.softDelete(...args);
        if (!isDone) return false;
        this.#tell(async () => {
          const plan = await actionPlans.find(args[0], { includeDeleted: true });
          if (plan === undefined) return [];
          const gone = await actions.list({ where: { actionPlanUuid: plan.uuid }, includeDeleted: true });
          return [
            ...(await this.#ofPlan(plan, audit => [planEvent('delete', plan, audit, this.#catalogue)])),
            ...gone.map(action => actionEvent('delete', action, plan, this.#catalogue)),
          ];
        });
        return true;
      },
    };
  }

  actions(): Repositories['actions'] {
    const { actions } = this.#inner;
    const changed = (action: Action | undefined, from: string | null): Action | undefined => {
      if (action === undefined) return undefined;
      this.#tell(async () => {
        const plan = await this.#inner.actionPlans.find(action.actionPlanUuid, { includeDeleted: true });
        return plan === undefined ? [] : actionUpdates(action, { plan, from }, this.#catalogue);
      });
      return action;
    };
    return {
      ...actions,
      update: async (...args) => changed(await actions.update(...args), null),
      transition: async (...args) => {
        const from = await stateBefore(actions, args[0], args[1]);
        return changed(await actions.transition(...args), from);
      },
    };
  }

  /** A plan is the end of its audit's strategy and planner, and the beginning of its actions. */
  #created(plan: ActionPlan): ActionPlan {
    this.#tell(async () => {
      const actions = await this.#inner.actions.list({ where: { actionPlanUuid: plan.uuid } });
      return this.#ofPlan(plan, audit => [
        ...auditPhases(audit, PLANNED, this.#catalogue),
        planEvent('create', plan, audit, this.#catalogue),
        ...actions.map(action => actionEvent('create', action, plan, this.#catalogue)),
      ]);
    });
    return plan;
  }

  #planChanged(plan: ActionPlan, from: string | null): void {
    this.#tell(() => this.#ofPlan(plan, audit => planUpdates(plan, { audit, from }, this.#catalogue)));
  }

  async #ofPlan(
    plan: ActionPlan,
    events: (audit: Audit) => readonly Notification[],
  ): Promise<readonly Notification[]> {
    const audit = await this.#inner.audits.find(plan.auditUuid, { includeDeleted: true });
    return audit === undefined ? [] : events(audit);
  }

  #tell(make: () => Promise<readonly Notification[]>): void {
    this.#announcer.announce(make);
  }
}

/** The state from which a row is about to change; asked only when several would do. */
async function stateBefore(
  rows: { find(uuid: string): Promise<{ readonly state: string } | undefined> },
  uuid: string,
  from: string | readonly string[],
): Promise<string | null> {
  const states = [from].flat();
  return states.length === 1 ? states[0]! : ((await rows.find(uuid))?.state ?? null);
}
