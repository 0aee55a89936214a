import mysql from 'mysql2/promise';
import { openDatabase } from '../../db/connect.ts';
import { createRepositories } from '../../db/repositories.ts';
import type { ActionPlan } from '../../plugin/lifecycle/action-plan.ts';
import type { Action } from '../../plugin/lifecycle/action.ts';
import type { Repositories } from '../../plugin/lifecycle/repositories.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import type { Migration } from '../../plugin/openstack/nova.ts';
import { newAction, newAudit, newPlan } from '../db/rows.ts';
import { bootServer, cleanUp, openLab, serverOf } from './action-lab.ts';
import type { AuspexProcess } from './auspex.ts';
import { startAuspex } from './auspex.ts';

const NEVER = new AbortController().signal;
const SERVER = { host: '127.0.0.1', port: 13_306, user: 'lab', password: 'lab' };

/** One step of a plan: the server moves on to another host, after those named. */
export interface Step {
  readonly name: string;
  readonly serverId: string;
  readonly after?: readonly string[];
}

/** Real processes of the service on one database of the lab's MariaDB, and servers of their own to move. */
export class TakeoverLab {
  readonly cloud: Cloud;
  readonly repositories: Repositories;
  readonly replicas = new Map<string, AuspexProcess>();
  readonly #url: string;
  readonly #name: string;
  readonly #prefix: string;

  private constructor(name: string, url: string, parts: { cloud: Cloud; repositories: Repositories }) {
    this.#name = name;
    this.#url = url;
    this.#prefix = prefixOf(name);
    this.cloud = parts.cloud;
    this.repositories = parts.repositories;
  }

  /** `name` tells apart what runs at the same time. What the same has left before is removed. */
  static async open(name: string): Promise<TakeoverLab> {
    const database = databaseOf(name);
    await administer(`DROP DATABASE IF EXISTS ${database}`, `CREATE DATABASE ${database}`);
    const cloud = openLab();
    await cleanUp(cloud, prefixOf(name));
    const url = `mysql://lab:lab@127.0.0.1:13306/${database}`;
    const repositories = createRepositories(await openDatabase(url));
    return new TakeoverLab(name, url, { cloud, repositories });
  }

  async close(): Promise<void> {
    await Promise.all([...this.replicas.keys()].map(hostname => this.end(hostname, 'SIGTERM')));
    await this.repositories.close();
    await cleanUp(this.cloud, this.#prefix);
    this.cloud.close();
    await administer(`DROP DATABASE IF EXISTS ${databaseOf(this.#name)}`);
  }

  /** A process of its own; `environment` overrides the lab's. */
  async start(hostname: string, environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const replica = await startAuspex({
      AUSPEX_HOSTNAME: hostname,
      AUSPEX_DATABASE_URL: this.#url,
      ...environment,
    });
    this.replicas.set(hostname, replica);
  }

  async end(hostname: string, signal: NodeJS.Signals): Promise<void> {
    const replica = this.replicas.get(hostname);
    this.replicas.delete(hostname);
    await replica?.stop(signal);
  }

  /** An instance whose live migrations take so long. */
  boot(name: string, host: string, migrateSeconds: number): Promise<string> {
    const metadata = { lab_migrate_seconds: String(migrateSeconds) };
    return bootServer(this.cloud, name, host, { metadata, prefix: this.#prefix });
  }

  /** A PENDING plan of live migrations, each to the host after the server's. */
  async plan(steps: readonly Step[]): Promise<string> {
    const hosts = await this.#hosts();
    const { uuid: auditUuid } = await this.repositories.audits.create(newAudit({ state: 'SUCCEEDED' }));
    const plan = newPlan({ auditUuid, state: 'PENDING' });
    const at = new Map<string, string>();
    const rows = new Map<string, ReturnType<typeof newAction>>();
    for (const { name, serverId, after = [] } of steps) {
      const source = at.get(serverId) ?? (await serverOf(this.cloud, serverId))?.hostName ?? '';
      const target = hosts[(hosts.indexOf(source) + 1) % hosts.length] ?? '';
      at.set(serverId, target);
      const inputParameters = {
        migration_type: 'live',
        resource_id: serverId,
        source_node: source,
        destination_node: target,
      };
      const parents = after.flatMap(each => rows.get(each)?.uuid ?? []);
      rows.set(
        name,
        newAction({ actionPlanUuid: plan.uuid, actionType: 'migrate', inputParameters, parents }),
      );
    }
    return (await this.repositories.actionPlans.createWithActions(plan, [...rows.values()])).uuid;
  }

  async planRow(planUuid: string): Promise<ActionPlan> {
    const plan = await this.repositories.actionPlans.find(planUuid);
    if (plan === undefined) throw new Error(`there is no plan ${planUuid}`);
    return plan;
  }

  actions(planUuid: string): Promise<Action[]> {
    return this.repositories.actions.list({ where: { actionPlanUuid: planUuid } });
  }

  /** Nova's records, newest first. */
  migrations(serverId: string): Promise<Migration[]> {
    return this.cloud.nova.listMigrations({ serverId }, NEVER);
  }

  async #hosts(): Promise<string[]> {
    const services = await this.cloud.nova.listServices({ binary: 'nova-compute' }, NEVER);
    return services
      .filter(({ up, status }) => up && status === 'enabled')
      .map(({ host }) => host)
      .toSorted();
  }
}

function databaseOf(name: string): string {
  return `auspex_replicas_${name}`;
}

/** Of the servers' names. */
function prefixOf(name: string): string {
  return `replicas-${name}-`;
}

async function administer(...statements: readonly string[]): Promise<void> {
  const administrator = await mysql.createConnection(SERVER);
  try {
    for (const statement of statements) await administrator.query(statement);
  } finally {
    await administrator.end();
  }
}
