import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { startPrometheus } from '../../devstack/lab/prometheus-server.ts';
import type { PrometheusServer } from '../../devstack/lab/prometheus-server.ts';
import { startAuspex } from './auspex.ts';
import type { AuspexProcess } from './auspex.ts';
import { bootServers, deleteServers, until } from './lab.ts';

const PREFIX = 'sources-';
const STEP = 300;
const DAYS = 3;

interface Audit {
  readonly uuid: string;
  readonly state: string;
  readonly status_message: string | null;
}

/** Gnocchi is in the catalogue, but cannot be reached; Prometheus knows one server of the cloud. */
describe('usage from Prometheus while Gnocchi is down, on a real OpenStack (B97, B99)', function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'auspex-usage-'));
  let cloud: LabCloud;
  let prometheus: PrometheusServer | undefined;
  let auspex: AuspexProcess | undefined;

  before(async () => {
    cloud = await LabCloud.connect();
    await deleteServers(cloud, PREFIX);
    const [id] = await bootServers(cloud, [{ name: `${PREFIX}web`, hostName: 'compute-1', flavor: 'micro' }]);
    prometheus = await startPrometheus({ history: historyOf(id!) });
    const file = join(folder, 'auspex.yaml');
    writeFileSync(file, `datasources: {prometheus: {url: '${prometheus.url}'}}\n`);
    auspex = await startAuspex({
      AUSPEX_CONFIG: file,
      OS_METRIC_ENDPOINT_OVERRIDE: 'http://127.0.0.1:1',
    });
  });
  after(async () => {
    await auspex?.stop();
    await prometheus?.stop();
    await deleteServers(cloud, PREFIX);
    rmSync(folder, { recursive: true });
  });

  it('is what an audit forecasts from, and its explanation says why', async () => {
    const audit = await runAudit();

    const message = audit.status_message ?? '';
    expect(audit.state, message).to.equal('SUCCEEDED');
    expect(message).to.match(
      /^The datasource gnocchi failed and was passed over: instance_cpu_usage \(cpu\) cannot be read from Gnocchi: /,
    );
    const [, unknown, active] =
      /(\d+) of (\d+) active instances have no usable CPU metrics/.exec(message) ?? [];
    expect(Number(unknown ?? 0), message).to.be.below(Number(active ?? 1));
    expect(auspex!.output()).to.include('usage is degraded');
  });

  it('fails in one sentence that names both when Prometheus goes down, too', async () => {
    await prometheus!.stop();
    prometheus = undefined;

    const audit = await runAudit();

    expect(audit.state).to.equal('FAILED');
    expect(audit.status_message)
      .to.include('no datasource can be read: ')
      .and.include('cannot be read from Prometheus: ')
      .and.include('cannot be read from Gnocchi: ');
  });

  async function runAudit(): Promise<Audit> {
    const created = await call<Audit>('/v1/audits', {
      audit_type: 'ONESHOT',
      goal: 'predictive_migration',
      strategy: 'predictive_migration',
      force: true,
    });
    let audit = created;
    await until('the audit has ended', async () => {
      audit = await call<Audit>(`/v1/audits/${created.uuid}`);
      return !['PENDING', 'ONGOING'].includes(audit.state);
    });
    return audit;
  }

  async function call<T>(path: string, body?: object): Promise<T> {
    const reply = await fetch(`${auspex!.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'X-Auth-Token': cloud.token,
        'Content-Type': 'application/json',
        'OpenStack-API-Version': 'infra-optim latest',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    expect(reply.ok, `${reply.status} ${text}`).to.equal(true);
    return JSON.parse(text) as T;
  }
});

/** A working day that repeats, in OpenMetrics: CPU of the one vCPU, memory. */
function historyOf(id: string): string {
  const stopAt = Math.floor(Date.now() / 1000 / STEP) * STEP;
  const polls = Array.from(
    { length: (DAYS * 86_400) / STEP },
    (_, n) => stopAt - DAYS * 86_400 + n * STEP + 7,
  );
  let busy = 0;
  const labels = `{resource="${id}",instance="sg-core:3000"}`;
  const cpu = polls.map(at => {
    busy += STEP * (0.4 + 0.3 * Math.sin((2 * Math.PI * at) / 86_400));
    return `ceilometer_cpu${labels} ${busy * 1e9} ${at}`;
  });
  const memory = polls.map(at => `ceilometer_memory_resident${labels} 180 ${at}`);
  return [
    '# TYPE ceilometer_cpu gauge',
    ...cpu,
    '# TYPE ceilometer_memory_resident gauge',
    ...memory,
    '# EOF',
    '',
  ].join('\n');
}
