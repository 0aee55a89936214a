import { openDatabase } from '../../db/connect.ts';
import { openEmptyMariadb } from './mariadb.ts';
import { describePurge } from './purge.ts';

const MARIADB_URL = process.env['AUSPEX_TEST_DATABASE_URL'];

describe('purge', () => {
  describe('on SQLite', () => describePurge(now => openDatabase('sqlite://', { now }), 60));

  describe('on MariaDB', () => {
    if (MARIADB_URL === undefined) {
      it.skip('AUSPEX_TEST_DATABASE_URL does not name a MariaDB database to empty and use');
      return;
    }
    describePurge(now => openEmptyMariadb(MARIADB_URL, now), 15);
  });
});
