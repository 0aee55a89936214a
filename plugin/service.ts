import { randomUUID } from 'node:crypto';
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
import { parametersSpec } from './api/parameters.ts';
import { openCertificates } from './api/certificates.ts';
import { metricsListener } from './api/metrics-document.ts';
import { createApiServer } from './api/http-server.ts';
import { createApplier } from './applier/applier.ts';
import type { Applier } from './applier/applier.ts';
import { applierElsewhere } from './applier/cancel-plan.ts';
import { AuditRunner } from './audits/audit-runner.ts';
import { ClusterWatch } from './audits/cluster-watch.ts';
import { SharedPicture } from './audits/shared-picture.ts';
import { expirePlans } from './audits/expire-plans.ts';
import type { Config, Settings } from './config.ts';
import type { Datasources } from './datasources/open-datasources.ts';
import { openDatasources } from './datasources/open-datasources.ts';
import type { Repositories } from './lifecycle/repositories.ts';
import { listen } from './listen.ts';
import { createLogger } from './log.ts';
import type { Listening } from './listen.ts';
import type { Cloud } from './openstack/cloud.ts';
import { openCloud } from './openstack/cloud.ts';
import { collectCluster } from './openstack/collect-cluster.ts';
import { collectStorage } from './openstack/collect-storage.ts';
import { hasModel } from './openstack/has-model.ts';
import type { Service as CloudService } from './openstack/services.ts';
import { measuredDatasource, measuredRepositories } from './metrics/measured.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createMetrics } from './metrics/metrics.ts';
import type { Messaging } from './notifications/messaging.ts';
import { openMessaging } from './notifications/messaging.ts';
import { every } from './periodic.ts';
import { SERVICE_NAMES } from './replicas/liveness.ts';
import type { Role } from './replicas/settings.ts';
import { SignsOfLife } from './replicas/signs-of-life.ts';

export interface Service {
  /** Where the API listens; undefined when this replica has none. */
  readonly url: string | undefined;
  /** Stops in the order in which work flows in: API, audits, applier, database. */
  stop(): Promise<void>;
}

/** Without these in the catalogue there is nothing to act on. */
const NEEDED: readonly CloudService[] = ['compute', 'placement'];
const EXPIRY_SECONDS = 60;
const START_TIMEOUT_SECONDS = 60;
const API_GRACE_MILLISECONDS = 5000;

export interface ServiceOptions {
  /** The time that the cloud is in: another than this machine's when the cloud is simulated. */
  readonly clock?: Clock;
}

/** Starts what the roles of this replica need, the API last. Throws, with nothing left running, when the cloud, the database or the address is not to be had. */
export async function startService(
  config: Config,
  { clock = systemClock }: ServiceOptions = {},
): Promise<Service> {
  const { settings } = config;
  const logger = createLogger(settings.logLevel);
  const onFailure: (() => unknown)[] = [];
  try {
    const cloud = openCloud(config.cloud);
    onFailure.push(() => cloud.close());
    await checkCloud(cloud);
    const datasources = isAny(settings, 'api', 'decision-engine')
      ? await openUsage(config, cloud, { logger, clock })
      : undefined;
    onFailure.push(() => datasources?.close());
    const repositories = createRepositories(
      // Replicas on a real cloud agree on the time of the database's server.
      await openDatabase(
        settings.databaseUrl,
        clock === systemClock ? {} : { now: () => new Date(clock.now()) },
      ),
    );
    onFailure.push(() => repositories.close());
    const messaging = await openNotifications(settings, { repositories, logger, clock });
    onFailure.push(() => messaging?.stop());
    const announced = messaging?.repositories ?? repositories;
    const parts = { cloud, datasources, repositories: announced, messaging, logger, clock };
    return await assemble(config, settings.api.metrics.enabled ? measured(parts) : parts);
  } catch (error) {
    for (const undo of onFailure.toReversed()) await undo();
    throw error;
  }
}

interface Parts {
  readonly cloud: Cloud;
  /** Undefined when no role needs them. */
  readonly datasources: Datasources | undefined;
  readonly repositories: Repositories;
  /** Undefined without a message broker. */
  readonly messaging: Messaging | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Undefined: nothing is measured. */
  readonly metrics?: Metrics;
}

