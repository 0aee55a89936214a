/**
 * How well the quantiles of sums are calibrated: random sets of VMs of a real trace, one hour ahead. Peers in the same run: the sum of the VMs' own
 * 95 % bounds, and the same terms without common factors. "covered" should be 0.95; "headroom" is what the bound asks for above what came, in vCPUs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { normalQuantile } from '../cluster/normal.ts';
import { openTrace } from '../devstack/lab/scenario/trace.ts';
import { ForecastBuilder } from '../forecast/forecast-builder.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { report } from './results.ts';
import { cloudOf, seededRandom } from './synthetic-cloud.ts';

const HISTORY = 14 * 288;
const STEPS = 12;
const STEP_SECONDS = 300;
const START = 1_767_225_600;
const VCPUS = 4;
const FIRST_ORIGIN = 10_000;
const ORIGINS = 14;
const ORIGIN_DISTANCE = 1117;
const SETS = 60;
const Z95 = normalQuantile(0.95);

interface Row {
  readonly name: string;
  readonly cpuPercent: Float32Array;
}

class Tally {
  #count = 0;
  #covered = 0;
  #headroom = 0;

  add(bound: number, actual: number): void {
    this.#count += 1;
    if (actual <= bound) this.#covered += 1;
    this.#headroom += bound - actual;
  }

  get row(): Readonly<Record<string, number>> {
    return {
      covered: Number((this.#covered / this.#count).toFixed(3)),
      headroom: Number((this.#headroom / this.#count).toFixed(2)),
    };
  }
}

function forecastAt(rows: readonly Row[], origin: number): Forecast {
  const resourceIds = rows.map(({ name }) => name);
  const values = new Float32Array(rows.length * HISTORY);
  for (const [n, { cpuPercent }] of rows.entries())
    values.set(cpuPercent.subarray(origin - HISTORY, origin), n * HISTORY);
  const cluster = cloudOf(resourceIds, VCPUS);
  const options = { metrics: ['cpu'], startAt: START, stepSeconds: STEP_SECONDS, steps: STEPS } as const;
  const builder = new ForecastBuilder({ cluster, ...options });
  const startAt = START - HISTORY * STEP_SECONDS;
  builder.add({
    metric: 'instance_cpu_usage',
    startAt,
    stepSeconds: STEP_SECONDS,
    steps: HISTORY,
    resourceIds,
    values,
  });
  return builder.build();
}

/** Each bound on the sum of the set's loads, step by step. */
function bounds(
  forecast: Forecast,
  ids: readonly string[],
): Readonly<Record<string, (step: number) => number>> {
  const sum = forecast.sumQuantile(ids, 'cpu', 0.95);
  const own = ids.map(id => forecast.at(id, 'cpu', 0.95)!);
  const terms = ids.map(id => forecast.instanceTerms(id, 'cpu')!);
  const { factors } = forecast;
  return {
    'additive terms': step => sum[step]!,
    'sum of bounds': step => own.reduce((total, bound) => total + bound[step]!, 0),
    'terms, no factors': step => {
      let [mean, variance] = [0, 0];
      for (const { mean: m, ownVariance, loadings } of terms) {
        mean += m[step]!;
        variance += ownVariance[step]!;
        for (let k = 0; k < factors; k += 1) variance += loadings[step * factors + k]! ** 2;
      }
      return mean + Z95 * Math.sqrt(variance);
    },
  };
}

function actualSum(rows: readonly Row[], at: number): number {
  return rows.reduce((total, { cpuPercent }) => total + Math.min(VCPUS, (cpuPercent[at]! * VCPUS) / 100), 0);
}

function measure(folder: string): readonly Readonly<Record<string, string | number>>[] {
  const random = seededRandom(3);
  const { rows } = openTrace(folder);
  const tallies = new Map<string, Tally>();
  for (let n = 0; n < ORIGINS; n += 1) {
    const origin = FIRST_ORIGIN + n * ORIGIN_DISTANCE;
    const known = rows.filter(row => !row.cpuPercent.subarray(origin - 1, origin + STEPS).some(Number.isNaN));
    const forecast = forecastAt(known, origin);
    const usable = known.filter(({ name }) => forecast.instanceTerms(name, 'cpu') !== undefined);
    if (usable.length === 0) continue; // a hole of the whole trace
    for (const size of [5, 10, 20, 40]) {
      for (let set = 0; set < SETS; set += 1) {
        const chosen = Array.from({ length: size }, () => usable[Math.floor(random() * usable.length)]!);
        const of = [...new Set(chosen)];
        for (const [name, bound] of Object.entries(
          bounds(
            forecast,
            of.map(({ name: id }) => id),
          ),
        )) {
          const key = `${size} VMs/${name}`;
          if (!tallies.has(key)) tallies.set(key, new Tally());
          for (let step = 0; step < STEPS; step += 1)
            tallies.get(key)!.add(bound(step), actualSum(of, origin + step));
        }
      }
    }
  }
  return [...tallies].map(([key, tally]) => ({
    set: key.split('/')[0]!,
    bound: key.split('/')[1]!,
    ...tally.row,
  }));
}

const folder = join(import.meta.dirname, '../../shared/traces/bitbrains-rnd');
if (existsSync(folder)) report('sums', measure(folder));
else console.log(`bench:sums is skipped: there is no trace at ${folder}`);
