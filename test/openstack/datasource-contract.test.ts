import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { settle } from '../../devstack/lab/feeder/feed.ts';
import { createAetosApi } from '../../plugin/datasources/aetos/aetos-api.ts';
import type { Datasource } from '../../plugin/datasources/datasource.ts';
import { createGnocchiDatasource } from '../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import { createHttpApi } from '../../plugin/datasources/prometheus/http-api.ts';
import { createPrometheusDatasource } from '../../plugin/datasources/prometheus/prometheus-datasource.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { Session } from '../../plugin/openstack/session.ts';
import { datasourceContract } from '../contract/datasource-contract.ts';
import type { DatasourceUnderTest } from '../contract/datasource-contract.ts';
import { BUSY, HOST, SILENT, SPARSE, STEP, truthUntil } from '../contract/datasource-truth.ts';
import type { Truth } from '../contract/datasource-truth.ts';
import { registerService } from './prometheus/catalogue.ts';
import { startAetosLikeProxy } from './prometheus/aetos-like-proxy.ts';
import { openMetrics } from './prometheus/open-metrics.ts';
import { startPrometheus } from '../../devstack/lab/prometheus-server.ts';

const NO_TLS = { verify: true, ca: undefined, cert: undefined, key: undefined };
const DEFAULTS = { fqdnLabel: 'fqdn', instanceUuidLabel: 'resource', scrapeSeconds: 60, pollSeconds: 300 };
const now = () => Date.now() / 1000;

describe('datasource contract on OpenStack', function () {
  this.timeout(180_000);

  describe('gnocchi (B96, B101)', () => {
    datasourceContract(startGnocchi);
  });
  describe('prometheus (B97, B101)', () => {
    datasourceContract(startDirect);
  });
  describe('aetos (B97, B101)', () => {
    datasourceContract(startAetos);
  });
});

async function startDirect(): Promise<DatasourceUnderTest> {
  const truth = truthUntil(now());
  const server = await startPrometheus({ history: openMetrics(truth) });
  const api = createHttpApi({ url: server.url, tls: NO_TLS, authorization: undefined });
  const down = createHttpApi({
    url: 'http://127.0.0.1:1',
    tls: NO_TLS,
    authorization: undefined,
    retry: { attempts: 1 },
  });
  return {
    truth,
    open: maximumPoints => prometheusOf('prometheus', api, maximumPoints),
    openDown: () => prometheusOf('prometheus', down),
    requests: () => api.requests,
    async end() {
      api.close();
      down.close();
      await server.stop();
    },
  };
}

async function startAetos(): Promise<DatasourceUnderTest> {
  const truth = truthUntil(now());
  const lab = await LabCloud.connect();
  const server = await startPrometheus({ history: openMetrics(truth) });
  const proxy = await startAetosLikeProxy(lab.urls.get('identity')!, server.url);
  const registered = await registerService(lab, {
    type: 'metric-storage',
    name: 'sources-aetos',
    url: proxy.url,
  });
  const session = sessionTo();
  const down = sessionTo({ OS_METRIC_STORAGE_ENDPOINT_OVERRIDE: 'http://127.0.0.1:1' });
  return {
    truth,
    open: maximumPoints => prometheusOf('aetos', createAetosApi(session), maximumPoints),
    openDown: () => prometheusOf('aetos', createAetosApi(down)),
    requests: () => session.requestCounts.get('metric-storage') ?? 0,
    async end() {
      await registered.remove();
      session.close();
      down.close();
      await proxy.stop();
      await server.stop();
    },
  };
}

async function startGnocchi(): Promise<DatasourceUnderTest> {
  const truth = truthUntil(now());
  const lab = await LabCloud.connect();
  await removeFromGnocchi(lab);
  await feedGnocchi(lab, truth);
  await settle(lab);
  const session = sessionTo();
  const down = sessionTo({ OS_METRIC_ENDPOINT_OVERRIDE: 'http://127.0.0.1:1' });
  return {
    truth,
    open: (maximumPoints = 500_000) => createGnocchiDatasource({ session, maximumPoints }),
    openDown: () => createGnocchiDatasource({ session: down }),
    requests: () => session.requestCounts.get('metric') ?? 0,
    async end() {
      await removeFromGnocchi(lab);
      session.close();
      down.close();
    },
  };
}

