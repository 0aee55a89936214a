/**
 * The simulator's live migrations against QEMU's: the same guests are moved between two emulated hypervisors and in `LiveCopy`. One
 * half of the cases tells how much memory such a guest has in use, how much of the wire QEMU gets, and what libvirt adds to the
 * duration; the errors are those of the other half.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LiveCopy } from '../simulator/world/live-copy.ts';
import { report } from './results.ts';

const LAB = join(import.meta.dirname, '../../shared/hypervisor-lab');
const STATE = '/var/lib/hypervisor-lab';
const NAME = 'auspex-physics';
/** QEMU's own limit of the pause, which libvirt leaves as it is. */
const SETTINGS = { downtimeLimitSeconds: 0.3, autoConverge: false, postCopy: false };
const MIB_PER_MBIT = 1e6 / 8 / 2 ** 20;
/** The guest has touched its whole working set by then. */
const WARM_UP_SECONDS = 6;
const LONGEST_MS = 90_000;

interface Case {
  readonly memory: number;
  readonly dirty: number;
  readonly workingSet: number;
  readonly mbit: number;
}

interface Measured {
  readonly seconds: number;
  readonly downtimeMs: number;
  readonly usedMiB: number;
  readonly mibPerSecond: number;
  readonly iterations: number;
}

/** What the first half teaches. */
interface Learnt {
  /** MiB in use by a guest without work: of each MiB of its memory, and in any case. */
  readonly usedPerMiB: number;
  readonly usedMiB: number;
  readonly wireShare: number;
  readonly addedSeconds: number;
  /** Share of a working set that was not in use before. */
  readonly newShare: number;
}

const LEARN: readonly Case[] = [
  { memory: 128, dirty: 0, workingSet: 0, mbit: 200 },
  { memory: 256, dirty: 0, workingSet: 0, mbit: 400 },
  { memory: 128, dirty: 10, workingSet: 32, mbit: 200 },
  { memory: 256, dirty: 20, workingSet: 64, mbit: 400 },
];
const CHECK: readonly Case[] = [
  { memory: 192, dirty: 0, workingSet: 0, mbit: 100 },
  { memory: 256, dirty: 0, workingSet: 0, mbit: 200 },
  { memory: 192, dirty: 10, workingSet: 32, mbit: 300 },
  { memory: 256, dirty: 10, workingSet: 96, mbit: 200 },
  { memory: 192, dirty: 20, workingSet: 48, mbit: 300 },
  { memory: 256, dirty: 40, workingSet: 64, mbit: 600 },
];

if (!existsSync(join(LAB, 'up')) || process.getuid?.() !== 0)
  console.log('migration physics: skipped, needs root and the hypervisor lab at ../shared/hypervisor-lab');
else compare();

function compare(): void {
  const wasUp = ['a', 'b'].every(isUp);
  try {
    const learnt = learn(LEARN.map(one => ({ one, real: migrate(one) })));
    console.log('learnt from the first half:', learnt);
    const rows = CHECK.map(one => ({ real: migrate(one), simulated: simulate(one, learnt), one }));
    const shown = rows.map(({ one, real, simulated }) => ({
      case: label(one),
      'real s': round(real.seconds),
      'simulated s': round(simulated.seconds),
      'error %': percent(simulated.seconds, real.seconds),
      'real downtime ms': real.downtimeMs,
      'simulated downtime ms': Math.round(simulated.downtimeMs),
      'downtime error %': percent(simulated.downtimeMs, real.downtimeMs),
      'real rounds': real.iterations,
      'simulated rounds': simulated.iterations,
    }));
    report('simulator-physics', shown);
    for (const key of ['error %', 'downtime error %'] as const) {
      const errors = shown.map(row => Math.abs(row[key])).toSorted((a, b) => a - b);
      console.log(`${key}: median ${round(median(errors))}, worst ${errors.at(-1)}`);
    }
  } finally {
    // Up as before, with a wire without limit, when someone had brought it up; else gone.
    run(join(LAB, wasUp ? 'up' : 'down'), []);
  }
}

