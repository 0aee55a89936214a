import { expect } from 'chai';
import fc from 'fast-check';
import { pino } from 'pino';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import { ACTION_TYPES } from '../../../plugin/actions/action-types.ts';
import { createApplier } from '../../../plugin/applier/applier.ts';
import type { Applier } from '../../../plugin/applier/applier.ts';
import { DEFAULT_APPLIER_SETTINGS } from '../../../plugin/applier/settings.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { readCloudConfig } from '../../../plugin/openstack/cloud-config.ts';
import { openCloud } from '../../../plugin/openstack/cloud.ts';
import type { Cloud } from '../../../plugin/openstack/cloud.ts';
import { startSimulator } from '../../../simulator/http/simulator.ts';
import type { Simulator } from '../../../simulator/http/simulator.ts';
import type { World } from '../../../simulator/world/world.ts';
import { newAction, newAudit, newPlan } from '../../db/rows.ts';
import { guest, host, named, tinyWorld } from '../../simulator/tiny-world.ts';
import { Process, SharedClock, Traffic } from './mortal.ts';
import type { Call } from './mortal.ts';

/** What befalls one process: at the so-manieth moment of its calls it dies, or stands still for a while. */
interface Mishap {
  readonly passage: number;
  readonly kind: 'dies' | 'stands still';
  /** Until it is started again, or goes on. */
  readonly seconds: number;
}

const HOSTS = ['compute-1', 'compute-2', 'compute-3'];
const MOVES = [
  { guest: 'web', from: 'compute-1', to: 'compute-2', after: [] },
  { guest: 'db', from: 'compute-2', to: 'compute-3', after: [] },
  { guest: 'mail', from: 'compute-3', to: 'compute-1', after: ['web'] },
] as const;
const PATIENCE_SECONDS = 600;
const AFTERMATH_SECONDS = 120;

const mishap: fc.Arbitrary<Mishap> = fc.record({
  passage: fc.integer({ min: 1, max: 130 }),
  kind: fc.constantFrom('dies', 'stands still'),
  seconds: fc.integer({ min: 1, max: 90 }),
});

const mishaps = fc.array(mishap, { minLength: 2, maxLength: 2 });

describe('appliers that die or stand still at any moment', () => {
  it('execute each action of a plan exactly once, whoever is left (B95)', async () => {
    await fc.assert(
      fc.asyncProperty(mishaps, fc.nat(2), async (given, survivor) => {
        const stage = await Stage.open();
        try {
          await stage.play(given, survivor);

          expect(await stage.outcome()).to.deep.equal({
            plan: 'SUCCEEDED',
            actions: ['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'],
            migrations: ['web completed', 'db completed', 'mail completed'],
            places: ['compute-2', 'compute-3', 'compute-1'],
          });
        } finally {
          await stage.close();
        }
      }),
      { numRuns: 15 },
    );
  }).timeout(120_000);
});

interface Replica {
  readonly hostname: string;
  process: Process;
  applier: Applier;
  /** Of `recover`: one at a time, as in the service. */
  isLooking: boolean;
}

/** As the service does it: what fails is tried again later. */
async function look(replica: Replica): Promise<void> {
  try {
    await replica.applier.recover();
  } catch {
    // The next look comes in a second.
  } finally {
    replica.isLooking = false;
  }
}

/** A simulated cloud, a database and three appliers, in a time that the test moves. */
class Stage {
  readonly #world: World;
  readonly #clock: SharedClock;
  readonly #simulator: Simulator;
  readonly #repositories: Repositories;
  readonly #traffic = new Traffic();
  readonly #clouds: Cloud[] = [];
  readonly #replicas: Replica[] = [];
  #planUuid = '';

  private constructor(parts: {
    world: World;
    clock: SharedClock;
    simulator: Simulator;
    repositories: Repositories;
  }) {
    this.#world = parts.world;
    this.#clock = parts.clock;
    this.#simulator = parts.simulator;
    this.#repositories = parts.repositories;
  }

