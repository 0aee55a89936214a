import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HOST_KINDS, migrationSeconds, wattsAt } from '../../bench/replay/planetlab/machines.ts';
import type { Mode } from '../../bench/replay/planetlab/replay.ts';
import { replay } from '../../bench/replay/planetlab/replay.ts';
import { shareCpu } from '../../bench/replay/planetlab/sharing.ts';
import { readTrace, traceOf } from '../../bench/replay/planetlab/trace.ts';
import { POLICIES } from '../../bench/replay/policies/policies.ts';
import type { ReplayPolicy } from '../../bench/replay/policy.ts';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, '../../bench/replay.ts');
const DAY = join(import.meta.dirname, '../../../shared/traces/planetlab/20110303.csv.gz');

const still = (decide: ReplayPolicy['decide'] = () => []): ReplayPolicy => ({
  name: 'test',
  start: 'first fit',
  power: 'measured',
  decide,
});
const play = (percents: readonly (readonly number[])[], policy: ReplayPolicy, mode: Mode = 'kept') =>
  replay({ trace: traceOf(percents), mode, policy, now: () => 0, hostCount: 4 });

describe('PlanetLab replay', () => {
  it('interpolates power between the measured tenths', () => {
    expect(wattsAt(HOST_KINDS[0], 0)).equals(86);
    expect(wattsAt(HOST_KINDS[0], 0.05)).closeTo(87.7, 1e-9);
    expect(wattsAt(HOST_KINDS[1], 1)).equals(135);
  });

  it('takes 62.5 MB a second off to migrate', () => {
    expect(migrationSeconds(870)).closeTo(13.92, 1e-9);
  });

  it('gives nine tenths to a machine that leaves and a tenth to one that arrives', () => {
    const { got, free } = shareCpu(
      [
        { requestMips: 1000, standing: 'here' },
        { requestMips: 1000, standing: 'leaving' },
        { requestMips: 1000, standing: 'arriving' },
      ],
      1860,
      3720,
    );

    expect(got).deep.equals([1000, 900, 100]);
    expect(free).equals(1620);
  });

  it('scales all requests down to whole MIPS where they are too much, and caps them to a core', () => {
    const request = { requestMips: 2000, standing: 'here' } as const;

    const { got, free } = shareCpu([request, request, request], 1860, 3720);

    expect(got).deep.equals([1240, 1240, 1240]);
    expect(free).equals(0);
  });

  it('counts the energy of a constant load until the last control step, without the first interval', () => {
    // 2500 MIPS machine at 21.28 %: 532 of 5320 MIPS, 97 W, for 300 s after the first of two control steps.
    const { energyKwh, migrations } = play([[21.28, 21.28, 21.28]], still());

    expect(energyKwh).closeTo((97 * 300) / 3.6e6, 1e-9);
    expect(migrations).equals(0);
  });

  it('loses a tenth of the work while a machine moves', () => {
    const moving = still(({ step }) => (step === 1 ? [{ vm: 0, host: 3 }] : []));

    const { pdm, migrations } = play([[40, 40, 40]], moving);

    expect(migrations).equals(1);
    expect(pdm).closeTo((0.1 * 13.92) / 300, 1e-9);
  });

  it('lets machines without demand vanish in mode compat only', () => {
    const trace = [
      [50, 0, 0, 50, 50],
      [50, 50, 50, 50, 50],
    ];

    expect(play(trace, still(), 'compat').energyKwh).lessThan(play(trace, still(), 'kept').energyKwh);
  });

  it('shows a policy the samples up to now, and none that come', () => {
    const known: number[][] = [];
    const looking = still(({ seen }) => {
      known.push([...seen]);
      return [];
    });

    play([[10, 20, 30, 40]], looking);

    expect(known.map(values => values.filter(value => !Number.isNaN(value)).length)).deep.equals([1, 2, 3]);
    expect(known[0]![0]).closeTo(0.2, 1e-3);
  });

  it('refuses a move to a host without the memory in mode ram', () => {
    // Machine 1 has 870 MB, machines 2 and 3 have 1740 MB each.
    const crowded = still(({ step, hostOf }) =>
      step === 1 ? [1, 2, 3].filter(vm => hostOf[vm] !== 3).map(vm => ({ vm, host: 3 })) : [],
    );
    const busy = Array.from({ length: 8 }, () => [10, 10, 10]);

    expect(() => play(busy, crowded, 'ram')).to.throw('of its 4096 MB');
  });

  it('decides the same whatever comes later, for every policy', () => {
    const decidedWith = (make: () => ReplayPolicy, last: number) => {
      const policy = make();
      const decisions: unknown[] = [];
      const percents = Array.from({ length: 8 }, (_, vm) =>
        Array.from({ length: 40 }, (_sample, k) => (k < 30 ? (vm * 37 + k * 11) % 101 : last)),
      );
      const decide: ReplayPolicy['decide'] = view => {
        const moves = policy.decide(view);
        // The demand at step 29 still lies a tenth of a second on the way from sample 29 to 30.
        if (view.step < 29) decisions.push([...moves]);
        return moves;
      };
      play(percents, { ...policy, decide });
      return decisions;
    };

    for (const make of Object.values(POLICIES))
      expect(decidedWith(make, 0)).deep.equals(decidedWith(make, 100));
  });

  it('gives the same figures twice, for every policy', () => {
    const trace = Array.from({ length: 8 }, (_, vm) =>
      Array.from({ length: 40 }, (_sample, k) => (vm * 37 + k * 11 * (vm + 1)) % 101),
    );

    for (const policy of Object.values(POLICIES)) expect(replayed(policy())).deep.equals(replayed(policy()));

    function replayed(policy: ReplayPolicy) {
      return replay({ trace: traceOf(trace), mode: 'ram', policy, now: () => 0, hostCount: 10 });
    }
  });
});