/** Moves such a guest once, from host a to host b; once more when the guest did not survive it, which emulation is known for. */
function migrate(one: Case, again = true): Measured {
  run(join(LAB, 'up'), [], { HVLAB_MBIT: String(one.mbit) });
  const work = [`mem=${one.memory}`, `dirty=${one.dirty}`, `ws=${Math.max(1, one.workingSet)}`];
  run(join(LAB, 'guest'), ['start', 'a', NAME, ...work]);
  try {
    const settled = Math.max(WARM_UP_SECONDS, one.dirty > 0 ? 2 + one.workingSet / one.dirty : 0);
    run('sleep', [String(settled)]);
    run(join(LAB, 'guest'), ['migrate', NAME]);
    const measured = readJob(run('virsh', ['-q', '-c', uri('b'), 'domjobinfo', NAME, '--completed']));
    console.log(label(one), measured);
    return measured;
  } catch (error) {
    if (!again || isThere()) throw error;
    console.log(`${label(one)}: the guest is gone, once more`);
  } finally {
    if (isThere()) run(join(LAB, 'guest'), ['stop', NAME]);
  }
  return migrate(one, false);
}

function isUp(host: string): boolean {
  try {
    run('virsh', ['-q', '-c', uri(host), 'uri']);
    return true;
  } catch {
    // Nobody answers there; without virsh, nothing is installed yet.
    return false;
  }
}

function isThere(): boolean {
  return ['a', 'b'].some(host => run('virsh', ['-q', '-c', uri(host), 'list', '--name']).includes(NAME));
}

function readJob(text: string): Measured {
  const figure = (name: string): number => {
    const found = new RegExp(`^${name}:\\s+([\\d.]+)\\s*(\\S*)`, 'm').exec(text);
    if (found === null) throw new Error(`domjobinfo tells no '${name}'`);
    const factor = { KiB: 1 / 1024, 'KiB/s': 1 / 1024, GiB: 1024, 'GiB/s': 1024 }[found[2]!] ?? 1;
    return Number(found[1]) * factor;
  };
  return {
    seconds: figure('Time elapsed') / 1000,
    downtimeMs: figure('Total downtime'),
    // Pages of zeros are told apart and cost nearly nothing.
    usedMiB: figure('Memory total') - (figure('Constant pages') * 4) / 1024,
    mibPerSecond: figure('Memory bandwidth'),
    iterations: figure('Iteration'),
  };
}

function learn(seen: readonly { one: Case; real: Measured }[]): Learnt {
  const [small, large] = seen.filter(({ one }) => one.dirty === 0);
  const usedPerMiB = (large!.real.usedMiB - small!.real.usedMiB) / (large!.one.memory - small!.one.memory);
  const usedMiB = small!.real.usedMiB - usedPerMiB * small!.one.memory;
  const busy = seen.filter(({ one }) => one.dirty > 0);
  const newShares = busy.map(
    ({ one, real }) => (real.usedMiB - usedMiB - usedPerMiB * one.memory) / one.workingSet,
  );
  const newShare = median(newShares);
  const wireShare = median(seen.map(({ one, real }) => real.mibPerSecond / (one.mbit * MIB_PER_MBIT)));
  const plain = { usedPerMiB, usedMiB, newShare, wireShare, addedSeconds: 0 };
  const addedSeconds = median(seen.map(({ one, real }) => real.seconds - simulate(one, plain).seconds));
  return { ...plain, addedSeconds };
}

function simulate(one: Case, learnt: Learnt): { seconds: number; downtimeMs: number; iterations: number } {
  const { usedMiB, usedPerMiB, newShare, wireShare, addedSeconds } = learnt;
  const used = usedMiB + usedPerMiB * one.memory + newShare * one.workingSet;
  const copy = new LiveCopy(
    {
      memoryMiB: Math.min(one.memory, used),
      workingSetMiB: one.workingSet,
      dirtyMiBPerSecond: one.dirty,
    },
    SETTINGS,
  );
  const bandwidth = wireShare * one.mbit * MIB_PER_MBIT;
  let seconds = 0;
  while (copy.phase !== 'done' && seconds < LONGEST_MS / 1000) {
    const next = copy.untilNext(bandwidth);
    copy.advance(next, bandwidth);
    seconds += next;
  }
  return {
    seconds: seconds + addedSeconds,
    downtimeMs: copy.downtimeSeconds * 1000,
    iterations: copy.rounds,
  };
}

function run(command: string, args: readonly string[], environment: Record<string, string> = {}): string {
  return execFileSync('env', [...Object.entries(environment).map(pair => pair.join('=')), command, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
  });
}

function uri(host: string): string {
  return `qemu+unix:///system?socket=${STATE}/${host}/run/libvirt-sock`;
}

function label(one: Case): string {
  const dirty = one.dirty === 0 ? 'idle' : `${one.dirty} MiB/s in ${one.workingSet} MiB`;
  return `${one.memory} MiB, ${dirty}, ${one.mbit} Mbit/s`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function percent(simulated: number, real: number): number {
  return round((100 * (simulated - real)) / real);
}

function round(value: number): number {
  return Math.round(100 * value) / 100 + 0;
}
