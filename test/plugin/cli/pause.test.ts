import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { auspex } from './terminal.ts';

describe('auspex pause and resume', () => {
  let folder: string;
  let url: string;
  let repositories: Repositories;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-cli-'));
    url = `sqlite:///${join(folder, 'auspex.sqlite')}`;
    repositories = createRepositories(await openDatabase(url));
  });
  afterEach(async () => {
    await repositories.close();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]) => auspex(args, { env: { AUSPEX_DATABASE_URL: url } });

  it('leave a flag for all replicas in the database, and take it away', async () => {
    const paused = await run('pause', '--reason', 'network work');
    const pause = await repositories.control.pauseNow();
    const resumed = await run('resume');

    expect(paused.output).to.match(/^Paused since \S+Z: network work$/);
    expect(pause).to.include({ reason: 'network work' });
    expect(resumed.output).to.equal('Plans go on.');
    expect(await repositories.control.pauseNow()).to.equal(undefined);
  });

  it('say when there was nothing to resume', async () => {
    expect((await run('resume')).output).to.equal('Nothing was paused.');
  });
});
