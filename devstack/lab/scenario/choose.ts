import type { Trace, TraceRow } from './trace.ts';

/*
 * One host heading for overload, chosen from a trace by search. What is wanted is seen in the two weeks BEFORE the origin
 * alone: guests that are busier at the same time of every day, and others that are busy all day, so that together they
 * leave too little of compute-1. What really happened after the origin is used for one thing: to check that the scenario is
 * what it claims to be; an origin that fails the check is passed over. The same trace gives the same scenario.
 */

export const STEPS_PER_DAY = 288;
export const HISTORY_STEPS = 14 * STEPS_PER_DAY;
/** Two hours. */
export const AHEAD_STEPS = 24;
export const THRESHOLD_PERCENT = 80;

/** vCPUs of the lab's hosts and flavors: `python/nova_virt/lab.py`, `python/seed.py`. */
export const HOST_VCPUS = { 'compute-1': 32, 'compute-2': 48, 'compute-3': 64, 'compute-4': 40 } as const;
export const FLAVOR_VCPUS = { large: 4, xlarge: 8 } as const;
export type HostName = keyof typeof HOST_VCPUS;
export type FlavorName = keyof typeof FLAVOR_VCPUS;

export interface ScenarioServer {
  readonly name: string;
  readonly hostName: HostName;
  readonly flavor: FlavorName;
  /** Percent (0–100), `HISTORY_STEPS` + `AHEAD_STEPS` values without gaps. */
  readonly cpuPercent: Float32Array;
  readonly memoryPercent: Float32Array;
}

export interface Scenario {
  /** Which rows of which trace, from when. */
  readonly description: string;
  readonly servers: readonly ScenarioServer[];
}

const HOT_HOST = 'compute-1';
const QUIET_HOSTS = ['compute-2', 'compute-3', 'compute-4'] as const;
const HOT_SERVERS = 7; // xlarge: 112 of compute-1's 127.5 GiB
const QUIET_SERVERS = 9;
const RISING_SERVERS = 3;

const SEARCH_STEP = 6;
const BEFORE_STEPS = 12;
const BEFORE_PERCENT = 66; // of compute-1 in the hour before the origin
const PEAK_PERCENT = 88; // of compute-1, on a typical day, in the two hours after it
const QUIET_PERCENT = 50; // of any other host, with the two busiest guests of compute-1 on it
const NOTICE_STEPS = 3; // from the origin to the threshold
const CROSSING_STEPS = 5; // over the threshold for 25 minutes at least

const MAXIMUM_MISSING = 0.01;
const MAXIMUM_IRREGULARITY = 8; // percent points from the typical day, on average
const MINIMUM_RISE = 10; // percent points

/** Throws when no origin of the trace makes such a scenario. */
export function chooseScenario(trace: Trace, prefix: string): Scenario {
  const steps = trace.rows[0]?.cpuPercent.length ?? 0;
  for (let origin = HISTORY_STEPS; origin + AHEAD_STEPS <= steps; origin += SEARCH_STEP) {
    const placement = placeByHistory(trace.rows, origin);
    if (!placement || !isOverloadInTruth(placement, origin)) continue;
    const names = placement.map(({ row }) => row.name);
    const memory = trace.memoryPercent(names);
    return {
      description: `${trace.source} from step ${origin}: rows ${names.join(', ')}`,
      servers: placement.map(({ row, hostName, flavor }, n) => ({
        name: `${prefix}${String(n + 1).padStart(2, '0')}`,
        hostName,
        flavor,
        cpuPercent: window(row.cpuPercent, origin),
        memoryPercent: window(memory.get(row.name) ?? new Float32Array(), origin),
      })),
    };
  }
  throw new Error(`${trace.source}: no origin makes ${HOT_HOST} run hot within two hours`);
}

/** CPU percent of a host at a step, as the feeder will compute it but for the host's own share. */
export function hostCpuPercent(
  hostName: HostName,
  guests: readonly { readonly flavor: FlavorName; readonly cpuPercent: number }[],
): number {
  const busy = guests.reduce((sum, guest) => sum + (guest.cpuPercent / 100) * FLAVOR_VCPUS[guest.flavor], 0);
  return (100 * busy) / HOST_VCPUS[hostName];
}

interface Placed {
  readonly row: TraceRow;
  readonly hostName: HostName;
  readonly flavor: FlavorName;
}

/** What two weeks tell of the time around the origin. */
interface Habit {
  readonly row: TraceRow;
  /** The median of the days before, from `BEFORE_STEPS` before the origin to `AHEAD_STEPS` after it. */
  readonly typical: Float32Array;
  readonly levelBefore: number;
  readonly rise: number;
}

