import type { QuantileCorrection } from '../../forecast/global/correction.ts';
import { spreadOf, trainCorrection } from '../../forecast/global/correction.ts';
import { chooseWeight } from '../../forecast/global/choose-weight.ts';
import { Examples } from '../../forecast/global/examples.ts';
import { featureCount } from '../../forecast/online/features.ts';
import { ONLINE_PROBABILITIES } from '../../forecast/online/predict.ts';
import { SeriesBank } from '../../forecast/online/series-bank.ts';
import { seededRandom } from '../synthetic-cloud.ts';
import type { BacktestArguments } from './arguments.ts';
import { gridOf } from './forecaster.ts';
import { readSeries } from './series.ts';

const P = ONLINE_PROBABILITIES.length;
const MOST_EXAMPLES = 200_000;
const MOST_UNSEEN = 40_000;
/** Every so manieth series is kept for judging what was learnt. */
const HELD_OUT = 5;
/** Moments per series that are learnt from, on average. */
const MOMENTS_PER_SERIES = 90;
/** Samples after which a series is worth learning from. */
const WARM_UP = 40;

/** A model of all series and how much of it to believe. */
export interface TrainedCorrection {
  readonly correction: QuantileCorrection;
  readonly weight: number;
  readonly examples: number;
}

/**
 * Learns from series, leaving out those that are forecast (by name), and judges on a fifth of them that it has not seen. Undefined when there is
 * nothing to learn from.
 */
export async function trainOn(
  options: BacktestArguments,
  forecastNames: ReadonlySet<string>,
): Promise<TrainedCorrection | undefined> {
  const random = seededRandom(20_260_101);
  const bank = new SeriesBank(gridOf(options));
  const shape = {
    features: featureCount(bank.nodes.length),
    nodes: bank.nodes.length,
    probabilities: P,
  };
  const seen = new Examples(shape, MOST_EXAMPLES, random);
  const unseen = new Examples(shape, MOST_UNSEEN, random);
  let count = 0;
  const inputs = { ...options, inputs: options.train, rows: undefined };
  for await (const { name, values } of readSeries(inputs)) {
    if (forecastNames.has(name)) continue;
    count += 1;
    collect(values, { options, bank, examples: count % HELD_OUT === 0 ? unseen : seen, random });
  }
  if (seen.length === 0 || unseen.length === 0) return undefined;
  const correction = trainCorrection(seen, random);
  return { correction, weight: chooseWeight(correction, unseen), examples: seen.length };
}

function collect(
  values: Float32Array,
  {
    options,
    bank,
    examples,
    random,
  }: { options: BacktestArguments; bank: SeriesBank; examples: Examples; random: () => number },
): void {
  const { stepsAhead, clip } = options;
  const series = bank.add();
  const quantiles = new Float64Array(stepsAhead * P);
  const features = new Float32Array(examples.features);
  const chance = MOMENTS_PER_SERIES / Math.max(1, values.length - WARM_UP - stepsAhead);
  for (let step = 0; step + stepsAhead <= values.length; step += 1) {
    if (step >= WARM_UP && random() < chance && !Number.isNaN(values[step - 1]!)) {
      if (bank.describe(series, clip, quantiles, features)) {
        const unit = bank.unit(series);
        const ahead = values.subarray(step, step + stepsAhead);
        examples.add({
          features,
          unit,
          quantiles: Float32Array.from(
            { length: examples.nodes * P },
            (_, n) => quantiles[bank.nodes[Math.floor(n / P)]! * P + (n % P)]!,
          ),
          spreads: Float32Array.from(bank.nodes, node => spreadOf(quantiles, node * P, unit)),
          actuals: Float32Array.from(bank.nodes, node => ahead[node]!),
        });
      }
    }
    bank.observe(series, step, values[step]!);
  }
}