  static async open(): Promise<Stage> {
    const world = tinyWorld({
      hosts: HOSTS.map(name => host(name)),
      guests: MOVES.map(({ guest: name, from }) => guest(name, from)),
    });
    const clock = new SharedClock(world.nowAt * 1000);
    const simulator = await startSimulator({ world, now: () => clock.now() });
    const database = await openDatabase('sqlite://', { now: () => new Date(clock.now()) });
    const stage = new Stage({ world, clock, simulator, repositories: createRepositories(database) });
    await stage.#writePlan();
    for (const hostname of ['one', 'two', 'three']) {
      const process = new Process(stage.#traffic);
      stage.#replicas.push({
        hostname,
        process,
        applier: stage.#applierOf(hostname, process),
        isLooking: false,
      });
    }
    return stage;
  }

  /** One replica, the `survivor`, comes through; the plan has to end, and what stood still must do no harm when it goes on. */
  async play(given: readonly Mishap[], survivor: number): Promise<void> {
    const mortals = this.#replicas.filter((_, index) => index !== survivor);
    const dueIn = given.map(({ seconds }) => seconds);
    given.forEach(({ passage, kind }, index) => {
      const process = mortals[index]?.process;
      process?.at(passage, () => (kind === 'dies' ? process.kill() : process.freeze()));
    });
    let left = PATIENCE_SECONDS;
    let aftermath = AFTERMATH_SECONDS;
    while (left > 0 && aftermath > 0) {
      await this.#second();
      left -= 1;
      if (await this.#hasEnded()) aftermath -= 1;
      mortals.forEach((replica, index) => {
        const { process, hostname } = replica;
        if (!process.isDead && !process.isFrozen) return;
        const remaining = (dueIn[index] ?? 0) - 1;
        dueIn[index] = remaining;
        if (remaining !== 0) return;
        if (process.isFrozen) {
          process.thaw();
          return;
        }
        replica.process = new Process(this.#traffic);
        replica.applier = this.#applierOf(hostname, replica.process);
        replica.isLooking = false;
      });
    }
  }

  async outcome() {
    const plan = await this.#repositories.actionPlans.find(this.#planUuid);
    const actions = await this.#repositories.actions.list({ where: { actionPlanUuid: this.#planUuid } });
    return {
      plan: plan?.state,
      actions: actions.map(({ state }) => state),
      migrations: MOVES.flatMap(({ guest: name }) =>
        this.#world.migrations
          .filter(({ guestId }) => guestId === named(this.#world, name).id)
          .map(({ status }) => `${name} ${status}`),
      ),
      places: MOVES.map(({ guest: name }) => named(this.#world, name).hostName),
    };
  }

  async close(): Promise<void> {
    for (const { process } of this.#replicas) process.kill();
    await this.#traffic.settled();
    for (const cloud of this.#clouds) cloud.close();
    await this.#simulator.close();
    await this.#repositories.close();
  }

  async #second(): Promise<void> {
    this.#clock.advance(1000);
    for (const replica of this.#replicas) {
      if (replica.isLooking) continue;
      replica.isLooking = true;
      void look(replica);
    }
    await this.#traffic.settled();
  }

  async #hasEnded(): Promise<boolean> {
    const plan = await this.#repositories.actionPlans.find(this.#planUuid);
    return plan?.state !== 'PENDING' && plan?.state !== 'ONGOING';
  }

  #applierOf(hostname: string, process: Process): Applier {
    const { environment } = this.#simulator;
    const cloud = openCloud(readCloudConfig({ env: environment, homeDir: '/nowhere', cwd: '/nowhere' }), {
      attempts: 1,
    });
    this.#clouds.push(cloud);
    const request: Call = cloud.session.request.bind(cloud.session) as Call;
    Object.assign(cloud.session, { request: process.guarded(request) });
    const { actions, actionPlans, planClaims, control } = this.#repositories;
    return createApplier({
      repositories: {
        actions: process.calling(actions, ['list', 'find', 'update', 'transition']),
        actionPlans: process.calling(actionPlans, ['list', 'find', 'update', 'transition']),
        planClaims: process.calling(planClaims, [
          'list',
          'prepare',
          'takeOver',
          'renew',
          'release',
          'intend',
          'intentOf',
        ]),
        control: process.calling(control, ['pauseNow']),
      },
      cloud,
      actionTypes: ACTION_TYPES,
      clock: this.#clock,
      logger: pino({ level: 'silent' }),
      settings: DEFAULT_APPLIER_SETTINGS,
      hostname,
    });
  }

  async #writePlan(): Promise<void> {
    const { uuid: auditUuid } = await this.#repositories.audits.create(newAudit({ state: 'SUCCEEDED' }));
    const plan = newPlan({ auditUuid, state: 'PENDING' });
    const uuids = new Map<string, string>();
    const actions = MOVES.map(({ guest: name, from, to, after }) => {
      const action = newAction({
        actionPlanUuid: plan.uuid,
        actionType: 'migrate',
        inputParameters: {
          migration_type: 'live',
          resource_id: named(this.#world, name).id,
          source_node: from,
          destination_node: to,
        },
        parents: after.flatMap(each => uuids.get(each) ?? []),
      });
      uuids.set(name, action.uuid);
      return action;
    });
    await this.#repositories.actionPlans.createWithActions(plan, actions);
    this.#planUuid = plan.uuid;
  }
}
