import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { unwrap } from '../../plugin/notifications/envelope.ts';
import type { VersionedObject } from '../../plugin/notifications/payloads.ts';
import { WATCHER_URL } from './api-lab.ts';
import type { AuspexProcess } from './auspex.ts';
import { startAuspex } from './auspex.ts';
import { bootServers, deleteServers, until } from './lab.ts';

const BROKER = 'amqp://lab:lab@127.0.0.1:25672/';
const PREFIX = `notify-${process.pid}`;
const TOPIC = `auspex_test_${process.pid}`;
/** What later versions of Watcher add to the payloads of the lab's. */
const NEWER = ['status_message'];

interface Heard {
  readonly from: 'watcher' | 'auspex';
  readonly eventType: string;
  readonly payload: VersionedObject;
}

describe("notifications on the lab's RabbitMQ (K108)", () => {
  let broker: ChannelModel;
  let cloud: LabCloud;
  let auspex: AuspexProcess;
  const heard: Heard[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'auspex-notifications-'));
  const config = join(folder, 'auspex.yaml');

  before(async () => {
    writeFileSync(config, `notifications: {topic: ${TOPIC}}\n`);
    cloud = await LabCloud.connect();
    broker = await connect(BROKER);
    const channel = await broker.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'watcher', 'notifications.*');
    await channel.bindQueue(queue, 'watcher', `${TOPIC}.*`);
    await channel.consume(
      queue,
      message => {
        const event = message === null ? undefined : unwrap(message.content);
        if (message === null || event === undefined) return;
        const from = message.fields.routingKey.startsWith(TOPIC) ? 'auspex' : 'watcher';
        heard.push({ from, eventType: event.eventType, payload: event.payload as VersionedObject });
      },
      { noAck: true },
    );
    auspex = await startAuspex({
      AUSPEX_TRANSPORT_URL: 'rabbit://lab:lab@127.0.0.1:25672/',
      AUSPEX_CONFIG: config,
    });
  });
  after(async () => {
    await auspex.stop();
    const channel = await broker.createChannel();
    for (const level of ['info', 'warning', 'error', 'critical'])
      await channel.deleteQueue(`${TOPIC}.${level}`);
    await broker.close();
    await deleteServers(cloud, PREFIX);
    rmSync(folder, { recursive: true });
  });

  it("tells of a dummy audit and its plan what the lab's Watcher tells, in the same payloads", async () => {
    const theirs = await rehearse(WATCHER_URL, 'watcher');
    const ours = await rehearse(auspex.url, 'auspex');

    for (const eventType of new Set(theirs.map(event => event.eventType))) {
      const [one, other] = [theirs, ours].map(list => list.find(event => event.eventType === eventType));
      expect(other, eventType).not.equals(undefined);
      expect(shapeOf(other!.payload), eventType).deep.equals(shapeOf(one!.payload));
    }
  });

  it('sees at once in the data model what Nova has said', async () => {
    await modelNames();
    await bootServers(cloud, [{ name: `${PREFIX}-a`, hostName: 'compute-1', flavor: 'micro' }]);

    await until('the instance is in the data model', async () =>
      (await modelNames()).includes(`${PREFIX}-a`) ? true : undefined,
    );
    await deleteServers(cloud, PREFIX);
    await until('the instance is gone from the data model', async () =>
      (await modelNames()).includes(`${PREFIX}-a`) ? undefined : true,
    );
  });

  it('writes no password', () => {
    expect(auspex.output()).contains('connected to the message broker').and.does.not.contain('lab:lab');
  });

  /** Runs a dummy audit with its plan, and gives what was heard of both until the plan's end. */
  async function rehearse(url: string, from: Heard['from']): Promise<readonly Heard[]> {
    const since = heard.length;
    const audit = await api(url, 'POST', '/v1/audits', {
      name: `${PREFIX}-${from}`,
      audit_type: 'ONESHOT',
      goal: 'dummy',
      strategy: 'dummy',
      parameters: { para1: 1.0 },
    });
    const plan = await until('there is a plan', async () => {
      const { action_plans: plans } = await api(
        url,
        'GET',
        `/v1/action_plans?audit_uuid=${String(audit['uuid'])}`,
      );
      return (plans as readonly Record<string, unknown>[])[0];
    });
    await api(url, 'POST', `/v1/action_plans/${String(plan['uuid'])}/start`, {});
    await until('the plan has ended', async () => {
      const now = await api(url, 'GET', `/v1/action_plans/${String(plan['uuid'])}`);
      return now['state'] === 'SUCCEEDED' ? true : undefined;
    });
    await api(url, 'DELETE', `/v1/action_plans/${String(plan['uuid'])}`);
    await api(url, 'DELETE', `/v1/audits/${String(audit['uuid'])}`);
    const mine = (): readonly Heard[] =>
      heard
        .slice(since)
        .filter(
          event => event.from === from && JSON.stringify(event.payload).includes(String(audit['uuid'])),
        );
    await until('the end was heard of', async () =>
      mine().some(({ eventType }) => eventType === 'audit.delete') ? true : undefined,
    );
    return heard.slice(since).filter(event => event.from === from);
  }

  async function api(
    url: string,
    method: string,
    path: string,
    body?: object,
  ): Promise<Record<string, unknown>> {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: { 'X-Auth-Token': cloud.token, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
    return reply.status === 204 ? {} : ((await reply.json()) as Record<string, unknown>);
  }

  async function modelNames(): Promise<readonly unknown[]> {
    const reply = await fetch(`${auspex.url}/v1/data_model?data_model_type=compute`, {
      headers: { 'X-Auth-Token': cloud.token, 'OpenStack-API-Version': 'infra-optim 1.3' },
    });
    const { context } = (await reply.json()) as { context: readonly Record<string, unknown>[] };
    return context.map(row => row['server_name']);
  }
});

/** Name, namespace and keys, all the way down, without what newer versions add. */
function shapeOf(value: unknown): unknown {
  if (!isVersioned(value)) return undefined;
  const data = value['watcher_object.data'];
  const keys = Object.keys(data).filter(key => !NEWER.includes(key));
  return [
    value['watcher_object.name'],
    value['watcher_object.namespace'],
    Object.fromEntries(keys.toSorted().map(key => [key, shapeOf(data[key])])),
  ];
}

function isVersioned(value: unknown): value is VersionedObject {
  return typeof value === 'object' && value !== null && 'watcher_object.data' in value;
}
