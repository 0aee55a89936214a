import type { ServiceRecord } from '../lifecycle/repositories.ts';
import type { Announcer } from './announced-repositories.ts';
import type { Notification } from './envelope.ts';
import { instant, versioned } from './payloads.ts';

type Status = 'ACTIVE' | 'FAILED';

/**
 * Announces services that fail or come back. Of the replicas that are alive the first by name does it, so that it is said once.
 */
export class ServiceWatch {
  readonly #options: ServiceWatchOptions;
  #known: ReadonlyMap<number, Status> | undefined;

  constructor(options: ServiceWatchOptions) {
    this.#options = options;
  }

  /** To be called from time to time. */
  async look(): Promise<void> {
    const { list, downSeconds, hostname, announcer } = this.#options;
    const records = await list();
    const statusOf = ({ silentSeconds }: ServiceRecord): Status =>
      silentSeconds <= downSeconds ? 'ACTIVE' : 'FAILED';
    const before = this.#known;
    this.#known = new Map(records.map(record => [record.id, statusOf(record)]));
    if (before === undefined) return;
    const alive = records.filter(record => statusOf(record) === 'ACTIVE').map(({ host }) => host);
    if (alive.toSorted()[0] !== hostname) return;
    const changed = records.filter(record => {
      const known = before.get(record.id);
      return known !== undefined && known !== statusOf(record);
    });
    if (changed.length > 0)
      announcer.announce(async () => changed.map(record => serviceUpdate(record, statusOf(record))));
  }
}

export interface ServiceWatchOptions {
  readonly list: () => Promise<readonly ServiceRecord[]>;
  readonly downSeconds: number;
  readonly hostname: string;
  readonly announcer: Announcer;
}

function serviceUpdate({ name, host, lastSeenAt }: ServiceRecord, state: Status): Notification {
  const update = versioned('ServiceStatusUpdatePayload', '1.0', {
    old_state: state === 'FAILED' ? 'ACTIVE' : 'FAILED',
    state,
  });
  const payload = versioned('ServiceUpdatePayload', '1.0', {
    // spelt so by Watcher, and by all who read it
    sevice_host: host,
    name,
    last_seen_up: instant(lastSeenAt),
    status_update: update,
  });
  return { eventType: 'service.update', priority: state === 'FAILED' ? 'WARNING' : 'INFO', payload };
}
