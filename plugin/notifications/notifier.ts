import type { Logger } from 'pino';
import type { Announcer } from './announced-repositories.ts';
import { Broker, closeWith, drop, ensureExchange, ensureQueue } from './broker.ts';
import type { ChannelModel, ConfirmChannel } from './broker.ts';
import type { Notification } from './envelope.ts';
import { PRIORITIES, wrap } from './envelope.ts';
import type { NotificationSettings } from './settings.ts';
import type { BrokerNode } from './transport-url.ts';

/** What waits while there is no broker; older notifications are then dropped. */
const MOST_WAITING = 10_000;
const STOP_GRACE_MILLISECONDS = 3000;

export interface NotifierOptions {
  readonly nodes: readonly BrokerNode[];
  readonly settings: Pick<NotificationSettings, 'level' | 'exchange' | 'topic'>;
  readonly hostname: string;
  readonly now: () => Date;
  readonly logger: Logger;
}

/** Sends notifications in order, in the background; while the broker is away they wait. */
export class Notifier implements Announcer {
  readonly #options: NotifierOptions;
  readonly #broker: Broker;
  readonly #waiting: { readonly key: string; readonly content: Buffer }[] = [];
  #making: Promise<void> = Promise.resolve();
  #channel: ConfirmChannel | undefined;
  #connection: ChannelModel | undefined;
  #sending: Promise<void> | undefined;
  #dropped = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#broker = new Broker(options.nodes, options.logger, async connection => {
      const { exchange, topic, level } = options.settings;
      await ensureExchange(connection, exchange);
      for (const priority of PRIORITIES.slice(PRIORITIES.indexOf(level)))
        await ensureQueue(connection, exchange, keyOf(topic, priority));
      const channel = await connection.createConfirmChannel();
      closeWith(channel, connection);
      channel.on('close', () => {
        if (this.#channel === channel) this.#channel = undefined;
      });
      this.#channel = channel;
      this.#connection = connection;
      this.#send();
    });
  }

  announce(make: () => Promise<readonly Notification[]>): void {
    this.#making = this.#making.then(async () => {
      try {
        for (const notification of await make()) this.#queue(notification);
        this.#send();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.#options.logger.warn({ why }, 'a change was not announced');
      }
    });
  }

  /** Waits a short while for what has not been sent yet. */
  async stop(): Promise<void> {
    const late = new Promise<void>(resolve => {
      setTimeout(resolve, STOP_GRACE_MILLISECONDS).unref();
    });
    await Promise.race([this.#making.then(() => this.#sending), late]);
    await this.#broker.close();
  }

  #queue(notification: Notification): void {
    const { settings, hostname, now, logger } = this.#options;
    if (PRIORITIES.indexOf(notification.priority) < PRIORITIES.indexOf(settings.level)) return;
    const content = wrap(notification, { publisherId: `infra-optim:${hostname}`, at: now() });
    this.#waiting.push({ key: keyOf(settings.topic, notification.priority), content });
    if (this.#waiting.length <= MOST_WAITING) return;
    this.#waiting.shift();
    this.#dropped += 1;
    if (this.#dropped === 1)
      logger.warn({ waiting: MOST_WAITING }, 'notifications are dropped until the broker is back');
  }

  #send(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      // what came at the very end
      if (this.#waiting.length > 0 && this.#channel !== undefined) this.#send();
    });
  }

  /** Takes one away only when the broker has it. Never rejects. */
  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && this.#channel !== undefined) {
      const channel = this.#channel;
      const first = this.#waiting[0]!;
      if (!(await publish(channel, this.#options.settings.exchange, first))) {
        if (this.#channel !== channel) return;
        this.#channel = undefined;
        // a refusal leaves the channel open
        if (this.#connection !== undefined) await drop(this.#connection);
        return;
      }
      if (this.#waiting[0] === first) this.#waiting.shift();
    }
    if (this.#waiting.length === 0 && this.#dropped > 0) {
      this.#options.logger.warn({ dropped: this.#dropped }, 'notifications had been dropped');
      this.#dropped = 0;
    }
  }
}

function keyOf(topic: string, priority: string): string {
  return `${topic}.${priority.toLowerCase()}`;
}

/** Whether the broker has it. */
async function publish(
  channel: ConfirmChannel,
  exchange: string,
  { key, content }: { readonly key: string; readonly content: Buffer },
): Promise<boolean> {
  const options = { contentType: 'application/json', contentEncoding: 'utf-8', deliveryMode: 2 };
  return new Promise(resolve => {
    const closed = (): void => resolve(false);
    channel.once('close', closed);
    try {
      channel.publish(exchange, key, content, options, (error: unknown) => {
        channel.off('close', closed);
        resolve(error === null || error === undefined);
      });
    } catch {
      channel.off('close', closed);
      resolve(false);
    }
  });
}