/** The same, measured where it goes out of the process. */
function measured(parts: Parts): Parts {
  const { repositories, datasources, clock } = parts;
  const countRecords = () => repositories.recordCounts.byState();
  const metrics = createMetrics({ now: () => clock.now(), countRecords, ofProcess: true });
  return {
    ...parts,
    repositories: measuredRepositories(repositories, metrics),
    datasources: datasources?.through(source => measuredDatasource(source, metrics)),
    metrics,
  };
}

/**
 * What one role does is there for the others of this process at once; replicas without that role leave the work in the
 * database, where those that have it find it soon.
 */
async function assemble(config: Config, parts: Parts): Promise<Service> {
  const { cloud, datasources, repositories, messaging, logger, clock, metrics } = parts;
  const { settings } = config;
  const watch = new ClusterWatch(
    async (previous, signal) => {
      const model = await collectCluster(cloud, { signal, clock: () => new Date(clock.now()), previous });
      metrics?.modelTaken(Date.parse(model.takenAt));
      return model;
    },
    () => clock.now(),
  );
  const applier = isAny(settings, 'applier')
    ? createApplier({
        repositories,
        actionTypes: ACTION_TYPES,
        cloud,
        clock,
        steadyNow: () => performance.now(),
        logger,
        settings: settings.applier,
        hostname: settings.hostname,
      })
    : undefined;
  const plans = applier ?? applierElsewhere(repositories);
  const signs = new SignsOfLife({
    services: repositories.services,
    names: settings.roles.flatMap(role => (role === 'api' ? [] : SERVICE_NAMES[role])),
    hostname: settings.hostname,
    heartbeatSeconds: settings.heartbeatSeconds,
    downSeconds: settings.serviceDownSeconds,
    steadyNow: () => performance.now(),
  });
  const audits =
    datasources !== undefined && isAny(settings, 'decision-engine')
      ? decisionEngine(settings, { ...parts, datasources, watch, plans, signs })
      : undefined;
  const beat = async (): Promise<void> => {
    await signs.give();
    await messaging?.lookAtServices();
  };
  // Before any work is taken on: to others, who is not heard of has lost it.
  await beat();
  const listening =
    datasources !== undefined && isAny(settings, 'api')
      ? await listenToClients(config, { ...parts, datasources, watch, plans, audits })
      : undefined;
  const measuring = await listenToScrapers(settings, metrics).catch(async (error: unknown) => {
    await listening?.close(0);
    throw error;
  });
  const heartbeat = every(settings.heartbeatSeconds, logger, beat);
  const looksForAudits = every(settings.audits.pollSeconds, logger, async () => audits?.recover());
  const looksForPlans = every(settings.applier.pollSeconds, logger, async () => applier?.recover());
  const expiry = every(EXPIRY_SECONDS, logger, async () => {
    const hours = settings.audits.actionPlanExpiryHours;
    if (audits !== undefined) await expirePlans(repositories, { hours, now: clock.now() });
  });
  const { roles } = settings;
  if (listening === undefined)
    logger.info({ roles, cloud: config.cloud.name }, 'auspex works, without an API');
  else logger.info({ url: listening.url, roles, cloud: config.cloud.name }, 'auspex listens');
  return {
    url: listening?.url,
    async stop() {
      logger.info('auspex stops');
      await listening?.close(API_GRACE_MILLISECONDS);
      await measuring?.close(0);
      await expiry.stop();
      await looksForAudits.stop();
      await audits?.stop();
      // Plans give signs of life until the last one has been let go of.
      await applier?.stop();
      await looksForPlans.stop();
      await heartbeat.stop();
      await messaging?.stop();
      await repositories.close();
      datasources?.close();
      cloud.close();
    },
  };
}

interface Wiring extends Parts {
  readonly datasources: Datasources;
  readonly watch: ClusterWatch;
  readonly plans: Pick<Applier, 'launch' | 'cancel'>;
}

