import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bar, fanChart, progressBar, wrap } from '../../simulator/demo/chart.ts';
import { ledgerOf } from '../../simulator/demo/ledger.ts';
import { createScreen } from '../../simulator/demo/screen.ts';
import { guest, START_AT, steady, tinyWorld } from './tiny-world.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('charts of the demonstration', () => {
  it('draws what was measured, the fan of what is forecast, and the threshold', () => {
    const fan = { past: [42], p05: [50], p25: [60], p50: [70], p75: [84], p95: [99] };

    const lines = fanChart({ ...fan, past: [...fan.past, 90] }, 80);
    const at = (percent: number) => lines[(105 - percent) / 5];

    expect(at(40)).to.equal('  40 % │● │');
    expect([at(95), at(80), at(70), at(60), at(50)]).to.deep.equal([
      '       │  │░',
      '  80 % │┄┄│▓',
      '       │  │━',
      '  60 % │  │▓',
      '       │  │░',
    ]);
    expect(at(90)).to.equal('       │ ●│░');
  });

  it('draws bars with a mark at the threshold', () => {
    expect(bar('a', 50, 80)).to.equal(
      `a            ${'█'.repeat(20)}${'·'.repeat(12)}┊${'·'.repeat(7)}   50 %`,
    );
    expect(bar('a', 100, 80)).to.include(`${'█'.repeat(32)}▌${'█'.repeat(7)}`);
    expect(progressBar(0.5)).to.equal(`[${'█'.repeat(10)}${'·'.repeat(10)}]`);
  });

  it('breaks sentences into lines', () => {
    expect(wrap('one two three', 9, '  ')).to.deep.equal(['  one two', '  three']);
  });

  it('rewrites lines on a terminal and keeps quiet elsewhere until the end', () => {
    const written = (isTTY: boolean) => {
      let text = '';
      const screen = createScreen({ isTTY, columns: 20, write: piece => (text += piece) });
      screen.update(['a']);
      screen.settle(['b']);
      return text;
    };

    expect(written(true)).to.equal('a\n\u001b[1A\u001b[Jb\n');
    expect(written(false)).to.equal('b\n');
  });

  it('counts minutes over the threshold, what was missing, and energy', () => {
    const greedy = ['a', 'b', 'c', 'd', 'e'].map(name => guest(name, 'compute-1', { demand: steady(100) }));
    const world = tinyWorld({ guests: greedy });

    const ledger = ledgerOf(world, { from: START_AT, to: START_AT + 3600 }, 80);

    expect(ledger).to.deep.include({ minutesOver: 60, peakHost: 'compute-1' });
    expect(ledger.missingCpuMinutes).to.be.closeTo(60 * (20 - 0.98 * 16), 1e-3);
    expect(ledger.energyKWh).to.be.closeTo(0.3 + 0.1 + 0.2 * 0.02, 1e-6);
  });
});

describe('demonstration', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function start(script: string, args: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, ...env },
    });
    let output = '';
    const heard = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        for (const listener of heard) listener();
      });
    }
    const ended = once(child, 'close').then(([code]) => code as number);
    const until = (piece: string) =>
      new Promise<void>(resolve => {
        const look = (): void => {
          if (output.includes(piece)) resolve();
        };
        heard.add(look);
        void ended.then(() => resolve());
        look();
      });
    return { child, ended, until, output: () => output };
  }

  it('ends by itself with a plan that SUCCEEDED, a migration, and fewer minutes over the threshold', async () => {
    const demo = start('simulator/demo.ts', ['--speed', '60']);

    const code = await demo.ended;

    const output = demo.output();
    expect(code, output).to.equal(0);
    expect(output).to.match(/The plan is SUCCEEDED/);
    expect(output).to.match(/copied in \d+\.\d s and \d+ rounds, paused for \d+ ms/);
    expect(output).to.match(/migrate shop-\d: compute-1 → compute-\d\n\s+.*\n?.*compute-1 reaches \d+ % CPU/);
    const [without, withPlan] = [...output.matchAll(/ (\d+) minutes over 80 %/g)].map(match =>
      Number(match[1]),
    );
    expect(without).to.be.above(30);
    expect(withPlan).to.equal(0);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  for (const when of ['it is', 'The plan is started']) {
    it(`can be interrupted after "${when}", and leaves nothing behind`, async () => {
      const demo = start('simulator/demo.ts', ['--speed', '1']);
      await demo.until(when);

      demo.child.kill('SIGINT');
      const code = await demo.ended;

      expect(code, demo.output()).to.equal(130);
      expect(demo.output()).to.match(/interrupted; nothing is left running\.\n$/);
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }

  it('says in one sentence what is wrong with its arguments', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'name: x\n');

    for (const [args, sentence] of [
      [['--scenario', 'nowhere'], /^demo: There is no scenario nowhere: .*morning-rush.*\n$/],
      [['--scenario', join(folder, 'bad.yaml')], /^demo: .*bad\.yaml is wrong: startsAt: .*\n$/],
      [['--speed', 'fast'], /^demo: The speed fast is not a number above 0 and up to 3600\.\n$/],
    ] as const) {
      const demo = start('simulator/demo.ts', args);

      expect(await demo.ended).to.equal(1);
      expect(demo.output()).to.match(sentence);
    }
    expect(readdirSync(folder)).to.deep.equal(['bad.yaml']);
  });

  it('serves the API on a simulated cloud with --simulate, until it is stopped', async () => {
    const service = start('plugin/main.ts', ['--simulate', '--scenario', 'balanced'], { AUSPEX_PORT: '0' });
    await service.until('auspex listens');
    const url = /"url":"([^"]+)"/.exec(service.output())?.[1] ?? '';
    await service.until('OS_INTERFACE');

    const { status } = await fetch(`${url}/v1/goals`);
    const versions = await fetch(url);
    service.child.kill('SIGTERM');

    expect([status, versions.status]).to.deep.equal([401, 200]);
    expect(await service.ended).to.equal(0);
    expect(service.output()).to.match(/export OS_AUTH_URL=http:\/\/127\.0\.0\.1:\d+\/identity\/v3\n/);
  });

  it('leaves no simulator running when the port of the API is taken', async () => {
    const taken = createServer();
    await new Promise<void>(resolve => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const { port } = taken.address() as AddressInfo;

    const service = start('plugin/main.ts', ['--simulate'], { AUSPEX_PORT: String(port) });

    expect(await service.ended).to.equal(1);
    expect(service.output()).to.include(`The API cannot listen on 127.0.0.1:${port}`);
    taken.close();
  });
});
