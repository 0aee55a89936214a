import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { COMMANDS } from '../../../plugin/cli/commands.ts';
import { auspex } from './terminal.ts';

describe('auspex completion', () => {
  /** What bash offers after these words, the last of which has just been begun. */
  const offers = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { output } = await auspex(['completion', 'bash']);
    const quoted = ['auspex', ...words].map(word => `'${word}'`).join(' ');
    const script = `${output}\nCOMP_WORDS=(${quoted})\nCOMP_CWORD=${words.length}\n_auspex\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    const text = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    return text.split('\n').filter(line => line !== '');
  };

  it('offers every first word', async () => {
    const firsts = new Set(COMMANDS.map(({ name }) => name.split(' ')[0]!));

    expect(await offers('')).to.have.members([...firsts, '--help', '--version']);
    expect(await offers('con')).to.deep.equal(['config']);
  });

  it('offers the second word of a group', async () => {
    expect(await offers('db', '')).to.have.members(['upgrade', 'downgrade', 'version', 'purge']);
  });

  it('offers the options of the command', async () => {
    expect(await offers('db', 'downgrade', '--')).to.include.members(['--to', '--yes', '--help']);
    expect(await offers('import-watcher', 'mysql://x', '--d')).to.deep.equal(['--dry-run']);
    expect(await offers('start', '--si')).to.deep.equal(['--simulate']);
  });

  it('offers the shells of its own, and nothing after what it does not know', async () => {
    expect(await offers('completion', '')).to.include.members(['bash', 'zsh']);
    expect(await offers('fly', '')).to.deep.equal([]);
  });

  it('is the same for zsh, which takes it as bash would', async () => {
    const zsh = (await auspex(['completion', 'zsh'])).output.split('\n');

    expect(zsh[0]).to.contain('bashcompinit');
    expect(zsh.slice(1).join('\n')).to.equal((await auspex(['completion', 'bash'])).output);
  });

  it('refuses another shell', async () => {
    const { exitCode, complaint } = await auspex(['completion', 'fish']);

    expect(complaint).to.equal('auspex: completion is for bash or zsh. See auspex --help.');
    expect(exitCode).to.equal(2);
  });
});
