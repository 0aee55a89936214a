import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command, Given } from '../../../plugin/cli/command.ts';
import { wholeNumber } from '../../../plugin/cli/command.ts';
import { COMMANDS } from '../../../plugin/cli/commands.ts';
import { auspex } from './terminal.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('command line', () => {
  let given: (Given & { readonly of: string }) | undefined;
  const command = (name: string, more: Partial<Command> = {}): Command => ({
    name,
    summary: `what ${name} does`,
    run: async arguments_ => {
      given = { ...arguments_, of: name };
      return 0;
    },
    ...more,
  });
  const commands = [
    command('start', { options: { simulate: { what: 'x' }, speed: { value: 'FACTOR', what: 'x' } } }),
    command('db purge', {
      options: { 'max-number': { short: 'n', value: 'N', what: 'rows' }, 'dry-run': { what: 'only say' } },
    }),
    command('db version'),
    command('import', { operands: { URL: 'where from' } }),
  ];
  const run = (...args: string[]) => auspex(args, { commands });
  beforeEach(() => {
    given = undefined;
  });

  it('starts the service when it is told nothing, or options alone', async () => {
    expect((await run()).exitCode).to.equal(0);
    expect(given?.of).to.equal('start');

    await run('--simulate', '--speed', '5');
    expect(given).to.deep.include({ of: 'start', values: { speed: '5' }, switches: new Set(['simulate']) });

    await run('start', '--speed=6');
    expect(given).to.deep.include({ of: 'start', values: { speed: '6' } });
  });

  it('finds commands of one word and of two, with what they take', async () => {
    await run('db', 'purge', '-n', '5', '--dry-run');
    expect(given).to.deep.equal({
      of: 'db purge',
      operands: {},
      values: { 'max-number': '5' },
      switches: new Set(['dry-run']),
    });

    await run('import', 'mysql://somewhere');
    expect(given).to.deep.include({ of: 'import', operands: { URL: 'mysql://somewhere' } });
  });

  for (const [args, sentence] of [
    ['zork', 'There is no command zork'],
    ['db', 'db is one of db purge, db version'],
    ['db --help', 'db is one of db purge, db version'],
    ['db zork', 'There is no command db zork; there are db purge, db version'],
    ['db purge --zork', "Unknown option '--zork'"],
    ['db purge -z', "Unknown option '-z'"],
    ['db purge --max-number', "Option '-n, --max-number <value>' argument missing"],
    ['db purge --dry-run=yes', "Option '--dry-run' does not take an argument"],
    ['db version now', 'db version does not expect the argument now'],
    ['import', 'import needs URL'],
    ['import a b', 'import does not expect the argument b'],
    ['--zork', "Unknown option '--zork'"],
  ] as const) {
    it(`refuses auspex ${args}`, async () => {
      const { exitCode, complaint, output } = await run(...args.split(' '));

      expect(complaint).to.equal(`auspex: ${sentence}. See auspex --help.`);
      expect([exitCode, output, given]).to.deep.equal([2, '', undefined]);
    });
  }

  it('tells what its own errors say, and where others come from', async () => {
    const failing = (error: Error) =>
      auspex(['fail'], {
        commands: [
          command('fail', {
            run: async () => {
              throw error;
            },
          }),
        ],
      });

    const ours = await failing(Object.assign(new Error('The disk is full.'), { code: 'full' }));
    const bug = await failing(new TypeError('x is not a function'));

    expect(ours).to.deep.include({ exitCode: 1, complaint: 'auspex: The disk is full.' });
    expect(bug.exitCode).to.equal(1);
    expect(bug.complaint).to.match(/^auspex: TypeError: x is not a function\n +at .*command-line\.test\.ts/);
  });

  it('takes whole numbers only where it wants a number', () => {
    const of = (text: string) =>
      wholeNumber({ operands: {}, values: { days: text }, switches: new Set() }, 'days');

    expect([of('0'), of('30')]).to.deep.equal([0, 30]);
    for (const text of ['', '-1', '1.5', '1e3', 'x', '9999999999']) {
      expect(() => of(text)).to.throw('--days must be a whole number from 0 to 999999999');
    }
  });

  it('says its version', async () => {
    expect(await run('--version')).to.deep.include({ exitCode: 0, output: 'auspex 1.2.3' });
  });

  it('lists all commands, and explains each with all that it takes', async () => {
    const { exitCode, output } = await auspex(['--help']);

    expect(exitCode).to.equal(0);
    for (const { name, summary, operands = {}, options = {} } of COMMANDS) {
      expect(output).to.contain(`  ${name}  `).and.to.contain(summary);
      const help = await auspex([...name.split(' '), '--help']);
      expect(help.exitCode).to.equal(0);
      expect(help.output).to.match(new RegExp(`^Usage: auspex ${name}`));
      for (const operand of Object.keys(operands)) expect(help.output).to.contain(operand);
      for (const option of Object.keys(options)) expect(help.output).to.contain(`--${option}`);
    }
  });

  it('is what npm start runs', async () => {
    const main = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['plugin/main.ts', ...args], { cwd: ROOT, env: {} });

    const { stdout } = await main('--version');
    const failure = await main('zork').catch((error: unknown) => error);

    expect(stdout).to.match(/^auspex \d+\.\d+\.\d+\n$/);
    expect(failure).to.include({
      code: 2,
      stderr: 'auspex: There is no command zork. See auspex --help.\n',
    });
  }).timeout(20_000);

  it('is what an installed auspex runs, through a link and with the Node of the dependencies', async () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      bin: { auspex: string };
    };
    const folder = mkdtempSync(join(tmpdir(), 'auspex-bin-'));
    // A Node that is too old comes first in the path.
    writeFileSync(join(folder, 'node'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    symlinkSync(join(ROOT, bin.auspex), join(folder, 'auspex'));

    const { stdout } = await promisify(execFile)(join(folder, 'auspex'), ['--version'], {
      cwd: folder,
      env: { PATH: `${folder}:/usr/bin:/bin` },
    }).finally(() => rmSync(folder, { recursive: true }));

    expect(stdout).to.match(/^auspex \d/);
  }).timeout(20_000);
});
