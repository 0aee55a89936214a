import type { Overload } from '../../candidates/overload.ts';
import type { Targets } from '../../candidates/targets.ts';
import type { WhatIf } from '../../cluster/what-if.ts';
import type { RejectedMove } from '../strategy.ts';
import type { Movable } from './movable.ts';
import { movableInstances } from './movable.ts';
import type { Settings } from './settings.ts';

/** What the decision works on. */
export interface Board {
  readonly whatIf: WhatIf;
  readonly overload: Overload;
  readonly targets: Targets;
  readonly settings: Settings;
}

export interface Move {
  readonly candidate: Movable;
  readonly sourceId: string;
  readonly targetId: string;
  /** Expected minutes of overload that this move takes away, over source and target. */
  readonly benefit: number;
}

export interface Relief {
  /** Empty when no set of moves was worth it. */
  readonly moves: readonly Move[];
  /** Minutes of overload that are removed for certain enough: the benefit's lower quantile. */
  readonly certainMinutes: number;
  readonly costMinutes: number;
  readonly rejected: readonly RejectedMove[];
}

interface Progress {
  readonly mark: number;
  readonly expected: number;
  readonly certain: number;
  readonly cost: number;
}

/**
 * Moves instances off the host, the one with most relief per cost first, until its upper quantile is below every threshold, no move
 * helps or the budget is spent; keeps as many of these moves as give the best expected benefit whose lower quantile exceeds cost + margin, and undoes the rest. What it
 * keeps stays done in the what-if.
 */
export function relieveHost(board: Board, hostId: string, budget: number): Relief {
  const { whatIf, overload, settings } = board;
  const host = whatIf.indexOf(hostId);
  const { movable, rejected } = movableInstances(whatIf, overload, hostId, settings);
  const left = new Set(movable);
  const turnedDown: RejectedMove[] = [...rejected];
  const moves: Move[] = [];
  const start = overload.expectedMinutes(host);
  const startCertain = overload.minutesAt(host, settings.benefitZ);
  const progress: Progress[] = [{ mark: whatIf.mark, expected: 0, certain: 0, cost: 0 }];
  let [seconds, harm, certainHarm] = [0, 0, 0];

  while (moves.length < budget && overload.headroom(host, settings.upperZ) < 0) {
    const candidate = mostRelief(board, host, left);
    if (candidate === undefined) break;
    left.delete(candidate);
    const search = board.targets.search(candidate.instance.id);
    const target = search.targets[0];
    if (target === undefined) {
      turnedDown.push(withoutTarget(candidate, search));
      continue;
    }
    seconds += candidate.cost.seconds;
    const targetHost = whatIf.indexOf(target.hostId);
    const before = {
      expected: overload.expectedMinutes(targetHost),
      certain: overload.minutesAt(targetHost, settings.harmZ),
    };
    whatIf.migrate(
      candidate.instance.id,
      target.hostId,
      Math.ceil(seconds / whatIf.loads.profile.stepSeconds),
    );
    board.targets.refresh(target.hostId);
    harm += overload.expectedMinutes(targetHost) - before.expected;
    certainHarm += overload.minutesAt(targetHost, settings.harmZ) - before.certain;

    const last = progress.at(-1)!;
    const expected = start - overload.expectedMinutes(host) - harm;
    progress.push({
      mark: whatIf.mark,
      expected,
      certain: startCertain - overload.minutesAt(host, settings.benefitZ) - certainHarm,
      cost: last.cost + candidate.cost.minutes,
    });
    moves.push({ candidate, sourceId: hostId, targetId: target.hostId, benefit: expected - last.expected });
  }

  const kept = bestPrefix(progress, settings.parameters.minimum_benefit);
  whatIf.undoTo(progress[kept]!.mark);
  for (const move of moves.slice(kept)) board.targets.refresh(move.targetId);
  board.targets.refresh(hostId);
  const reached = progress[kept > 0 ? kept : progress.length - 1]!;
  const { certain: certainMinutes, cost: costMinutes } = reached;
  if (kept === 0) turnedDown.push(...moves.map(move => notWorthIt(move, reached, settings)));
  return { moves: moves.slice(0, kept), certainMinutes, costMinutes, rejected: turnedDown };
}

/** The candidate that takes away most of the expected excess per minute of cost; undefined when none takes away any. */
function mostRelief(
  { whatIf, overload }: Board,
  host: number,
  left: ReadonlySet<Movable>,
): Movable | undefined {
  const now = overload.excess(host);
  let [best, most]: [Movable | undefined, number] = [undefined, 0];
  for (const candidate of left) {
    const relief = now - overload.excess(host, candidate.terms);
    const rate = relief / (candidate.cost.minutes + whatIf.loads.profile.stepSeconds / 60 / 100);
    if (relief > 1e-9 && rate > most) [best, most] = [candidate, rate];
  }
  return best;
}

/** How many moves to keep: those with the best expected net benefit, if its lower quantile passes. */
function bestPrefix(progress: readonly Progress[], margin: number): number {
  let [best, most] = [0, 0];
  for (const [n, { expected, certain, cost }] of progress.entries()) {
    if (n > 0 && certain > cost + margin && expected - cost > most) [best, most] = [n, expected - cost];
  }
  return best;
}

function withoutTarget(candidate: Movable, search: ReturnType<Targets['search']>): RejectedMove {
  const obstacles = [...search.obstacles.values()].flat();
  const reason = `no host takes it: ${search.tooLoaded} would come too close to a threshold, ${search.obstacles.size} kinds of host stand against it`;
  return { instanceId: candidate.instance.id, targetHostId: undefined, obstacles, reason };
}

function notWorthIt(move: Move, { certain, cost }: Progress, { parameters }: Settings): RejectedMove {
  const reason =
    `the benefit's lower quantile is ${certain.toFixed(1)} min, less than the cost of ${cost.toFixed(1)} min ` +
    `and the margin of ${parameters.minimum_benefit} min`;
  return { instanceId: move.candidate.instance.id, targetHostId: move.targetId, obstacles: [], reason };
}