function decisionEngine(settings: Settings, wiring: Wiring & { readonly signs: SignsOfLife }): AuditRunner {
  const { cloud, datasources, repositories, logger, clock, watch, plans, signs } = wiring;
  return new AuditRunner({
    repositories,
    goals: GOALS,
    strategies: STRATEGIES,
    actionTypes: ACTION_TYPES,
    logger,
    collectCluster: signal => watch.take(signal),
    collectStorage: signal => collectStorage(cloud, signal),
    datasource: datasources.of(),
    datasourceFor: strategyName => datasources.of(strategyName),
    newUuid: randomUUID,
    applier: plans,
    clock,
    hostname: settings.hostname,
    aliveHosts: () => signs.aliveHosts(SERVICE_NAMES['decision-engine']),
    ongoingPlans: settings.audits.ongoingPlans,
    maximumAudits: settings.audits.maximum,
    timeoutMilliseconds: settings.audits.timeoutSeconds * 1000,
  });
}

/** For a replica that runs no audits. */
const AUDITS_ELSEWHERE = { trigger: () => undefined, cancel: () => undefined };

async function listenToClients(
  { settings, cloud: { authUrl } }: Config,
  wiring: Wiring & { readonly audits: AuditRunner | undefined },
): Promise<Listening> {
  const { cloud, datasources, repositories, messaging, logger, clock, watch, plans, audits, metrics } =
    wiring;
  const certificates = openCertificates(settings.api.tls, logger);
  const clusterPicture = new SharedPicture({
    collect: signal => watch.take(signal),
    now: () => clock.now(),
  });
  messaging?.onCloudChange(() => clusterPicture.forget());
  const app = await createApi({
    repositories,
    goals: GOALS,
    strategies: STRATEGIES,
    scoringEngines: SCORING_ENGINES,
    actionTypes: ACTION_TYPES,
    logger,
    clusterPicture,
    requirements: {
      datasources: (strategyName, usages, signal) => datasources.report(strategyName, usages, signal),
      hasModel: (model, signal) => hasModel(cloud, model, signal),
    },
    tokenValidator: {
      validate: (token, signal, question) => cloud.keystone.validateToken(token, signal, question),
    },
    identityUrl: settings.wwwAuthenticateUri || authUrl,
    audits: audits ?? AUDITS_ELSEWHERE,
    applier: plans,
    clock,
    settings: settings.api,
    metrics,
    isBehindProxy: settings.behindProxy,
    serviceDownSeconds: settings.serviceDownSeconds,
  });
  return listen(createApiServer(app, settings.api, certificates), settings.host, settings.port);
}

/** Where the figures have an address of their own. */
async function listenToScrapers(
  { api: { metrics: address } }: Settings,
  metrics: Metrics | undefined,
): Promise<Listening | undefined> {
  if (metrics === undefined || address.port === 0) return undefined;
  return listen(metricsListener(metrics), address.host, address.port, 'The metrics');
}

function isAny({ roles }: Settings, ...wanted: readonly Role[]): boolean {
  return wanted.some(role => roles.includes(role));
}

/** Undefined without a message broker. */
async function openNotifications(
  settings: Settings,
  { repositories, logger, clock }: Pick<Parts, 'repositories' | 'logger' | 'clock'>,
): Promise<Messaging | undefined> {
  if (settings.notifications.transportUrl === '') return undefined;
  const entries = (kind: 'goal' | 'strategy', rows: readonly { readonly name: string }[]) =>
    repositories.catalogue.sync(
      kind,
      rows.map(({ name }) => name),
    );
  return openMessaging({
    settings: settings.notifications,
    repositories,
    catalogue: {
      goals: await entries('goal', GOALS),
      strategies: await entries('strategy', STRATEGIES),
      goal: wanted => GOALS.find(({ name }) => name === wanted),
      strategy: wanted => STRATEGIES.find(({ name }) => name === wanted),
      parametersSpec,
    },
    hostname: settings.hostname,
    serviceDownSeconds: settings.serviceDownSeconds,
    now: () => new Date(clock.now()),
    logger,
  });
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
  for (const strategy of Object.keys(config.settings.datasources.strategies)) {
    if (STRATEGIES.every(({ name }) => name !== strategy))
      logger.warn({ strategy }, 'datasources.strategies names a strategy that is not there');
  }
  return datasources;
}
