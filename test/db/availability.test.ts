import { expect } from 'chai';
import { translateError } from '../../db/availability.ts';

describe('errors of the database', () => {
  it('do not carry the values of the statement into logs', () => {
    const sql = "insert into `audits` (`parameters`) values ('what a user said')";
    const error = Object.assign(new Error('Data too long'), { code: 'ER_DATA_TOO_LONG', sql });

    const seen = translateError(error, 'mysql://auspex@db/auspex');

    expect(seen).to.equal(error);
    expect(JSON.stringify(seen)).to.contain('ER_DATA_TOO_LONG').and.not.contain('what a user said');
  });
});
