import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { changesCloud } from '../../../plugin/notifications/cloud-events.ts';
import { Notifier } from '../../../plugin/notifications/notifier.ts';

describe('notifier', () => {
  it('makes nobody wait for a broker that is away, and says so once', async () => {
    const taken = createServer(socket => socket.destroy());
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: line => void lines.push(line) });
    const node = {
      protocol: 'amqp',
      hostname: '127.0.0.1',
      port: (taken.address() as AddressInfo).port,
      username: 'u',
      password: 'very secret',
      vhost: '/',
    } as const;
    let stamped = 0;
    const notifier = new Notifier({
      nodes: [node],
      settings: { level: 'WARNING', exchange: 'watcher', topic: 'notifications' },
      hostname: 'h',
      now: () => {
        stamped += 1;
        return new Date(0);
      },
      logger,
    });
    const refused = once(taken, 'connection');

    let made = 0;
    for (let n = 0; n < 3; n += 1) {
      notifier.announce(async () => {
        made += 1;
        if (n === 1) throw new Error('the database is away');
        return [{ eventType: 'audit.create', priority: n === 0 ? 'INFO' : 'ERROR', payload: {} }];
      });
    }
    await refused;
    await notifier.stop();
    taken.close();

    expect(made).to.equal(3);
    // of an INFO and an ERROR only the latter is worth sending at the level WARNING
    expect(stamped).to.equal(1);
    expect(lines.join('')).contains('the database is away').and.not.contains('very secret');
  });

  it('knows which events make a picture of the cloud old', () => {
    for (const event of [
      'instance.create.end',
      'instance.live_migration_post_dest.end',
      'instance.update',
      'service.update',
      'volume.attach.end',
      'capacity.pool',
    ])
      expect(changesCloud(event), event).to.equal(true);
    for (const event of ['instance.create.start', 'keypair.create.end', 'volume.create.start', 'compute.x'])
      expect(changesCloud(event), event).to.equal(false);
  });
});