function placeByHistory(rows: readonly TraceRow[], origin: number): Placed[] | undefined {
  const habits = rows.flatMap(row => habitOf(row, origin) ?? []);
  const rising = habits.filter(habit => habit.rise >= MINIMUM_RISE).toSorted(by(habit => habit.rise));
  const hot = rising.slice(0, RISING_SERVERS);
  const steady = habits
    .filter(habit => Math.abs(habit.rise) < MINIMUM_RISE)
    .toSorted(by(habit => habit.levelBefore));
  const quiet: Habit[] = [];
  for (const habit of steady) {
    const before = hostCpuPercent(
      HOT_HOST,
      [...hot, habit].map(each => xlarge(each.levelBefore)),
    );
    if (hot.length < HOT_SERVERS && before <= BEFORE_PERCENT) hot.push(habit);
    else if (quiet.length < QUIET_SERVERS && habit.levelBefore <= 25) quiet.push(habit);
  }
  if (hot.length < HOT_SERVERS || quiet.length < QUIET_SERVERS) return undefined;
  const typicalCpu = Array.from({ length: AHEAD_STEPS }, (_, n) =>
    hostCpuPercent(
      HOT_HOST,
      hot.map(each => xlarge(each.typical[BEFORE_STEPS + n] ?? 0)),
    ),
  );
  if (countAbove(typicalCpu, PEAK_PERCENT) < CROSSING_STEPS) return undefined;
  return [
    ...hot.map(({ row }): Placed => ({ row, hostName: HOT_HOST, flavor: 'xlarge' })),
    ...quiet.map(({ row }, n): Placed => ({
      row,
      hostName: QUIET_HOSTS[n % QUIET_HOSTS.length] ?? 'compute-2',
      flavor: 'large',
    })),
  ];
}

/** Undefined for a row with many gaps, or whose days differ too much to tell anything of the next. */
function habitOf(row: TraceRow, origin: number): Habit | undefined {
  let missing = 0;
  for (let step = origin - HISTORY_STEPS; step < origin + AHEAD_STEPS; step++) {
    if (Number.isNaN(row.cpuPercent[step])) missing++;
  }
  if (missing > MAXIMUM_MISSING * HISTORY_STEPS) return undefined;
  const typical = new Float32Array(BEFORE_STEPS + AHEAD_STEPS);
  let deviation = 0;
  let samples = 0;
  for (let n = 0; n < typical.length; n++) {
    const past = daysBefore(row.cpuPercent, origin - BEFORE_STEPS + n);
    const middle = past.toSorted()[past.length >> 1] ?? 0;
    typical[n] = middle;
    for (const value of past) deviation += Math.abs(value - middle);
    samples += past.length;
  }
  if (deviation / samples > MAXIMUM_IRREGULARITY) return undefined;
  const levelBefore = mean(typical.subarray(0, BEFORE_STEPS));
  let highest = 0;
  for (let n = BEFORE_STEPS; n + CROSSING_STEPS <= typical.length; n++) {
    highest = Math.max(highest, mean(typical.subarray(n, n + CROSSING_STEPS)));
  }
  return { row, typical, levelBefore, rise: highest - levelBefore };
}

/** The samples of the same time of day on each of the 14 days before the origin's. */
function daysBefore(values: Float32Array, step: number): Float32Array {
  const past: number[] = [];
  for (let day = 1; day <= HISTORY_STEPS / STEPS_PER_DAY; day++) {
    const value = values[step - day * STEPS_PER_DAY];
    if (value !== undefined && !Number.isNaN(value)) past.push(value);
  }
  return Float32Array.from(past);
}

/** The check of the claim: compute-1 was below the threshold and crosses it; no other host does, come what may. */
function isOverloadInTruth(placement: readonly Placed[], origin: number): boolean {
  const cpuAt = (hostName: HostName, step: number) =>
    hostCpuPercent(
      hostName,
      placement
        .filter(each => each.hostName === hostName)
        .map(({ row, flavor }) => ({ flavor, cpuPercent: row.cpuPercent[step] ?? 0 })),
    );
  const steps = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => origin + from + n);
  const before = steps(-BEFORE_STEPS, 0).map(step => cpuAt(HOT_HOST, step));
  const after = steps(0, AHEAD_STEPS).map(step => cpuAt(HOT_HOST, step));
  const quiet = QUIET_HOSTS.every(hostName => {
    const guests = hostCpuPercent(hostName, [xlarge(100), xlarge(100)]);
    return steps(-BEFORE_STEPS, AHEAD_STEPS).every(step => cpuAt(hostName, step) + guests < QUIET_PERCENT);
  });
  return (
    quiet &&
    Math.max(...before) < THRESHOLD_PERCENT - 5 &&
    Math.max(...after.slice(0, NOTICE_STEPS)) < THRESHOLD_PERCENT - 5 &&
    countAbove(after, THRESHOLD_PERCENT) >= CROSSING_STEPS
  );
}

/** History and what follows, each gap filled with the value before it: a counter cannot say "unknown". */
function window(values: Float32Array, origin: number): Float32Array {
  const filled = values.slice(origin - HISTORY_STEPS, origin + AHEAD_STEPS);
  for (let n = 0; n < filled.length; n++) {
    if (Number.isNaN(filled[n])) filled[n] = filled[n - 1] ?? 0;
  }
  return filled;
}

function xlarge(cpuPercent: number): { flavor: FlavorName; cpuPercent: number } {
  return { flavor: 'xlarge', cpuPercent };
}

/** Descending; rows keep the trace's order where equal. */
function by(key: (habit: Habit) => number): (one: Habit, other: Habit) => number {
  return (one, other) => key(other) - key(one);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function countAbove(values: readonly number[], limit: number): number {
  return values.filter(value => value > limit).length;
}
