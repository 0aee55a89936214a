import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { openDatabase } from '../db/connect.ts';
import { createRepositories } from '../db/repositories.ts';
import { GOALS } from '../goals/goals.ts';
import { SCORING_ENGINES } from '../scoring/scoring-engines.ts';
import { STRATEGIES } from '../strategies/strategies.ts';
import { ACTION_TYPES } from './actions/action-types.ts';
import type { Clock } from './actions/clock.ts';
import { systemClock } from './actions/clock.ts';
import { createApi } from './api/api.ts';
import { openCertificates } from './api/certificates.ts';
import { createApiServer } from './api/http-server.ts';
import { createApplier } from './applier/applier.ts';
import { AuditRunner } from './audits/audit-runner.ts';
import { ClusterWatch } from './audits/cluster-watch.ts';
import { SharedPicture } from './audits/shared-picture.ts';
import { expirePlans } from './audits/expire-plans.ts';
import type { Config } from './config.ts';
import type { Datasources } from './datasources/open-datasources.ts';
import { openDatasources } from './datasources/open-datasources.ts';
import type { Repositories } from './lifecycle/repositories.ts';
import { listen } from './listen.ts';
import type { Cloud } from './openstack/cloud.ts';
import { openCloud } from './openstack/cloud.ts';
import { collectCluster } from './openstack/collect-cluster.ts';
import { collectStorage } from './openstack/collect-storage.ts';
import { hasModel } from './openstack/has-model.ts';
import type { Service as CloudService } from './openstack/services.ts';
import { every } from './periodic.ts';
import { SERVICE_NAMES, aliveHosts } from './replicas/liveness.ts';

export interface Service {
  /** Where the API listens. */
  readonly url: string;
  /** Stops in the order in which work flows in: API, audits, applier, database. */
  stop(): Promise<void>;
}

/** Without these in the catalogue there is nothing to act on. */
const NEEDED: readonly CloudService[] = ['compute', 'placement'];
const RECOVERY_SECONDS = 60;
const START_TIMEOUT_SECONDS = 60;
const API_GRACE_MILLISECONDS = 5000;

export interface ServiceOptions {
  /** The time that the cloud is in: another than this machine's when the cloud is simulated. */
  readonly clock?: Clock;
}

/** Starts everything, the API last. Throws, with nothing left running, when the cloud, the database or the address is not to be had. */
export async function startService(
  config: Config,
  { clock = systemClock }: ServiceOptions = {},
): Promise<Service> {
  const { settings } = config;
  const logger = pino({ name: 'auspex', level: settings.logLevel });
  const onFailure: (() => unknown)[] = [];
  try {
    const cloud = openCloud(config.cloud);
    onFailure.push(() => cloud.close());
    await checkCloud(cloud);
    const datasources = await openUsage(config, cloud, { logger, clock });
    onFailure.push(() => datasources.close());
    const repositories = createRepositories(
      // Replicas on a real cloud agree on the time of the database's server.
      await openDatabase(
        settings.databaseUrl,
        clock === systemClock ? {} : { now: () => new Date(clock.now()) },
      ),
    );
    onFailure.push(() => repositories.close());
    return await assemble(config, { cloud, datasources, repositories, logger, clock });
  } catch (error) {
    for (const undo of onFailure.toReversed()) await undo();
    throw error;
  }
}

async function assemble(
  config: Config,
  {
    cloud,
    datasources,
    repositories,
    logger,
    clock,
  }: {
    readonly cloud: Cloud;
    readonly datasources: Datasources;
    readonly repositories: Repositories;
    readonly logger: Logger;
    readonly clock: Clock;
  },
): Promise<Service> {
  const { settings } = config;
  const { hostname } = settings;
  const shared = {
    repositories,
    goals: GOALS,
    strategies: STRATEGIES,
    scoringEngines: SCORING_ENGINES,
    actionTypes: ACTION_TYPES,
    logger,
  };
  const watch = new ClusterWatch(
    (previous, signal) => collectCluster(cloud, { signal, clock: () => new Date(clock.now()), previous }),
    () => clock.now(),
  );
  const applier = createApplier({
    ...shared,
    cloud,
    clock,
    settings: settings.applier,
    hostname,
  });
  const audits = new AuditRunner({
    ...shared,
    collectCluster: signal => watch.take(signal),
    collectStorage: signal => collectStorage(cloud, signal),
    datasource: datasources.of(),
    datasourceFor: strategyName => datasources.of(strategyName),
    newUuid: randomUUID,
    applier,
    clock,
    hostname,
    aliveHosts: () =>
      aliveHosts(repositories.services, SERVICE_NAMES['decision-engine'], settings.serviceDownSeconds),
    ongoingPlans: settings.audits.ongoingPlans,
    maximumAudits: settings.audits.maximum,
    timeoutMilliseconds: settings.audits.timeoutSeconds * 1000,
  });
  const certificates = openCertificates(settings.api.tls, logger);
  const app = await createApi({
    ...shared,
    clusterPicture: new SharedPicture({
      collect: signal => watch.take(signal),
      now: () => clock.now(),
    }),
    requirements: {
      datasources: (strategyName, usages, signal) => datasources.report(strategyName, usages, signal),
      hasModel: (model, signal) => hasModel(cloud, model, signal),
    },
    tokenValidator: {
      validate: (token, signal, question) => cloud.keystone.validateToken(token, signal, question),
    },
    identityUrl: settings.wwwAuthenticateUri || config.cloud.authUrl,
    audits,
    applier,
    clock,
    settings: settings.api,
    isBehindProxy: settings.behindProxy,
    serviceDownSeconds: settings.serviceDownSeconds,
  });
  const beat = async (): Promise<void> => {
    for (const name of Object.values(SERVICE_NAMES)) await repositories.services.heartbeat(name, hostname);
  };
  // Before any work is taken on: to others, who is not heard of has lost it.
  await beat();
  const listening = await listen(
    createApiServer(app, settings.api, certificates),
    settings.host,
    settings.port,
  );
  const heartbeat = every(settings.heartbeatSeconds, logger, beat);
  const looks = every(settings.audits.pollSeconds, logger, () => audits.recover());
  const recovery = every(RECOVERY_SECONDS, logger, async () => {
    await applier.recover();
    const hours = settings.audits.actionPlanExpiryHours;
    await expirePlans(repositories, { hours, now: clock.now() });
  });
  logger.info({ url: listening.url, cloud: config.cloud.name }, 'auspex listens');
  return {
    url: listening.url,
    async stop() {
      logger.info('auspex stops');
      await listening.close(API_GRACE_MILLISECONDS);
      await recovery.stop();
      await looks.stop();
      await audits.stop();
      await applier.stop();
      await heartbeat.stop();
      await repositories.close();
      datasources.close();
      cloud.close();
    },
  };
}

/** Logs in and looks for the services that are needed, so that what is wrong is said at once. */
async function checkCloud(cloud: Cloud): Promise<void> {
  const signal = AbortSignal.timeout(START_TIMEOUT_SECONDS * 1000);
  for (const service of NEEDED) await cloud.session.endpoint(service, signal);
}

/** There must be at least one to read: without usage there is nothing to forecast from. */
async function openUsage(config: Config, cloud: Cloud, { logger, clock }: { logger: Logger; clock: Clock }) {
  const datasources = await openDatasources(
    {
      settings: config.settings.datasources,
      session: cloud.session,
      cloud: config.cloud,
      now: () => clock.now(),
    },
    AbortSignal.timeout(START_TIMEOUT_SECONDS * 1000),
  );
  for (const warning of datasources.warnings) logger.warn({ warning }, 'datasource not used');
  return datasources;
}
