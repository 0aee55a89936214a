import { expect } from 'chai';
import { pino } from 'pino';
import { every } from '../../plugin/periodic.ts';

const logger = pino({ level: 'silent' });

describe('periodic work', () => {
  it('goes on after a failure, and not after its end', async () => {
    let [runs, third] = [0, Promise.withResolvers<void>()];
    const work = every(0.001, logger, () => {
      runs += 1;
      if (runs === 3) third.resolve();
      return runs === 1 ? Promise.reject(new Error('once')) : Promise.resolve();
    });
    await third.promise;
    await work.stop();
    const stopped = runs;
    await new Promise(resolve => setImmediate(resolve));

    expect(runs).to.equal(stopped);
  });

  it('logs a failure once until it succeeds again', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: line => lines.push((JSON.parse(line) as { msg: string }).msg) });
    const failures = ['gone', 'gone', undefined, 'gone', 'other', 'other', undefined];
    let [runs, last] = [0, Promise.withResolvers<void>()];
    const work = every(0.001, log, () => {
      const failure = failures[runs];
      runs += 1;
      if (runs === failures.length) last.resolve();
      return failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure));
    });
    await last.promise;
    await work.stop();

    const [failed, again] = ['periodic work failed, it is tried again later', 'periodic work succeeds again'];
    expect(lines).to.deep.equal([failed, again, failed, failed, again]);
  });

  it('waits at its end for the run under way', async () => {
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let ended = false;
    const work = every(1000, logger, async () => {
      begun.resolve();
      await gate.promise;
      ended = true;
    });
    await begun.promise;
    const stopping = work.stop();
    expect(ended).to.equal(false);
    gate.resolve();
    await stopping;

    expect(ended).to.equal(true);
  });
});
