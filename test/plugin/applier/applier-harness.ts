import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import { ACTION_TYPES } from '../../../plugin/actions/action-types.ts';
import type { Clock } from '../../../plugin/actions/clock.ts';
import { createApplier } from '../../../plugin/applier/applier.ts';
import type { Applier } from '../../../plugin/applier/applier.ts';
import { DEFAULT_APPLIER_SETTINGS } from '../../../plugin/applier/settings.ts';
import type { ApplierSettings } from '../../../plugin/applier/settings.ts';
import type { ApplierOptions } from '../../../plugin/applier/tools.ts';
import type { ActionPlan, ActionPlanState } from '../../../plugin/lifecycle/action-plan.ts';
import type { Action } from '../../../plugin/lifecycle/action.ts';
import type { New, Repositories } from '../../../plugin/lifecycle/repositories.ts';
import type { Cloud } from '../../../plugin/openstack/cloud.ts';
import { newAction, newAudit, newPlan } from '../../db/rows.ts';
import { FakeNova } from '../actions/fake-nova.ts';
import { ManualClock } from '../actions/manual-clock.ts';
import { Gates } from './gates.ts';

/** An action of a plan in a test; its name stands for its UUID. */
export interface Step {
  readonly name: string;
  readonly after?: readonly string[];
  readonly source?: string;
  readonly target?: string;
  readonly instance?: string;
  readonly row?: Partial<New<Action>>;
}

/** An applier on a real SQLite database, with actions that the test opens and a Nova that it scripts. */
export interface ApplierHarness {
  readonly gates: Gates;
  readonly nova: FakeNova;
  readonly cloud: Cloud;
  readonly clock: ManualClock;
  readonly repositories: Repositories;
  readonly applier: Applier;
  /** Another replica, or the same one after a restart, on the same database. */
  another(options?: Partial<ApplierOptions>): Applier;
  plan(steps: readonly Step[], changes?: Partial<New<ActionPlan>>): Promise<string>;
  /** Launches a new plan and waits until it has ended. */
  run(steps: readonly Step[]): Promise<string>;
  /** `FAILED: 1 of 2 actions failed…` */
  stateOfPlan(planUuid: string): Promise<string>;
  /** `{ a: 'SUCCEEDED: half of a' }` */
  stateOfActions(planUuid: string): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  readonly settings?: Partial<ApplierSettings>;
  readonly clock?: Clock;
}

export async function startApplier({ settings, clock }: HarnessOptions = {}): Promise<ApplierHarness> {
  const manualClock = new ManualClock();
  const nova = new FakeNova(() => manualClock.now());
  const cloud = await nova.start();
  const repositories = createRepositories(
    await openDatabase('sqlite://', { now: () => new Date(manualClock.now()) }),
  );
  const { uuid: auditUuid } = await repositories.audits.create(newAudit());
  const gates = new Gates();
  const nameOf = new Map<string, string>();
  const options: ApplierOptions = {
    repositories,
    cloud,
    actionTypes: [...ACTION_TYPES, gates.type],
    clock: clock ?? manualClock,
    logger: pino({ level: 'silent' }),
    settings: { ...DEFAULT_APPLIER_SETTINGS, ...settings },
    hostname: 'one',
  };
  const applier = createApplier(options);

  const plan = async (steps: readonly Step[], changes: Partial<New<ActionPlan>> = {}): Promise<string> => {
    const uuids = new Map(steps.map(({ name }) => [name, randomUUID()]));
    for (const [name, uuid] of uuids) nameOf.set(uuid, name);
    const row = newPlan({ auditUuid, state: 'PENDING', ...changes });
    const actions = steps.map(({ name, after = [], source, target, instance, row: action }) =>
      newAction({
        actionPlanUuid: row.uuid,
        actionType: 'gate',
        inputParameters: JSON.parse(JSON.stringify({ name, source, target, instance })) as Record<
          string,
          unknown
        >,
        parents: after.map(parent => uuids.get(parent) ?? parent),
        ...action,
        uuid: uuids.get(name) ?? '',
      }),
    );
    return (await repositories.actionPlans.createWithActions(row, actions)).uuid;
  };

  return {
    gates,
    nova,
    cloud,
    clock: manualClock,
    repositories,
    applier,
    another: (changes = {}) => createApplier({ ...options, ...changes }),
    plan,
    async run(steps) {
      const uuid = await plan(steps);
      await applier.launch(uuid);
      await applier.whenIdle();
      return uuid;
    },
    async stateOfPlan(planUuid) {
      const row = await repositories.actionPlans.find(planUuid);
      return text(row?.state, row?.statusMessage);
    },
    async stateOfActions(planUuid) {
      const rows = await repositories.actions.list({ where: { actionPlanUuid: planUuid } });
      return Object.fromEntries(
        rows.map(row => [
          nameOf.get(row.uuid) ?? row.uuid,
          named(text(row.state, row.statusMessage), nameOf),
        ]),
      );
    },
    async stop() {
      await applier.stop();
      cloud.close();
      nova.stop();
      await repositories.close();
    },
  };
}

function text(
  state: ActionPlanState | Action['state'] | undefined,
  message: string | null | undefined,
): string {
  return message === null || message === undefined ? String(state) : `${state}: ${message}`;
}

/** With names in place of UUIDs. */
function named(sentence: string, nameOf: ReadonlyMap<string, string>): string {
  return [...nameOf].reduce((result, [uuid, name]) => result.replaceAll(uuid, name), sentence);
}
