import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { UsageMetric } from '../../forecast/usage-batch.ts';
import { DatasourceError } from '../../plugin/datasources/datasource.ts';
import type { Datasource, UsageResource } from '../../plugin/datasources/datasource.ts';
import { openDatasources } from '../../plugin/datasources/open-datasources.ts';
import type { Datasources } from '../../plugin/datasources/open-datasources.ts';
import { datasourceSettingsSchema } from '../../plugin/datasources/settings.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { Session } from '../../plugin/openstack/session.ts';
import { freePort, programs, startPrometheus } from '../../devstack/lab/prometheus-server.ts';
import type { PrometheusServer } from '../../devstack/lab/prometheus-server.ts';

const BUSY = 'da7a0000-0000-4000-8000-00000000000a';
const USER = 'auspex';
const PASSWORD = 's3cret-of-prometheus';
/** Of the password, by bcrypt. */
const HASH = '$2b$04$O.vSRXritMex9o7TiemaMulg01IJwmYzoRpdocXDPRBK6C8eE3zNS';
const CLOUD = readCloudConfig({
  env: {
    OS_AUTH_URL: 'http://127.0.0.1:15000/v3',
    OS_USERNAME: 'admin',
    OS_PASSWORD: 'lab',
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
  },
  homeDir: '/',
  cwd: '/',
});

describe('prometheus datasource on a real Prometheus (B97)', function () {
  this.timeout(120_000);
  const session = new Session(CLOUD);
  const closing: (() => unknown)[] = [() => session.close()];
  after(async () => {
    for (const close of closing.toReversed()) await close();
  });

  async function open(prometheus: object): Promise<Datasource> {
    const settings = datasourceSettingsSchema.parse({ order: ['prometheus'], prometheus });
    const opened: Datasources = await openDatasources(
      { settings, session, cloud: CLOUD, now: () => Date.now() },
      new AbortController().signal,
    );
    closing.push(() => opened.close());
    return opened.of();
  }

  describe('behind TLS, a prefix and a password, with twelve days of minutes', () => {
    const stopAt = Math.floor(Date.now() / 60_000) * 60;
    const startAt = stopAt - 12 * 86_400;
    let server: PrometheusServer;
    before(async () => {
      const lines = Array.from({ length: (stopAt - startAt) / 60 }, (_, n) => {
        const at = startAt + n * 60;
        return `ceilometer_memory_usage{resource="${BUSY}",instance="x"} ${n} ${at}`;
      });
      server = await startPrometheus({
        history: ['# TYPE ceilometer_memory_usage gauge', ...lines, '# EOF', ''].join('\n'),
        prefix: '/metrics/of/cloud',
        web: { isTls: true, config: tlsAndPassword },
      });
    });
    after(() => server.stop());

    it('reads more than the 11,000 points of a series that Prometheus gives at once', async () => {
      const datasource = await open(settingsFor(server));

      const values = await read(datasource, 'instance_ram_usage', {
        resources: [{ id: BUSY }],
        startAt,
        stopAt,
        stepSeconds: 60,
      });

      expect(values.get(BUSY)).to.deep.equal(Float32Array.from({ length: 12 * 1440 }, (_, n) => n));
    });

    for (const [what, changes, sentence] of [
      ['the password is wrong', { password: 'guess-of-mine' }, /answered 401: it refuses our credentials/],
      ['the certificate is not trusted', { caFile: '' }, /cannot be reached: .*(self-signed|certificate)/],
      ['the prefix is wrong', { url: 'other' }, /answered 404/],
    ] as const) {
      it(`says when ${what}, without the password`, async () => {
        const settings = { ...settingsFor(server), ...changes };
        const url = 'url' in changes ? new URL('/wrong', server.url).href : server.url;
        const datasource = await open({ ...settings, url });

        const failure = await read(datasource, 'instance_ram_usage', {
          resources: [{ id: BUSY }],
          startAt: stopAt - 600,
          stopAt,
          stepSeconds: 60,
        }).catch((error: unknown) => error);

        expect(failure).to.be.instanceOf(DatasourceError);
        expect((failure as Error).message).to.match(sentence);
        expect((failure as Error).message)
          .not.to.include(PASSWORD)
          .and.not.include('guess');
      });
    }

    it('takes any certificate when it is told to', async () => {
      const datasource = await open({ ...settingsFor(server), caFile: '', insecure: true });

      const values = await read(datasource, 'instance_ram_usage', {
        resources: [{ id: BUSY }],
        startAt: stopAt - 600,
        stopAt,
        stepSeconds: 60,
      });

      expect(values.get(BUSY)).to.have.length(10);
    });
  });

  it('asks for less at once where Prometheus bounds the samples of a query', async () => {
    const stopAt = Math.floor(Date.now() / 300_000) * 300;
    const ids = Array.from({ length: 8 }, (_, n) => `da7a0000-0000-4000-8000-0000000000b${n}`);
    const lines = ids.flatMap((id, n) =>
      Array.from({ length: 288 }, (_, step) => {
        const at = stopAt - 86_400 + step * 300 + 7;
        return `ceilometer_memory_usage{resource="${id}",instance="x"} ${n + 1} ${at}`;
      }),
    );
    const server = await startPrometheus({
      history: ['# TYPE ceilometer_memory_usage gauge', ...lines, '# EOF', ''].join('\n'),
      flags: ['--query.max-samples=900'],
    });
    closing.push(() => server.stop());
    const datasource = await open({ url: server.url });

    const values = await read(datasource, 'instance_ram_usage', {
      resources: ids.map(id => ({ id })),
      startAt: stopAt - 86_400,
      stopAt,
      stepSeconds: 300,
    });

    expect([...values.keys()]).to.have.members(ids);
    ids.forEach((id, n) => expect(new Set(values.get(id))).to.deep.equal(new Set([n + 1])));
  });

  it('understands what node_exporter and an exporter like Ceilometer give when it is scraped', async () => {
    const node = await startNodeExporter();
    const ceilometer = await startCeilometerLike();
    closing.push(node.stop, ceilometer.stop);
    const server = await startPrometheus({
      scrapes: [
        job('node', node.target, 'labels: {fqdn: lab.example.org}'),
        job('ceilometer', ceilometer.target, ''),
      ].join('\n'),
    });
    closing.push(() => server.stop());
    const datasource = await open({ url: server.url, scrapeSeconds: 1, pollSeconds: 1 });
    const host = { id: 'host', hostName: 'lab' };
    const instance = { id: BUSY, vcpus: 2 };

    const memory = await lastOf(datasource, 'host_ram_usage', host);
    const cpu = await lastOf(datasource, 'host_cpu_usage', host);
    const instanceCpu = await lastOf(datasource, 'instance_cpu_usage', instance);
    const disk = await lastOf(datasource, 'instance_disk_io', instance);

    const usedMiB = memoryOfMachine();
    expect(memory).to.be.within(usedMiB * 0.7, usedMiB * 1.3);
    expect(cpu).to.be.within(0, 100);
    // One of two vCPUs is busy, 4 MB/s are read: within the jitter of scrapes every second.
    expect(instanceCpu).to.be.within(25, 75);
    expect(disk).to.be.within(2e6, 6e6);
  });
});

