import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../db/connect.ts';
import { openEmptyMariadb } from './mariadb.ts';
import { describeClaims } from './claims.ts';
import { describeRepositories } from './repositories.ts';

const MARIADB_URL = process.env['AUSPEX_TEST_DATABASE_URL'];

describe('repositories', () => {
  describe('on SQLite in memory', () => {
    describeRepositories(now => openDatabase('sqlite://', { now }));
    describeClaims(now => openDatabase('sqlite://', { now }));
  });

  describe('on SQLite in a file', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'auspex-db-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    describeRepositories(now => openDatabase(`sqlite:///${join(folder, 'auspex.sqlite')}`, { now }));
    describeClaims(now => openDatabase(`sqlite:///${join(folder, 'auspex.sqlite')}`, { now }));
  });

  describe('on MariaDB', () => {
    if (MARIADB_URL === undefined) {
      it.skip('AUSPEX_TEST_DATABASE_URL does not name a MariaDB database to empty and use');
      return;
    }
    describeRepositories(now => openEmptyMariadb(MARIADB_URL, now));
    describeClaims(now => openEmptyMariadb(MARIADB_URL, now));
  });
});
