import { expect } from 'chai';
import { DatabaseUnavailableError } from '../../db/errors.ts';
import { createLogger } from '../../plugin/log.ts';

describe('the log', () => {
  it('has a sentence for errors that were foreseen, and no stack', () => {
    const cause = new Error('connect ECONNREFUSED');
    expect(
      logged(new DatabaseUnavailableError('The database x is not available: gone', { cause })),
    ).to.deep.equal({
      code: 'database_unavailable',
      message: 'The database x is not available: gone',
    });
  });

  it('has the stack of what nobody expected', () => {
    expect(logged(new TypeError('no such thing')))
      .to.have.property('stack')
      .that.contains('log.test.ts');
    expect(logged(Object.assign(new Error('no file'), { code: 'ENOENT' }))).to.have.property('stack');
  });
});

function logged(error: Error): unknown {
  let line = '';
  createLogger('info', { write: text => (line += text) }).warn({ err: error }, 'failed');
  return (JSON.parse(line) as { err: unknown }).err;
}