interface Period {
  readonly resources: readonly UsageResource[];
  readonly startAt: number;
  readonly stopAt: number;
  readonly stepSeconds: number;
}

/** Resource id → its steps. */
async function read(
  datasource: Datasource,
  metric: UsageMetric,
  period: Period,
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for await (const batch of datasource.query({ metric, ...period }, new AbortController().signal)) {
    const { resourceIds, steps, values } = batch;
    resourceIds.forEach((id, n) => found.set(id, values.slice(n * steps, (n + 1) * steps)));
  }
  return found;
}

/** The newest sample of the last seconds, as soon as there are two. */
async function lastOf(datasource: Datasource, metric: UsageMetric, resource: UsageResource): Promise<number> {
  for (let tries = 0; tries < 120; tries += 1) {
    const stopAt = Math.floor(Date.now() / 1000);
    const period = { resources: [resource], startAt: stopAt - 8, stopAt, stepSeconds: 1 };
    const values = [...((await read(datasource, metric, period)).get(resource.id) ?? [])];
    const known = values.filter(value => !Number.isNaN(value));
    if (known.length >= 2) return known.reduce((sum, value) => sum + value, 0) / known.length;
    await delay(250);
  }
  throw new Error(`no samples of ${metric}`);
}

function settingsFor({ url, folder }: PrometheusServer) {
  const caFile = join(folder, 'cert.pem');
  return { url, caFile, username: USER, password: PASSWORD, pollSeconds: 60 };
}

function tlsAndPassword(folder: string): string {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert, '-days', '2', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', ...files, ...subject],
    {
      stdio: 'ignore',
    },
  );
  return `tls_server_config: {cert_file: ${cert}, key_file: ${key}}\nbasic_auth_users: {${USER}: '${HASH}'}\n`;
}

function job(name: string, target: string, more: string): string {
  return `- job_name: ${name}\n  static_configs:\n  - targets: ['${target}']\n    ${more}`;
}

interface Exporter {
  readonly target: string;
  readonly stop: () => Promise<void>;
}

async function startNodeExporter(): Promise<Exporter> {
  const target = `127.0.0.1:${await freePort()}`;
  const args = [
    `--web.listen-address=${target}`,
    '--collector.disable-defaults',
    '--collector.cpu',
    '--collector.meminfo',
  ];
  const child: ChildProcess = spawn(join(programs(), 'prometheus-node-exporter'), args, { stdio: 'ignore' });
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  return {
    target,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** One instance that keeps one vCPU busy and reads 4 MB/s, as Ceilometer's Prometheus exporter words it. */
async function startCeilometerLike(): Promise<Exporter> {
  const begun = performance.now();
  const server = createServer((_request, response) => {
    const seconds = (performance.now() - begun) / 1000;
    const common = `publisher="ceilometer",project="p",unit="ns"`;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      [
        '# TYPE ceilometer_cpu gauge',
        `ceilometer_cpu{cpu="${BUSY}",${common},type="cpu",counter="cpu",resource="${BUSY}"} ${seconds * 1e9}`,
        '# TYPE ceilometer_disk_device_read_bytes gauge',
        `ceilometer_disk_device_read_bytes{disk="read",${common},type="device",resource="${BUSY}-vda"} ${seconds * 4e6}`,
        '',
      ].join('\n'),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** What is in use, in MiB. */
function memoryOfMachine(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kiB = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]);
  return (kiB('MemTotal') - kiB('MemAvailable')) / 1024;
}
