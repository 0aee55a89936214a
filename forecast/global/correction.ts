import { ONLINE_PROBABILITIES } from '../online/predict.ts';
import type { Examples } from './examples.ts';
import { Network } from './network.ts';
import { Scaling } from './scaling.ts';

const P = ONLINE_PROBABILITIES.length;

export interface TrainingOptions {
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly networks: number;
  readonly rate: number;
  readonly decay: number;
  readonly batch: number;
}

export const TRAINING: TrainingOptions = {
  hidden: [48, 32],
  epochs: 6,
  networks: 2,
  rate: 0.002,
  decay: 0.05,
  batch: 64,
};

/**
 * Learns from all series how the experts' quantiles are typically off, given the shape of a series, and corrects them: an ensemble of small networks under the pinball
 * loss. It begins as "no correction".
 */
export class QuantileCorrection {
  readonly #scaling: Scaling;
  readonly #networks: readonly Network[];
  readonly #input: Float32Array;
  readonly #sum: Float32Array;

  constructor(scaling: Scaling, networks: readonly Network[]) {
    this.#scaling = scaling;
    this.#networks = networks;
    this.#input = new Float32Array(scaling.means.length);
    this.#sum = new Float32Array(networks[0]!.sizes.at(-1)!);
  }

  /** Corrections in units of the spread, node by node; the same array every time. */
  at(features: Float32Array): Float32Array {
    this.#scaling.apply(features, 0, this.#input);
    this.#sum.fill(0);
    for (const network of this.#networks) {
      const outputs = network.forward(this.#input);
      for (let n = 0; n < outputs.length; n += 1) this.#sum[n]! += outputs[n]! / this.#networks.length;
    }
    return this.#sum;
  }
}

/** In what corrections at a node are measured: how far apart the experts' outer quantiles are. `quantiles` begin at the node. */
export function spreadOf(quantiles: Float64Array, at: number, unit: number): number {
  return quantiles[at + P - 1]! - quantiles[at]! + 0.2 * unit;
}

/** O(examples × weights × epochs). */
export function trainCorrection(
  examples: Examples,
  random: () => number,
  options: TrainingOptions = TRAINING,
): QuantileCorrection {
  const scaling = new Scaling(examples.columns.features, examples.features, examples.length);
  const sizes = [examples.features, ...options.hidden, examples.nodes * P];
  const networks = Array.from({ length: options.networks }, () => {
    const network = new Network(sizes, random);
    fit(network, { examples, scaling, random, options });
    return network;
  });
  return new QuantileCorrection(scaling, networks);
}

interface Fitting {
  readonly examples: Examples;
  readonly scaling: Scaling;
  readonly random: () => number;
  readonly options: TrainingOptions;
}

function fit(network: Network, { examples, scaling, random, options }: Fitting): void {
  const order = Uint32Array.from({ length: examples.length }, (_, n) => n);
  const input = new Float32Array(examples.features);
  const gradient = new Float32Array(examples.nodes * P);
  const { units } = examples.columns;
  const typical = units.subarray(0, examples.length).reduce((sum, unit) => sum + unit, 0) / examples.length;
  const updates = options.epochs * Math.ceil(examples.length / options.batch);
  let update = 0;
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += options.batch) {
      const batch = order.subarray(from, from + options.batch);
      for (const example of batch) {
        scaling.apply(examples.columns.features, example * examples.features, input);
        const weight = 1 / Math.sqrt(units[example]! + 0.1 * typical);
        pinballGradient(examples, example, network.forward(input), weight, gradient);
        network.backward(gradient);
      }
      update += 1;
      const rate = 0.5 * options.rate * (1 + Math.cos((Math.PI * update) / updates));
      network.update(rate, batch.length, options.decay);
    }
  }
}

/** Pinball losses are smooth within this share of the spread. */
const SMOOTH = 0.02;

function pinballGradient(
  { columns, nodes }: Examples,
  example: number,
  corrections: Float32Array,
  weight: number,
  gradient: Float32Array,
): void {
  for (let node = 0; node < nodes; node += 1) {
    const actual = columns.actuals[example * nodes + node]!;
    const spread = columns.spreads[example * nodes + node]!;
    for (let p = 0; p < P; p += 1) {
      const n = node * P + p;
      const error = actual - columns.quantiles[example * nodes * P + n]! - spread * corrections[n]!;
      const probability = ONLINE_PROBABILITIES[p]!;
      const slope =
        Math.abs(error) < SMOOTH * spread
          ? probability - 0.5 + (0.5 * error) / (SMOOTH * spread)
          : error >= 0
            ? probability
            : probability - 1;
      gradient[n] = Number.isNaN(error) ? 0 : -weight * spread * slope;
    }
  }
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let n = order.length - 1; n > 0; n -= 1) {
    const other = Math.floor(random() * (n + 1));
    [order[n], order[other]] = [order[other]!, order[n]!];
  }
}