function prometheusOf(
  name: 'prometheus' | 'aetos',
  api: Parameters<typeof createPrometheusDatasource>[0]['api'],
  maximumPoints = 500_000,
): Datasource {
  return createPrometheusDatasource({ name, api, maximumPoints, ...DEFAULTS });
}

function sessionTo(overrides: Readonly<Record<string, string>> = {}): Session {
  const env = {
    OS_AUTH_URL: 'http://127.0.0.1:15000/v3',
    OS_USERNAME: 'admin',
    OS_PASSWORD: 'lab',
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
    ...process.env,
    ...overrides,
  };
  const isDown = Object.keys(overrides).length > 0;
  return new Session(readCloudConfig({ env, homeDir: '/', cwd: '/' }), isDown ? { attempts: 1 } : {});
}

const GNOCCHI_TYPES = { instance: 'instance', disk: 'instance_disk', port: 'instance_network_interface' };

async function feedGnocchi(lab: LabCloud, { series, host, startAt, stopAt }: Truth): Promise<void> {
  const owner = { user_id: HOST, project_id: HOST };
  for (const id of [BUSY, SPARSE, SILENT]) {
    const names = { display_name: id, host: HOST, flavor_id: 'f', flavor_name: 'f', image_ref: 'i' };
    await create(lab, 'instance', { id, ...owner, ...names, server_group: 'none' });
  }
  const devices = new Map(series.filter(({ of }) => of !== 'instance').map(one => [one.device, one]));
  for (const { of, instanceId, device } of devices.values()) {
    const id = `${instanceId}-${device}`;
    await create(lab, GNOCCHI_TYPES[of], { id, ...owner, name: device, instance_id: instanceId });
  }
  await create(lab, 'nova_compute', { id: `${HOST}_other-name`, host_name: HOST });
  const steps = Array.from({ length: (stopAt - startAt) / STEP }, (_, step) => step);
  const ofHost = (value: (step: number) => number) =>
    metric(
      'ceilometer-low',
      steps.map(step => [startAt + step * STEP + 7, value(step)] as const),
    );
  const body: Record<string, Record<string, object>> = {
    [`${HOST}_other-name`]: {
      'compute.node.cpu.percent': ofHost(host.cpuPercent),
      'hardware.memory.used': ofHost(() => host.memoryUsedKiB),
    },
  };
  for (const { instanceId, device, metric: name, polls } of series) {
    const own = (body[device === '' ? instanceId : `${instanceId}-${device}`] ??= {});
    own[name] = metric(name.startsWith('memory') ? 'ceilometer-low' : 'ceilometer-low-rate', polls);
  }
  const path = '/v1/batch/resources/metrics/measures?create_metrics=true';
  await lab.call('metric', path, { method: 'POST', body });
}

function metric(policy: string, polls: readonly (readonly [at: number, value: number])[]): object {
  const measures = polls.map(([at, value]) => ({ timestamp: new Date(at * 1000).toISOString(), value }));
  return { archive_policy_name: policy, measures };
}

async function create(lab: LabCloud, type: string, body: object): Promise<void> {
  await lab.call('metric', `/v1/resource/${type}`, { method: 'POST', body });
}

/** As `generic`: Gnocchi leaves halves behind when it deletes several resources by any other type. */
async function removeFromGnocchi(lab: LabCloud): Promise<void> {
  const names = [SPARSE, SILENT, `${HOST}_other-name`];
  const search = {
    or: [{ like: { original_resource_id: `${BUSY}%` } }, { in: { original_resource_id: names } }],
  };
  await lab.call('metric', '/v1/resource/generic', { method: 'DELETE', body: search, accept: [404] });
}
