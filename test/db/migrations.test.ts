import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '../../db/connect.ts';
import { connectBareMariadb } from './mariadb.ts';
import { describeMigrations } from './migrations.ts';

const MARIADB_URL = process.env['AUSPEX_TEST_DATABASE_URL'];

describe('migrations', () => {
  describe('on SQLite', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'auspex-db-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    describeMigrations(async () => connectDatabase(`sqlite:///${join(folder, 'auspex.sqlite')}`), 1);
  });

  describe('on MariaDB', () => {
    if (MARIADB_URL === undefined) {
      it.skip('AUSPEX_TEST_DATABASE_URL does not name a MariaDB database to empty and use');
      return;
    }
    describeMigrations(() => connectBareMariadb(MARIADB_URL), 5);
  });
});
