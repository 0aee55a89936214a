/**
 * Shows how a strategy works with scoring engines: invents figures of a machine, has `dummy_scorer` say what workload that is and
 * `dummy_avg_scorer` average another list, and plans messages that tell both.
 *
 * It looks at neither the cloud nor metrics; its figures are drawn anew for each audit, from the instant at which it runs.
 * Known limit: it is no optimisation.
 */
import { z } from 'zod';
import { scoringEngine } from '../scoring/scoring-engines.ts';
import { fixedPlan, NO_NEEDS } from './fixed-plan.ts';
import type { Strategy } from './strategy.ts';

const parameters = z.strictObject({
  param1: z.number().min(1).max(10.2).default(3.2).meta({ description: 'number parameter example' }),
  param2: z.string().default('hello').meta({ description: 'string parameter example' }),
});

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** Of the list to be averaged: different numbers below 1000. */
const NUMBERS = 20;

type Draw = (from: number, to: number) => number;

export const dummyWithScorer: Strategy<z.output<typeof parameters>> = {
  name: 'dummy_with_scorer',
  displayName: 'Dummy Strategy using sample Scoring Engines',
  goal: 'dummy',
  parameters,
  planner: 'weight',
  needs: () => NO_NEEDS,
  decide({ cluster }) {
    const draw = integersFrom(Date.parse(cluster.takenAt));
    return fixedPlan(
      [
        { type: 'nop', parameters: { message: 'Hello from Dummy Strategy with Scorer!' } },
        { type: 'nop', parameters: { message: `Detected Workload: ${detectWorkload(draw)}` } },
        { type: 'nop', parameters: { message: `AVG Scorer result: ${averageOf(draw)}` } },
        { type: 'sleep', parameters: { duration: 5 } },
      ],
      'the dummy strategy with scorer',
    );
  },
};

const metainfo = z.object({ workloads: z.array(z.string()) });
const result = z.tuple([z.number()], z.number());

function detectWorkload(draw: Draw): string {
  const scorer = scoringEngine('dummy_scorer');
  const features = [
    draw(0, 100),
    4 * GIB,
    draw(GIB, 4 * GIB),
    draw(0, 2000),
    draw(0, 2000),
    draw(0, 200 * MIB),
    draw(0, 200 * MIB),
    draw(0, 20 * MIB),
    draw(0, 10 * MIB),
  ];
  const [index] = result.parse(JSON.parse(scorer.calculateScore(JSON.stringify(features))));
  const { workloads } = metainfo.parse(JSON.parse(scorer.metainfo));
  return workloads[index] ?? 'unknown';
}

function averageOf(draw: Draw): string {
  const numbers = new Set<number>();
  while (numbers.size < NUMBERS) numbers.add(draw(0, 999));
  const scorer = scoringEngine('dummy_avg_scorer');
  const [average] = result.parse(JSON.parse(scorer.calculateScore(JSON.stringify([...numbers]))));
  return Number.isInteger(average) ? average.toFixed(1) : String(average);
}

/** Whole numbers from `from` to `to`, both included: a linear congruential generator (Knuth's MMIX constants), so that a decision repeats. */
function integersFrom(seed: number): Draw {
  let state = BigInt.asUintN(64, BigInt(Math.trunc(seed)));
  return (from, to) => {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    return from + Math.floor((Number(state >> 32n) / 2 ** 32) * (to - from + 1));
  };
}
