import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { expect } from 'chai';
import { pino } from 'pino';
import { listenToCloud } from '../../plugin/notifications/cloud-events.ts';
import { wrap } from '../../plugin/notifications/envelope.ts';
import type { Notification } from '../../plugin/notifications/envelope.ts';
import { Notifier } from '../../plugin/notifications/notifier.ts';
import { parseTransportUrl } from '../../plugin/notifications/transport-url.ts';
import { until } from './lab.ts';

const NODES = parseTransportUrl('rabbit://lab:lab@127.0.0.1:25672/');
const EXCHANGE = `auspex-repair-${process.pid}`;
const TOPIC = 'notifications';
const EVENT: Notification = { eventType: 'instance.update', priority: 'INFO', payload: {} };

describe("what somebody deletes in the lab's RabbitMQ", () => {
  const logger = pino({ level: 'silent' });
  let broker: ChannelModel;
  before(async () => {
    broker = await connect('amqp://lab:lab@127.0.0.1:25672/');
  });
  after(async () => {
    const channel = await broker.createChannel();
    for (const level of ['info', 'warning', 'error', 'critical']) {
      await channel.deleteQueue(`${EXCHANGE}.${level}`);
    }
    await channel.deleteExchange(EXCHANGE);
    await broker.close();
  });

  const waiting = async (): Promise<number> => {
    const channel = await broker.createChannel();
    channel.on('error', () => undefined);
    return channel.checkQueue(`${EXCHANGE}.info`).then(
      async ({ messageCount }) => {
        await channel.close();
        return messageCount;
      },
      () => 0,
    );
  };
  const deleteExchange = async (): Promise<void> => {
    const channel = await broker.createChannel();
    await channel.deleteExchange(EXCHANGE);
    await channel.close();
  };

  it('is made anew for the notifications that go there, and none is lost', async () => {
    const settings = { level: 'INFO', exchange: EXCHANGE, topic: EXCHANGE } as const;
    const notifier = new Notifier({
      nodes: NODES,
      settings,
      hostname: 'h',
      now: () => new Date(0),
      logger,
    });
    try {
      notifier.announce(async () => [EVENT]);
      await until('the first is there', async () => ((await waiting()) === 1 ? true : undefined));
      await deleteExchange();
      const channel = await broker.createChannel();
      await channel.deleteQueue(`${EXCHANGE}.info`);

      notifier.announce(async () => [EVENT, EVENT]);

      await until('the others are there', async () => ((await waiting()) === 2 ? true : undefined));
    } finally {
      await notifier.stop();
    }
  });

  it('is made anew for the events that are listened to', async () => {
    let heard = 0;
    const listening = listenToCloud({
      nodes: NODES,
      listen: [`${EXCHANGE}.${TOPIC}`],
      hostname: EXCHANGE,
      logger,
      onChange: () => {
        heard += 1;
      },
    });
    const content = wrap(EVENT, { publisherId: 'p', at: new Date(0) });
    const hears = (): Promise<unknown> =>
      until('the event is heard', async () => {
        const channel = await broker.createChannel();
        await channel.assertExchange(EXCHANGE, 'topic', { durable: false, autoDelete: false });
        channel.publish(EXCHANGE, `${TOPIC}.info`, content);
        await channel.close();
        return heard > 0 ? true : undefined;
      });
    try {
      await hears();
      const channel = await broker.createChannel();
      await channel.deleteQueue(`auspex.${EXCHANGE}.${EXCHANGE}.${TOPIC}`);
      heard = 0;

      await hears();

      expect(heard).to.be.above(0);
    } finally {
      await listening.stop();
    }
  });
});
