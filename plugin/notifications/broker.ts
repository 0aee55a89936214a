import { connect } from 'amqplib';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import type { Logger } from 'pino';
import type { BrokerNode } from './transport-url.ts';

const FIRST_WAIT_MILLISECONDS = 500;
const LONGEST_WAIT_MILLISECONDS = 30_000;
const CONNECT_TIMEOUT_MILLISECONDS = 10_000;
const HEARTBEAT_SECONDS = 30;

/** What is done with a connection whenever there is a new one. */
export type UseConnection = (connection: ChannelModel) => Promise<void>;

/** Keeps a connection to one of the broker's nodes, for as long as it is open: tries the next node, with growing pauses. */
export class Broker {
  readonly #nodes: readonly BrokerNode[];
  readonly #logger: Logger;
  readonly #use: UseConnection;
  readonly #closed = new AbortController();
  #connection: ChannelModel | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Of a steady time; infinite without a connection. */
  #usedSince = Infinity;

  constructor(nodes: readonly BrokerNode[], logger: Logger, use: UseConnection) {
    this.#nodes = nodes;
    this.#logger = logger;
    this.#use = use;
    void this.#connect();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close().catch(() => undefined);
  }

  /** Never rejects. */
  async #connect(): Promise<void> {
    const node = this.#nodes[this.#failures % this.#nodes.length]!;
    const name = `${node.hostname}:${node.port}`;
    try {
      const connection = await connect(
        { ...node, heartbeat: HEARTBEAT_SECONDS },
        { timeout: CONNECT_TIMEOUT_MILLISECONDS, rejectUnauthorized: true },
      );
      connection.on('error', () => undefined);
      if (this.#closed.signal.aborted) {
        await connection.close().catch(() => undefined);
        return;
      }
      this.#connection = connection;
      connection.on('close', () => this.#again(name, 'the connection was closed'));
      await this.#use(connection);
      this.#usedSince = performance.now();
      this.#logger.info({ broker: name }, 'connected to the message broker');
    } catch (error) {
      const connection = this.#connection;
      this.#connection = undefined;
      await connection?.close().catch(() => undefined);
      this.#again(name, error instanceof Error ? error.message : String(error));
    }
  }

  #again(name: string, why: string): void {
    if (this.#closed.signal.aborted || this.#timer !== undefined) return;
    this.#connection = undefined;
    // one that is lost again at once is no better than none
    if (performance.now() - this.#usedSince > LONGEST_WAIT_MILLISECONDS) this.#failures = 0;
    this.#usedSince = Infinity;
    this.#failures += 1;
    // said once per outage: the rest would be noise
    if (this.#failures === 1)
      this.#logger.warn({ broker: name, why }, 'no message broker, it is tried again');
    const wait = Math.min(
      LONGEST_WAIT_MILLISECONDS,
      FIRST_WAIT_MILLISECONDS * 2 ** Math.min(10, this.#failures),
    );
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#connect();
    }, wait);
    this.#timer.unref();
  }
}

/** A connection that has lost the channel that it is there for is of no use: a new one has everything made anew. */
export function closeWith(channel: Channel, connection: ChannelModel): void {
  channel.on('error', () => undefined);
  channel.on('close', () => void drop(connection));
}

export async function drop(connection: ChannelModel): Promise<void> {
  try {
    await connection.close();
  } catch {
    // it is closed already
  }
}

/** Makes sure of an exchange whatever it was declared with: brokers refuse to declare one anew in another way. */
export async function ensureExchange(connection: ChannelModel, exchange: string): Promise<void> {
  await ensure(connection, {
    check: channel => channel.checkExchange(exchange),
    create: channel => channel.assertExchange(exchange, 'topic', { durable: false, autoDelete: false }),
  });
}

/** The same for a queue, which is bound to the exchange under its own name, as oslo.messaging does. */
export async function ensureQueue(connection: ChannelModel, exchange: string, queue: string): Promise<void> {
  await ensure(connection, {
    check: channel => channel.checkQueue(queue),
    create: async channel => {
      await channel.assertQueue(queue, { durable: false });
      await channel.bindQueue(queue, exchange, queue);
    },
  });
}

/** A failed check closes its channel, so each has its own. */
async function ensure(
  connection: ChannelModel,
  {
    check,
    create,
  }: { check: (channel: Channel) => Promise<unknown>; create: (channel: Channel) => Promise<unknown> },
): Promise<void> {
  const asking = await connection.createChannel();
  asking.on('error', () => undefined);
  try {
    await check(asking);
    await asking.close();
    return;
  } catch {
    // it is not there yet
  }
  const making = await connection.createChannel();
  making.on('error', () => undefined);
  await create(making);
  await making.close();
}

export type { ChannelModel, ConfirmChannel };
