import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { pino } from 'pino';
import { dueAudits } from '../../../plugin/audits/due-audits.ts';
import type { AuditRepository } from '../../../plugin/lifecycle/repositories.ts';
import { Replicas } from './replicas.ts';

describe('audits at unlucky moments', () => {
  let replicas: Replicas;
  beforeEach(async () => {
    replicas = await Replicas.open();
  });
  afterEach(() => replicas.close());

  it('of the type EVENT are seen when their run begins during a look', async () => {
    const { audits } = replicas.repositories;
    const { uuid } = await replicas.create({ auditType: 'EVENT', state: 'SUCCEEDED' });
    const beginning: AuditRepository = {
      ...audits,
      async list(query) {
        const rows = await audits.list(query);
        const changes = { runUuid: randomUUID(), hostname: 'here' };
        await audits.transition(uuid, 'SUCCEEDED', 'ONGOING', changes);
        return rows;
      },
    };

    const { live } = await dueAudits(
      {
        repositories: { audits: beginning },
        hostname: 'here',
        aliveHosts: () => Promise.resolve(['here']),
        clock: replicas.clock,
        logger: pino({ level: 'silent' }),
      },
      () => true,
    );

    expect([...live]).to.deep.equal([uuid]);
  });

  it('of the type EVENT run though a replica that is gone has left a run in them that was not wanted', async () => {
    const { uuid } = await replicas.create({
      auditType: 'EVENT',
      state: 'SUCCEEDED',
      runUuid: randomUUID(),
      hostname: 'gone',
      nextRunAt: new Date(replicas.clock.now()).toISOString(),
    });

    await replicas.start('here');
    await replicas.look();

    expect(await replicas.audit(uuid)).to.include({ state: 'SUCCEEDED', nextRunAt: null, runUuid: null });
    expect(await replicas.plans(uuid)).to.have.length(1);
  });

  it('wait for the next look when nothing can be written', async () => {
    let attempts = 0;
    const { repositories } = replicas;
    await replicas.create();
    const readOnly: AuditRepository = {
      ...repositories.audits,
      transition() {
        attempts += 1;
        if (attempts === 20) void runner.stop();
        return Promise.reject(new Error('The database is read-only'));
      },
    };
    const runner = await replicas.start('here', { repositories: { ...repositories, audits: readOnly } });

    await runner.whenIdle();

    expect(attempts).to.equal(1);
  });
});