describe('PlanetLab replay of 20110303', () => {
  // As CloudSim 3.0.3 printed them: kWh, migrations, per cent.
  const CLOUDSIM: readonly (readonly [string, Mode, number, number, number, number])[] = [
    ['NPA', 'compat', 2410.8, 0, 0, 0.39],
    ['DVFS', 'compat', 802.75, 0, 0, 0],
    ['THR-MMT-0.8', 'compat', 192.62, 26_711, 0.00318, 4.91],
    ['IQR-MMT-1.5', 'compat', 189.98, 26_282, 0.00301, 4.82],
    ['MAD-MMT-2.5', 'compat', 185.79, 26_556, 0.00334, 5.05],
    ['LR-MMT-1.2', 'compat', 163.48, 27_859, 0.00464, 5.86],
    ['DVFS', 'kept', 927.99, 0, 0, 0],
    ['LR-MMT-1.2', 'ram', 879.89, 563, 0, 0.03],
  ];

  before(function () {
    if (existsSync(DAY)) return;
    process.stdout.write('      The PlanetLab traces are not here: nothing is compared with CloudSim.\n');
    this.skip();
  });

  for (const [name, mode, energyKwh, migrations, slavPercent, slatahPercent] of CLOUDSIM) {
    it(`comes to what CloudSim printed for ${name}, mode ${mode}`, function () {
      this.timeout(60_000);

      const result = replay({ trace: readTrace(DAY), mode, policy: POLICIES[name]!(), now: () => 0 });

      expect(result.energyKwh).closeTo(energyKwh, 0.006);
      expect(result.migrations).equals(migrations);
      expect(result.slav * 100).closeTo(slavPercent, 0.000006);
      expect(result.slatah * 100).closeTo(slatahPercent, 0.006);
    });
  }
});

describe('replay command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auspex-replay-'));
  const day = join(folder, 'day.csv');
  before(() => {
    const header = Array.from({ length: 288 }, (_, k) => k);
    writeFileSync(day, `vm,${header.join(',')}\na,${header.map(k => k % 90).join(',')}\n`);
  });
  after(() => rmSync(folder, { recursive: true }));

  async function refusal(...args: readonly string[]): Promise<string> {
    try {
      await run(process.execPath, [PROGRAM, ...args]);
    } catch (error) {
      return (error as { readonly stderr: string }).stderr;
    }
    throw new Error('it was not refused');
  }

  it('prints one object', async () => {
    const args = ['--model', 'planetlab', '--mode', 'kept', '--day', day, '--policy', 'DVFS', '--json'];

    const { stdout } = await run(process.execPath, [PROGRAM, ...args]);

    expect(Object.keys(JSON.parse(stdout) as object)).has.members([
      'policy',
      'energyKwh',
      'slatah',
      'pdm',
      'slav',
      'esv',
      'overallSlaViolation',
      'migrations',
      'secondsPerStep',
    ]);
  });

  it('names the option that is wrong and the choices', async () => {
    expect(await refusal('--mode', 'kept', '--day', day, '--policy', 'MAGIC')).matches(
      /--policy is one of NPA, .*"MAGIC"/,
    );
  });

  it('names the row that is wrong', async () => {
    const short = join(folder, 'short.csv');
    writeFileSync(short, 'vm,0,1\na,5,6\n');

    expect(await refusal('--mode', 'kept', '--day', short, '--policy', 'DVFS')).contains(
      'row 1: 2 samples, not 288',
    );
  });
});
