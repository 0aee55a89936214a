import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { openDatabase } from '../../db/connect.ts';
import { createRepositories } from '../../db/repositories.ts';
import { GOALS } from '../../goals/goals.ts';
import { ACTION_TYPES } from '../../plugin/actions/action-types.ts';
import { systemClock } from '../../plugin/actions/clock.ts';
import { createApi } from '../../plugin/api/api.ts';
import type { ActionPlan } from '../../plugin/lifecycle/action-plan.ts';
import type { Repositories } from '../../plugin/lifecycle/repositories.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { openCloud } from '../../plugin/openstack/cloud.ts';
import { collectCluster } from '../../plugin/openstack/collect-cluster.ts';
import { SCORING_ENGINES } from '../../scoring/scoring-engines.ts';
import { STRATEGIES } from '../../strategies/strategies.ts';
import { ALL_THERE } from '../plugin/api/harness.ts';
import { LAB_ENVIRONMENT } from './auspex.ts';
import type { CliReply } from './lab.ts';
import { PROJECT_ROOT } from './lab.ts';

/** The real Watcher of the lab. */
export const WATCHER_URL = 'http://127.0.0.1:19322';

const IN_LAB = join(PROJECT_ROOT, 'devstack/lab/in-lab');
const CLI_TIMEOUT_MS = 60_000;

export interface LabApi {
  readonly url: string;
  readonly repositories: Repositories;
  stop(): Promise<void>;
}

/** The API on a free port, with the lab's Keystone behind it and nothing that would run audits or plans. */
export async function serveApi(): Promise<LabApi> {
  const cloud = openCloud(
    readCloudConfig({ env: LAB_ENVIRONMENT, cwd: '/nonexistent', homeDir: '/nonexistent' }),
  );
  const repositories = createRepositories(await openDatabase('sqlite://'));
  const cancel = (uuid: string): Promise<ActionPlan | undefined> =>
    repositories.actionPlans.transition(uuid, ['RECOMMENDED', 'PENDING'], 'CANCELLED');
  const app = await createApi({
    repositories,
    goals: GOALS,
    strategies: STRATEGIES,
    scoringEngines: SCORING_ENGINES,
    actionTypes: ACTION_TYPES,
    requirements: ALL_THERE,
    tokenValidator: { validate: (token, signal) => cloud.keystone.validateToken(token, signal) },
    identityUrl: LAB_ENVIRONMENT.OS_AUTH_URL,
    audits: { trigger: () => undefined, cancel: () => undefined },
    applier: { launch: () => Promise.resolve(true), cancel },
    clusterPicture: { take: signal => collectCluster(cloud, { signal, clock: () => new Date() }) },
    clock: systemClock,
    logger: pino({ level: 'silent' }),
  });
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    repositories,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await repositories.close();
      cloud.close();
    },
  };
}

/** Runs the lab's own `openstack optimize …` against the URL, past the catalogue. */
export async function optimize(url: string, token: string, ...args: string[]): Promise<CliReply> {
  const client = ['openstack', '--os-auth-type', 'admin_token', '--os-endpoint', url, '--os-token', token];
  // without the variables of the lab's administrator, which this way of logging in does not take
  const command = [
    'env',
    '-i',
    'PATH=/usr/bin:/bin',
    'HOME=/root',
    'LANG=C.UTF-8',
    ...client,
    'optimize',
    ...args,
  ];
  const env = { PATH: process.env['PATH'], LAB_ROOT: process.env['LAB_ROOT'] };
  try {
    const { stdout, stderr } = await promisify(execFile)(IN_LAB, command, { env, timeout: CLI_TIMEOUT_MS });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof failed.code !== 'number') throw error;
    return { exitCode: failed.code, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
  }
}

/** As `optimize`, for a command that must succeed and can print JSON. */
export async function optimizeJson<T>(url: string, token: string, ...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await optimize(url, token, ...args, '-f', 'json');
  if (exitCode !== 0)
    throw new Error(`optimize ${args.join(' ')} exited with ${exitCode}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}
