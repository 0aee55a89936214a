import type { Logger } from 'pino';
import { Broker, closeWith, drop, ensureExchange } from './broker.ts';
import type { ChannelModel } from './broker.ts';
import { unwrap } from './envelope.ts';
import type { BrokerNode } from './transport-url.ts';

/** Events after which a picture of the cloud is out of date: instances, compute services, volumes and pools that have changed. */
const CHANGES: readonly RegExp[] = [
  /^instance\.(create|delete|soft_delete|restore|resize_confirm|resize_revert|resize_finish|live_migration_post_dest|live_migration_rollback_dest|live_migration_force_complete|power_off|power_on|pause|unpause|suspend|resume|shelve|shelve_offload|unshelve|rebuild|rescue|unrescue|lock|unlock)(\.end|$)/,
  /^instance\.update$/,
  /^service\.(create|update|delete)$/,
  /^capacity\.pool$/,
  /^volume\.(create|update|delete|attach|detach|resize|retype)\.end$/,
];

/** Whether the event says that the cloud is not any more as it was seen. */
export function changesCloud(eventType: string): boolean {
  return CHANGES.some(pattern => pattern.test(eventType));
}

export interface CloudEventsOptions {
  readonly nodes: readonly BrokerNode[];
  /** As EXCHANGE.TOPIC. */
  readonly listen: readonly string[];
  /** Names the queues: each replica gets every event. */
  readonly hostname: string;
  readonly logger: Logger;
  readonly onChange: (eventType: string) => void;
}

/** Listens to Nova's and Cinder's notifications, on queues of its own that vanish when it is gone. */
export function listenToCloud(options: CloudEventsOptions): { stop(): Promise<void> } {
  const { nodes, listen, logger } = options;
  const broker = new Broker(nodes, logger, async connection => {
    for (const source of listen) await subscribe(connection, source, options);
  });
  return { stop: () => broker.close() };
}

async function subscribe(
  connection: ChannelModel,
  source: string,
  { hostname, onChange }: CloudEventsOptions,
): Promise<void> {
  const dot = source.indexOf('.');
  const [exchange, topic] = [source.slice(0, dot), source.slice(dot + 1)];
  await ensureExchange(connection, exchange);
  const channel = await connection.createChannel();
  closeWith(channel, connection);
  const { queue } = await channel.assertQueue(`auspex.${hostname}.${source}`, {
    autoDelete: true,
    durable: false,
    arguments: { 'x-expires': 600_000 },
  });
  await channel.bindQueue(queue, exchange, `${topic}.*`);
  await channel.consume(
    queue,
    message => {
      // the broker has taken the queue away
      if (message === null) {
        void drop(connection);
        return;
      }
      const event = unwrap(message.content);
      if (event !== undefined && changesCloud(event.eventType)) onChange(event.eventType);
    },
    { noAck: true },
  );
}
