import { openDatabase } from '../../db/connect.ts';
import { openEmptyMariadb } from './mariadb.ts';
import { describeSync } from './sync-catalogue.ts';

const MARIADB_URL = process.env['AUSPEX_TEST_DATABASE_URL'];

describe('sync of the catalogue', () => {
  describe('on SQLite', () => describeSync(now => openDatabase('sqlite://', { now })));

  describe('on MariaDB', () => {
    if (MARIADB_URL === undefined) {
      it.skip('AUSPEX_TEST_DATABASE_URL does not name a MariaDB database to empty and use');
      return;
    }
    describeSync(now => openEmptyMariadb(MARIADB_URL, now));
  });
});
