import { expect } from 'chai';
import type { ServiceRecord } from '../../../plugin/lifecycle/repositories.ts';
import type { Notification } from '../../../plugin/notifications/envelope.ts';
import { ServiceWatch } from '../../../plugin/notifications/service-watch.ts';

describe('service watch', () => {
  let records: ServiceRecord[];
  let told: Notification[];
  beforeEach(() => {
    records = [record(1, 'a', 0), record(2, 'b', 0)];
    told = [];
  });

  function record(id: number, host: string, silentSeconds: number): ServiceRecord {
    const at = '2026-01-01T00:00:00.000Z';
    return {
      id,
      name: 'watcher-applier',
      host,
      lastSeenAt: at,
      silentSeconds,
      createdAt: at,
      updatedAt: null,
    };
  }

  function watchAs(hostname: string): ServiceWatch {
    return new ServiceWatch({
      list: async () => records,
      downSeconds: 90,
      hostname,
      announcer: {
        announce: make => {
          void make().then(made => told.push(...made));
        },
      },
    });
  }

  it('warns of a service that is not heard of any more, and says when it is back', async () => {
    const watch = watchAs('a');
    await watch.look();
    records[1] = record(2, 'b', 91);
    await watch.look();
    await watch.look();
    records[1] = record(2, 'b', 1);
    await watch.look();

    expect(told.map(({ eventType, priority }) => [eventType, priority])).deep.equals([
      ['service.update', 'WARNING'],
      ['service.update', 'INFO'],
    ]);
  });

  it('leaves it to the first of those that are alive', async () => {
    const watch = watchAs('b');
    await watch.look();
    records[0] = record(1, 'a', 91);
    await watch.look();
    expect(told).length(1);

    records[0] = record(1, 'a', 0);
    await watch.look();
    expect(told).length(1);
  });
});
