/**
 * Three replicas of the service on the lab's MariaDB and Nova; again and again the one that runs a plan of live migrations
 * is killed with kill -9 at some moment, and another has to finish it. See `--help`.
 */
import { parseArgs } from 'node:util';

import { TakeoverLab } from '../test/openstack/takeover-lab.ts';
import { report } from './results.ts';

const HELP = `bench:takeover: seconds until another replica takes over a plan, plans lost, actions executed twice

  --times 20    how often a replica is killed
  --seed 1      of the moments at which it is`;

const MIGRATE_SECONDS = 5;
const LATEST_KILL_SECONDS = 9;
const GIVE_UP_SECONDS = 120;
const LOOK_MS = 100;

interface Round {
  readonly killed: string;
  /** After the plan had begun. */
  readonly killedAfter: number;
  /** NaN: nobody took it over. */
  readonly takeoverSeconds: number;
  readonly state: string;
  readonly twice: number;
  readonly missing: number;
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(HELP);
else await main(Number(values.times), Number(values.seed));

async function main(times: number, seed: number): Promise<void> {
  const lab = await TakeoverLab.open('bench');
  try {
    const servers = [
      await lab.boot('one', 'compute-1', MIGRATE_SECONDS),
      await lab.boot('two', 'compute-2', MIGRATE_SECONDS),
      await lab.boot('three', 'compute-3', MIGRATE_SECONDS),
    ];
    for (const hostname of ['a', 'b', 'c']) await lab.start(hostname);
    const random = mulberry32(seed);
    const rounds: Round[] = [];
    while (rounds.length < times) {
      const round = await play(lab, servers, random() * LATEST_KILL_SECONDS);
      rounds.push(round);
      console.log(`${rounds.length}/${times} ${JSON.stringify(round)}`);
      await lab.start(round.killed);
    }
    report('takeover', [summary(rounds)]);
  } finally {
    await lab.close();
  }
}

/** Two migrations side by side, and one after both. */
async function play(lab: TakeoverLab, servers: readonly string[], killAfter: number): Promise<Round> {
  const [one = '', two = '', three = ''] = servers;
  const before = await recordsOf(lab, servers);
  const uuid = await lab.plan([
    { name: 'a', serverId: one },
    { name: 'b', serverId: two },
    { name: 'c', serverId: three, after: ['a', 'b'] },
  ]);
  const begun = await lookUntil(async () => {
    const { state, hostname } = await lab.planRow(uuid);
    return state === 'PENDING' ? undefined : (hostname ?? undefined);
  });
  const killed = begun ?? '';
  await sleep(killAfter * 1000);
  const at = performance.now();
  await lab.end(killed, 'SIGKILL');
  const taken = await lookUntil(async () => {
    const { hostname, state } = await lab.planRow(uuid);
    return state !== 'ONGOING' || hostname !== killed ? performance.now() : undefined;
  });
  const state = await lookUntil(async () => {
    const plan = await lab.planRow(uuid);
    return plan.state === 'ONGOING' ? undefined : plan.state;
  });
  const after = await recordsOf(lab, servers);
  const counts = servers.map((_, index) => (after[index] ?? 0) - (before[index] ?? 0));
  return {
    killed,
    killedAfter: tenths(killAfter),
    takeoverSeconds: taken === undefined ? Number.NaN : tenths((taken - at) / 1000),
    state: state ?? 'ONGOING',
    twice: counts.filter(count => count > 1).length,
    missing: counts.filter(count => count === 0).length,
  };
}

async function recordsOf(lab: TakeoverLab, servers: readonly string[]): Promise<number[]> {
  return Promise.all(servers.map(async id => (await lab.migrations(id)).length));
}

function summary(rounds: readonly Round[]): Readonly<Record<string, string | number>> {
  const seconds = rounds.map(({ takeoverSeconds }) => takeoverSeconds).toSorted((one, other) => one - other);
  const quantile = (share: number): number =>
    seconds[Math.min(seconds.length - 1, Math.ceil(share * seconds.length) - 1)] ?? Number.NaN;
  return {
    kills: rounds.length,
    'takeover p50 s': quantile(0.5),
    'takeover p95 s': quantile(0.95),
    'takeover max s': quantile(1),
    'plans lost': rounds.filter(({ state, missing }) => state !== 'SUCCEEDED' || missing > 0).length,
    'actions executed twice': rounds.reduce((sum, { twice }) => sum + twice, 0),
  };
}

async function lookUntil<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = performance.now() + GIVE_UP_SECONDS * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() > deadline) return answer;
    await sleep(LOOK_MS);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, milliseconds);
  });
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

/** Small seeded generator: the same moments with the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
