import { readFileSync } from 'node:fs';

import { createAetosApi } from './aetos/aetos-api.ts';
import type { UsageMetric } from '../../forecast/usage-batch.ts';
import type { CloudConfig } from '../openstack/cloud-config.ts';
import { Session } from '../openstack/session.ts';
import { composeDatasources } from './composed-datasource.ts';
import type { Datasource } from './datasource.ts';
import { DatasourceSettingsError } from './errors.ts';
import { createGnocchiDatasource } from './gnocchi/gnocchi-datasource.ts';
import { readMetricMap } from './metric-map-file.ts';
import type { MetricMap } from './metric-map-file.ts';
import { createHttpApi } from './prometheus/http-api.ts';
import type { PrometheusApi } from './prometheus/prometheus-api.ts';
import { createPrometheusDatasource } from './prometheus/prometheus-datasource.ts';
import type { DatasourceReport } from './report.ts';
import { reportOf } from './report.ts';
import { namesIn, orderOf } from './settings.ts';
import type { DatasourceName, DatasourceSettings } from './settings.ts';

export interface OpenOptions {
  readonly settings: DatasourceSettings;
  /** Logged in to the cloud. */
  readonly session: Session;
  readonly cloud: CloudConfig;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The datasources of the service. */
export interface Datasources {
  /** What a strategy reads from; without a name, what those read from that have no order of their own. */
  of(strategyName?: string): Datasource;
  /** Each source that the strategy reads, best first, and what it holds of these usages. Never rejects. */
  report(
    strategyName: string,
    usages: readonly UsageMetric[],
    signal: AbortSignal,
  ): Promise<readonly DatasourceReport[]>;
  /** The same, each source by itself as `wrap` makes it. */
  through(wrap: (source: Datasource) => Datasource): Datasources;
  /** What is configured but has no effect, in sentences. */
  readonly warnings: readonly string[];
  close(): void;
}

interface Source {
  readonly datasource: Datasource;
  isAvailable(signal: AbortSignal): Promise<boolean>;
}

/**
 * Opens what the settings name. A datasource that the catalogue lacks is left out with a warning as long as another is left.
 * Throws `DatasourceSettingsError`, `ServiceMissingError` for the only one, and what the login throws.
 */
export async function openDatasources(options: OpenOptions, signal: AbortSignal): Promise<Datasources> {
  const { settings, now } = options;
  const closing: (() => void)[] = [];
  const warnings: string[] = [];
  const map = settings.metricMap === '' ? { names: {}, ignored: [] } : readMetricMap(settings.metricMap);
  if (map.ignored.length > 0)
    warnings.push(`${settings.metricMap}: not used here: ${map.ignored.join(', ')}.`);

  const sources = new Map<DatasourceName, Source>();
  const missing: unknown[] = [];
  for (const name of namesIn(settings)) {
    try {
      sources.set(name, await openSource(name, { ...options, map, closing }, signal));
    } catch (error) {
      if (!(error instanceof MissingSource)) throw error;
      missing.push(error.cause);
      warnings.push(`The datasource ${name} is left out: ${error.message}.`);
    }
  }
  if (sources.size === 0) throw missing[0];

  const close = () => closing.forEach(one => one());
  return arrange(sources, { settings, now, warnings, close });
}

interface Arrangement
  extends Pick<OpenOptions, 'settings' | 'now'>, Pick<Datasources, 'warnings' | 'close'> {}

/** In the orders of the settings. */
function arrange(sources: ReadonlyMap<DatasourceName, Source>, arrangement: Arrangement): Datasources {
  const { settings, now, warnings, close } = arrangement;
  const usual = compose(orderOf(settings));
  const own = new Map(
    Object.entries(settings.strategies)
      .map(([strategyName, order]) => [strategyName, compose(order)] as const)
      .filter(([, { members }]) => members.length > 0),
  );
  const composedFor = (strategyName?: string) => own.get(strategyName ?? '') ?? usual;
  return {
    of: strategyName => composedFor(strategyName).datasource,
    report: (strategyName, usages, signal) =>
      Promise.all(
        composedFor(strategyName).members.map(async source =>
          reportOf(source.datasource, { isAvailable: await source.isAvailable(signal), usages }, signal),
        ),
      ),
    through: wrap => {
      const wrapped = [...sources].map(
        ([name, source]) => [name, { ...source, datasource: wrap(source.datasource) }] as const,
      );
      return arrange(new Map(wrapped), arrangement);
    },
    warnings,
    close,
  };

  function compose(order: readonly DatasourceName[]) {
    const members = order.flatMap(name => sources.get(name) ?? []);
    const [first, second] = members.map(({ datasource }) => datasource);
    const isOne = first !== undefined && second === undefined;
    const datasource = isOne
      ? first
      : composeDatasources({ sources: members.map(member => member.datasource), now });
    return { members, datasource };
  }
}

/** Not in the catalogue. */
class MissingSource extends Error {}

interface Opening extends OpenOptions {
  readonly map: MetricMap;
  readonly closing: (() => void)[];
}

async function openSource(name: DatasourceName, opening: Opening, signal: AbortSignal): Promise<Source> {
  const { session, now, map } = opening;
  switch (name) {
    case 'gnocchi': {
      await checkCatalogue(session, 'metric', signal);
      return {
        datasource: createGnocchiDatasource({ session, now, metricNames: map.names.gnocchi ?? {} }),
        isAvailable: either =>
          succeeds(session.request({ service: 'metric', method: 'GET', path: '/', signal: either })),
      };
    }
    case 'prometheus': {
      const api = openPrometheus(opening);
      return sourceOf(api, name, opening);
    }
    case 'aetos': {
      const own = openAetosSession(opening);
      await checkCatalogue(own, 'metric-storage', signal);
      return sourceOf(createAetosApi(own), name, opening);
    }
  }
}

function sourceOf(api: PrometheusApi, name: 'prometheus' | 'aetos', { settings, map, now }: Opening): Source {
  const { fqdnLabel, instanceUuidLabel, scrapeSeconds, pollSeconds } = settings[name];
  const labels = { fqdnLabel, instanceUuidLabel, scrapeSeconds, pollSeconds };
  const probe = { expression: 'vector(1)', firstAt: 0, stepSeconds: 1, points: 1 };
  return {
    datasource: createPrometheusDatasource({ name, api, metricNames: map.names[name] ?? {}, now, ...labels }),
    isAvailable: signal => succeeds(api.read(probe, signal)),
  };
}

function openPrometheus({ settings, closing }: Opening): PrometheusApi {
  const { url, caFile, certFile, keyFile, insecure, username, password, bearerToken } = settings.prometheus;
  const basic = username === '' ? undefined : Buffer.from(`${username}:${password}`).toString('base64');
  const bearer = bearerToken === '' ? undefined : `Bearer ${bearerToken}`;
  const api = createHttpApi({
    url,
    tls: {
      verify: !insecure,
      ca: readPem('caFile', caFile),
      cert: readPem('certFile', certFile),
      key: readPem('keyFile', keyFile),
    },
    authorization: basic === undefined ? bearer : `Basic ${basic}`,
  });
  closing.push(() => api.close());
  return api;
}

/** Another login where Aetos is looked for in another place than the rest of the cloud. */
function openAetosSession({ settings, session, cloud, closing }: Opening): Session {
  const { interface: interfaceName, region } = settings.aetos;
  if (interfaceName === '' && region === '') return session;
  const own = new Session({
    ...cloud,
    interface: interfaceName === '' ? cloud.interface : interfaceName,
    region: region === '' ? cloud.region : region,
  });
  closing.push(() => own.close());
  return own;
}

async function checkCatalogue(
  session: Session,
  service: 'metric' | 'metric-storage',
  signal: AbortSignal,
): Promise<void> {
  try {
    await session.endpoint(service, signal);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'service_missing') throw error;
    throw new MissingSource(error.message, { cause: error });
  }
}

/** Undefined without a file. Throws `DatasourceSettingsError`. */
export function readPem(key: string, file: string): string | undefined {
  if (file === '') return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DatasourceSettingsError(`datasources.prometheus.${key}: ${file} cannot be read.`, {
      cause: error,
    });
  }
}

async function succeeds(request: Promise<unknown>): Promise<boolean> {
  return request.then(
    () => true,
    () => false,
  );
}
