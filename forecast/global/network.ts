/**
 * A small fully connected network with leaky rectifiers, trained by Adam (Kingma & Ba, 2015). Everything is seeded: the same examples in the same order give the
 * same weights.
 */
export class Network {
  readonly sizes: readonly number[];
  readonly #layers: readonly Layer[];
  readonly #input: Float32Array;
  #updates = 0;

  constructor(sizes: readonly number[], random: () => number) {
    this.sizes = sizes;
    this.#input = new Float32Array(sizes[0]!);
    this.#layers = sizes.slice(1).map((outputs, n) => {
      // the last layer begins near 0: an untrained network changes nothing
      const isLast = n === sizes.length - 2;
      return createLayer(sizes[n]!, outputs, isLast ? 0.01 : 1, random);
    });
  }

  /** The outputs; the same array every time. */
  forward(input: Float32Array): Float32Array {
    this.#input.set(input);
    let values = this.#input;
    for (const [n, layer] of this.#layers.entries()) {
      multiply(layer, values);
      if (n < this.#layers.length - 1) rectify(layer.outputs);
      values = layer.outputs;
    }
    return values;
  }

  /** Adds the gradients of a loss whose derivative by the outputs of the last `forward` is given. */
  backward(byOutput: Float32Array): void {
    let deltas = byOutput;
    for (let n = this.#layers.length - 1; n >= 0; n -= 1) {
      const values = n === 0 ? this.#input : this.#layers[n - 1]!.outputs;
      const before = n === 0 ? undefined : this.#layers[n - 1]!.deltas;
      accumulate(this.#layers[n]!, values, deltas, before);
      if (before !== undefined) deltas = before;
    }
  }

  /** One step down the mean gradient of `examples`, which are then forgotten; `decay` pulls weights towards 0. */
  update(rate: number, examples: number, decay: number): void {
    this.#updates += 1;
    for (const layer of this.#layers) {
      for (const part of [layer.weights, layer.biases])
        adam(part, { rate, examples, updates: this.#updates, decay: part === layer.weights ? decay : 0 });
    }
  }
}

interface Parameters {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

interface Layer {
  readonly weights: Parameters;
  readonly biases: Parameters;
  readonly outputs: Float32Array;
  readonly deltas: Float32Array;
}

const LEAK = 0.05;

function createLayer(inputs: number, outputs: number, gain: number, random: () => number): Layer {
  const weights = parameters(inputs * outputs);
  const deviation = gain * Math.sqrt(2 / inputs);
  for (let n = 0; n < weights.values.length; n += 1) weights.values[n] = deviation * normal(random);
  return {
    weights,
    biases: parameters(outputs),
    outputs: new Float32Array(outputs),
    deltas: new Float32Array(outputs),
  };
}

function parameters(length: number): Parameters {
  const zeros = (): Float32Array => new Float32Array(length);
  return { values: zeros(), gradient: zeros(), mean: zeros(), square: zeros() };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
}

function multiply({ weights, biases, outputs }: Layer, inputs: Float32Array): void {
  outputs.set(biases.values);
  const width = outputs.length;
  const matrix = weights.values;
  for (let row = 0; row < inputs.length; row += 1) {
    const value = inputs[row]!;
    if (value === 0) continue;
    const base = row * width;
    for (let column = 0; column < width; column += 1) outputs[column]! += value * matrix[base + column]!;
  }
}

function rectify(values: Float32Array): void {
  for (let n = 0; n < values.length; n += 1) if (values[n]! < 0) values[n]! *= LEAK;
}

function accumulate(
  { weights, biases }: Layer,
  inputs: Float32Array,
  deltas: Float32Array,
  before: Float32Array | undefined,
): void {
  const width = deltas.length;
  const { values, gradient } = weights;
  for (let column = 0; column < width; column += 1) biases.gradient[column]! += deltas[column]!;
  for (let row = 0; row < inputs.length; row += 1) {
    const value = inputs[row]!;
    const base = row * width;
    let sum = 0;
    for (let column = 0; column < width; column += 1) {
      const delta = deltas[column]!;
      gradient[base + column]! += value * delta;
      sum += values[base + column]! * delta;
    }
    if (before !== undefined) before[row] = value > 0 ? sum : LEAK * sum;
  }
}

function adam(
  { values, gradient, mean, square }: Parameters,
  { rate, examples, updates, decay }: { rate: number; examples: number; updates: number; decay: number },
): void {
  const meanBias = 1 - 0.9 ** updates;
  const squareBias = 1 - 0.999 ** updates;
  for (let n = 0; n < values.length; n += 1) {
    const slope = gradient[n]! / examples;
    mean[n] = 0.9 * mean[n]! + 0.1 * slope;
    square[n] = 0.999 * square[n]! + 0.001 * slope * slope;
    const step = mean[n]! / meanBias / (Math.sqrt(square[n]! / squareBias) + 1e-8);
    values[n]! -= rate * (step + decay * values[n]!);
    gradient[n] = 0;
  }
}
