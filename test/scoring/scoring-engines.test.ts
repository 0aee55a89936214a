import { expect } from 'chai';
import fc from 'fast-check';
import { SCORING_ENGINES, scoringEngine } from '../../scoring/scoring-engines.ts';
import { ScoringError } from '../../scoring/scoring-engine.ts';

const MIB = 1024 * 1024;
/** Idle in every respect. */
const IDLE = [0, 4096 * MIB, 2048 * MIB, 0, 0, 0, 0, 0, 0];

describe('scoring engines', () => {
  it("are Watcher's", () => {
    expect(SCORING_ENGINES.map(({ name, description }) => [name, description])).to.deep.equal([
      ['dummy_scorer', 'Dummy workload classifier'],
      ['dummy_min_scorer', 'Dummy Scorer calculating the minimum value'],
      ['dummy_max_scorer', 'Dummy Scorer calculating the maximum value'],
      ['dummy_avg_scorer', 'Dummy Scorer calculating the average value'],
    ]);
  });

  for (const [what, changes, workload, probabilities] of [
    ['nothing going on', {}, 'idle', [100, 0, 0, 0]],
    ['a busy processor', { 0: 80 }, 'cpu-intensive', [0, 100, 0, 0]],
    ['a half busy processor', { 0: 79 }, 'idle', [100, 50, 0, 0]],
    ['paging in and out', { 3: 1000, 4: 1000 }, 'memory-intensive', [0, 0, 100, 0]],
    ['paging in alone', { 3: 1000, 4: 999 }, 'idle', [100, 0, 50, 0]],
    ['busy disks', { 5: 50 * MIB, 6: 50 * MIB }, 'disk-intensive', [0, 0, 0, 100]],
    ['disks that are only read', { 5: 50 * MIB }, 'idle', [100, 0, 0, 0]],
  ] as const) {
    it(`dummy_scorer calls ${what} ${workload}`, () => {
      const engine = scoringEngine('dummy_scorer');
      const features = Object.assign([...IDLE], changes);

      const [index, ...rest] = JSON.parse(engine.calculateScore(JSON.stringify(features))) as number[];
      const { workloads } = JSON.parse(engine.metainfo) as { workloads: string[] };
      expect(workloads[index!]).to.equal(workload);
      expect(rest).to.deep.equal(probabilities);
    });
  }

  it('give least, greatest and average of any list', () => {
    const list = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 });
    fc.assert(
      fc.property(list, values => {
        const score = (name: string) =>
          (JSON.parse(scoringEngine(name).calculateScore(JSON.stringify(values))) as number[])[0]!;

        expect(values).to.include(score('dummy_min_scorer')).and.to.include(score('dummy_max_scorer'));
        for (const value of values) {
          expect(value).to.be.within(score('dummy_min_scorer'), score('dummy_max_scorer'));
        }
        const sum = values.reduce((before, value) => before + value, 0);
        expect(score('dummy_avg_scorer') * values.length).to.be.closeTo(sum, 1e-6);
      }),
    );
  });

  for (const [engine, features, problem] of [
    ['dummy_scorer', 'x', 'dummy_scorer is unable to parse its features: they are no JSON.'],
    ['dummy_scorer', '{}', 'dummy_scorer takes a JSON list of numbers.'],
    ['dummy_scorer', '[1, 2]', 'dummy_scorer takes 9 features, not 2.'],
    ['dummy_avg_scorer', '[]', 'dummy_avg_scorer takes at least one feature.'],
    ['dummy_min_scorer', '["a"]', 'dummy_min_scorer takes a JSON list of numbers.'],
  ] as const) {
    it(`${engine} refuses ${features}`, () => {
      expect(() => scoringEngine(engine).calculateScore(features)).to.throw(ScoringError, problem);
    });
  }

  it('are not to be had by another name', () => {
    expect(() => scoringEngine('oracle')).to.throw(ScoringError, 'There is no scoring engine oracle.');
  });
});
