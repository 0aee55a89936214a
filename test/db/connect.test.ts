import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openDatabase } from '../../db/connect.ts';
import { DatabaseUnavailableError, DatabaseUrlError } from '../../db/errors.ts';
import { createRepositories } from '../../db/repositories.ts';
import { newAudit, newPlan } from './rows.ts';

describe('open database', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-db-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps a file across openings', async () => {
    const url = `sqlite:///${join(folder, 'kept.sqlite')}`;
    const audit = newAudit();
    const first = createRepositories(await openDatabase(url));
    await first.audits.create(audit);
    await first.close();

    const second = createRepositories(await openDatabase(url));

    expect(await second.audits.find(audit.uuid)).to.deep.include(audit);
    await second.close();
  });

  it('refuses what is no URL of a database, without quoting it', async () => {
    for (const url of [
      'postgresql://auspex:s3cret@db/auspex',
      'mysql://auspex:s3cret@db',
      'mysql://auspex:s3cret@:3306:x/y',
      'sqlite:relative',
      '',
    ]) {
      const error = await failure(openDatabase(url));

      expect(error).to.be.instanceOf(DatabaseUrlError);
      expect(error.message).to.match(/^The database URL must have the form sqlite:\/\/\/PATH or mysql:/);
      expect(error.message).to.not.contain('s3cret');
    }
  });

  it('names the file that cannot be opened', async () => {
    const path = join(folder, 'missing', 'auspex.sqlite');

    const error = await failure(openDatabase(`sqlite:///${path}`));

    expect(error).to.be.instanceOf(DatabaseUnavailableError);
    expect(error.message).to.equal(
      `The database sqlite:///${path} is not available: unable to open database file`,
    );
  });

  it('says that a file is no database', async () => {
    const path = join(folder, 'text.sqlite');
    writeFileSync(path, 'this is a letter to my grandmother, not a database\n'.repeat(100));

    const error = await failure(openDatabase(`sqlite:///${path}`));

    expect(error).to.be.instanceOf(DatabaseUnavailableError);
    expect(error.message).to.equal(`The database sqlite:///${path} is not available: file is not a database`);
  });

  it('names the server that does not answer, without the password', async () => {
    const port = await freePort();

    const error = await failure(openDatabase(`mysql://auspex:s3cret@127.0.0.1:${port}/auspex`));

    expect(error).to.be.instanceOf(DatabaseUnavailableError);
    expect(error.message).to.match(
      new RegExp(
        `^The database mysql://auspex@127.0.0.1:${port}/auspex is not available: connect ECONNREFUSED [^ ]+$`,
      ),
    );
    expect(JSON.stringify([error.message, error.stack])).to.not.contain('s3cret');
  });

  it('says later, too, when the database cannot be used', async () => {
    const database = await openDatabase('sqlite://');
    const repositories = createRepositories(database);
    await database.knex.raw('PRAGMA query_only = ON');

    const error = await failure(repositories.audits.create(newAudit()));

    expect(error).to.be.instanceOf(DatabaseUnavailableError);
    expect(error.message).to.equal(
      'The database sqlite:///:memory: is not available: attempt to write a readonly database',
    );
    await repositories.close();
  });

  it('keeps values out of error messages', async () => {
    const repositories = createRepositories(await openDatabase('sqlite://'));
    const plan = newPlan({ auditUuid: 'no-such-audit', statusMessage: 'a private remark' });

    const error = await failure(repositories.actionPlans.create(plan));

    expect(error.message).to.contain('insert into `action_plans`');
    expect(error.message).to.not.contain('private');
    await repositories.close();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => {
    server.close(resolve);
  });
  return port;
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
