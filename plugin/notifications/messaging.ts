import type { Logger } from 'pino';
import type { Repositories } from '../lifecycle/repositories.ts';
import { announcedRepositories } from './announced-repositories.ts';
import { listenToCloud } from './cloud-events.ts';
import { Notifier } from './notifier.ts';
import type { PayloadCatalogue } from './payloads.ts';
import { ServiceWatch } from './service-watch.ts';
import type { NotificationSettings } from './settings.ts';
import { parseTransportUrl } from './transport-url.ts';

/** What goes out to the message broker and comes in from it. */
export interface Messaging {
  /** The same repositories; what they change is announced. */
  readonly repositories: Repositories;
  /** Announces services that have failed or come back. */
  lookAtServices(): Promise<void>;
  /** Calls back whenever Nova or Cinder say that the cloud has changed. */
  onCloudChange(callback: () => void): void;
  stop(): Promise<void>;
}

export interface MessagingOptions {
  readonly settings: NotificationSettings;
  readonly repositories: Repositories;
  readonly catalogue: PayloadCatalogue;
  readonly hostname: string;
  readonly serviceDownSeconds: number;
  readonly now: () => Date;
  readonly logger: Logger;
}

/** Undefined without a broker. Never waits for it: it may come later, and go again. */
export function openMessaging(options: MessagingOptions): Messaging | undefined {
  const { settings, repositories, catalogue, hostname, logger } = options;
  if (settings.transportUrl === '') return undefined;
  const nodes = parseTransportUrl(settings.transportUrl);
  const notifier = new Notifier({ nodes, settings, hostname, now: options.now, logger });
  const services = new ServiceWatch({
    list: () => repositories.services.list(),
    downSeconds: options.serviceDownSeconds,
    hostname,
    announcer: notifier,
  });
  const callbacks: (() => void)[] = [];
  const listening =
    settings.listen.length === 0
      ? undefined
      : listenToCloud({
          nodes,
          listen: settings.listen,
          hostname,
          logger,
          onChange: () => {
            for (const callback of callbacks) callback();
          },
        });
  return {
    repositories: announcedRepositories(repositories, catalogue, notifier),
    lookAtServices: () => services.look(),
    onCloudChange: callback => callbacks.push(callback),
    async stop() {
      await listening?.stop();
      await notifier.stop();
    },
  };
}
