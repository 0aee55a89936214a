import type { Overload } from '../../candidates/overload.ts';
import type { TargetSearch, Targets } from '../../candidates/targets.ts';
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

/**
 * Moves instances off the host, the one with most relief per cost first, until its upper quantile is below every threshold, no move
 * helps or the budget is spent; keeps as many of these moves as give the best expected benefit whose lower quantile exceeds cost + margin, and undoes the rest. What it
 * keeps stays done in the what-if.
 */
export function relieveHost(board: Board, hostId: string, budget: number): Relief {
  const attempt = new Attempt(board, hostId);
  for (let moves = 0; moves < budget && attempt.isNeeded(); moves += 1) if (!attempt.moveNext()) break;
  return attempt.keepBest();
}

/** What a number of moves has reached, against no move at all. */
interface Progress {
  /** To get back there. */
  readonly mark: number;
  /** Expected minutes of overload removed, over source and targets. */
  readonly expected: number;
  /** The same at the lower quantile. */
  readonly certain: number;
  /** Minutes. */
  readonly cost: number;
  /** How long the copies take, one after the other. */
  readonly copySeconds: number;
}

class Attempt {
  readonly #board: Board;
  readonly #hostId: string;
  readonly #host: number;
  readonly #left: Set<Movable>;
  readonly #rejected: RejectedMove[];
  readonly #moves: Move[] = [];
  /** After no move, one move, two moves … */
  readonly #progress: Progress[];

  constructor(board: Board, hostId: string) {
    this.#board = board;
    this.#hostId = hostId;
    this.#host = board.whatIf.indexOf(hostId);
    const { movable, rejected } = movableInstances(board.whatIf, board.overload, hostId, board.settings);
    this.#left = new Set(movable);
    this.#rejected = [...rejected];
    this.#progress = [{ mark: board.whatIf.mark, expected: 0, certain: 0, cost: 0, copySeconds: 0 }];
  }

  /** Whether the host still comes too close to a threshold. */
  isNeeded(): boolean {
    return this.#board.overload.minutesAt(this.#host, this.#board.settings.upperZ) > 0;
  }

  /** Makes the next move; false when there is none that helps. */
  moveNext(): boolean {
    for (;;) {
      const candidate = this.#mostRelief();
      if (candidate === undefined) return false;
      this.#left.delete(candidate);
      const search = this.#board.targets.search(candidate.instance.id);
      if (search.targets[0] !== undefined) {
        this.#move(candidate, search.targets[0].hostId);
        return true;
      }
      this.#rejected.push(withoutTarget(candidate, search));
    }
  }

  /** Undoes the moves that are not worth it. */
  keepBest(): Relief {
    const kept = this.#bestCount();
    this.#board.whatIf.undoTo(this.#progress[kept]!.mark);
    for (const { targetId } of this.#moves) this.#board.targets.refresh(targetId);
    this.#board.targets.refresh(this.#hostId);
    const { certain, cost } = kept > 0 ? this.#progress[kept]! : this.#progress.at(-1)!;
    if (kept === 0) this.#rejected.push(...this.#moves.map(move => this.#notWorthIt(move, certain, cost)));
    const moves = this.#moves.slice(0, kept);
    return { moves, certainMinutes: certain, costMinutes: cost, rejected: this.#rejected };
  }

  /** The candidate that takes away most of the expected excess per minute of cost; undefined when none takes away any. */
  #mostRelief(): Movable | undefined {
    const { overload } = this.#board;
    const now = overload.excess(this.#host);
    let [best, most]: [Movable | undefined, number] = [undefined, 0];
    for (const candidate of this.#left) {
      const relief = now - overload.excess(this.#host, candidate.terms);
      const rate = relief / (candidate.cost.minutes + LEAST_COST_MINUTES);
      if (relief > NEGLIGIBLE && rate > most) [best, most] = [candidate, rate];
    }
    return best;
  }

  #move(candidate: Movable, targetId: string): void {
    const { whatIf, targets } = this.#board;
    const last = this.#progress.at(-1)!;
    const copySeconds = last.copySeconds + candidate.cost.seconds;
    const before = this.#minutes(targetId);
    whatIf.migrate(
      candidate.instance.id,
      targetId,
      Math.ceil(copySeconds / whatIf.loads.profile.stepSeconds),
    );
    const after = this.#minutes(targetId);
    targets.refresh(targetId);
    const benefit = before.expected - after.expected;
    this.#progress.push({
      mark: whatIf.mark,
      expected: last.expected + benefit,
      certain: last.certain + before.certain - after.certain,
      cost: last.cost + candidate.cost.minutes,
      copySeconds,
    });
    this.#moves.push({ candidate, sourceId: this.#hostId, targetId, benefit });
  }

  /** Minutes of overload of the source and a target, expected and along the quantiles that make the benefit small. */
  #minutes(targetId: string): { readonly expected: number; readonly certain: number } {
    const { overload, whatIf, settings } = this.#board;
    const target = whatIf.indexOf(targetId);
    return {
      expected: overload.expectedMinutes(this.#host) + overload.expectedMinutes(target),
      certain: overload.minutesAt(this.#host, settings.benefitZ) + overload.minutesAt(target, settings.harmZ),
    };
  }

  /** How many moves to keep: those with the best expected net benefit, if its lower quantile passes. */
  #bestCount(): number {
    const margin = this.#board.settings.parameters.minimum_benefit;
    let [best, most] = [0, 0];
    for (const [count, { expected, certain, cost }] of this.#progress.entries()) {
      const isWorthIt = count > 0 && certain > cost + margin;
      if (isWorthIt && expected - cost > most) [best, most] = [count, expected - cost];
    }
    return best;
  }

  #notWorthIt(move: Move, certain: number, cost: number): RejectedMove {
    const reason =
      `the benefit's lower quantile is ${certain.toFixed(1)} min, not more than the cost of ${cost.toFixed(1)} min ` +
      `and the margin of ${this.#board.settings.parameters.minimum_benefit} min`;
    return { instanceId: move.candidate.instance.id, targetHostId: move.targetId, obstacles: [], reason };
  }
}

/** Share of capacity × minutes that is no relief but rounding. */
const NEGLIGIBLE = 1e-9;
/** Added to every cost, so that an instance which costs next to nothing does not go before one that relieves. */
const LEAST_COST_MINUTES = 0.05;

function withoutTarget(candidate: Movable, search: TargetSearch): RejectedMove {
  const obstacles = [...search.obstacles.values()].flat();
  const tried =
    `none of the ${search.lookedAt} hosts with most headroom takes it: ${search.tooLoaded} would come too close to a threshold, ` +
    `something else stands against ${search.obstacles.size} hosts or kinds of host`;
  const reason = search.lookedAt === 0 && obstacles.length === 0 ? 'no host has headroom left' : tried;
  return { instanceId: candidate.instance.id, targetHostId: undefined, obstacles, reason };
}
