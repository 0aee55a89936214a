/** What training learns from: columns of equal length, one example after the other. */
export class Examples {
  readonly features: number;
  readonly nodes: number;
  readonly probabilities: number;
  readonly most: number;
  #count = 0;
  #seen = 0;
  #columns: Columns;
  readonly #random: () => number;

  /** Keeps a fair sample of at most `most` of all that is offered. */
  constructor(shape: ExampleShape, most: number, random: () => number) {
    this.features = shape.features;
    this.nodes = shape.nodes;
    this.probabilities = shape.probabilities;
    this.most = most;
    this.#random = random;
    this.#columns = columnsOf(shape, most);
  }

  get length(): number {
    return this.#count;
  }

  get columns(): Columns {
    return this.#columns;
  }

  add(example: Example): void {
    this.#seen += 1;
    const at = this.#count < this.most ? this.#count : Math.floor(this.#random() * this.#seen);
    if (at >= this.most) return;
    if (this.#count < this.most) this.#count += 1;
    const { columns } = this;
    columns.features.set(example.features, at * this.features);
    columns.quantiles.set(example.quantiles, at * this.nodes * this.probabilities);
    columns.spreads.set(example.spreads, at * this.nodes);
    columns.actuals.set(example.actuals, at * this.nodes);
    columns.units[at] = example.unit;
  }
}

export interface ExampleShape {
  readonly features: number;
  readonly nodes: number;
  readonly probabilities: number;
}

/** One series at one moment. */
export interface Example {
  readonly features: Float32Array;
  /** What the experts forecast, node by node. */
  readonly quantiles: Float32Array;
  /** In what each node's corrections are measured. */
  readonly spreads: Float32Array;
  /** What came; NaN = no sample. */
  readonly actuals: Float32Array;
  readonly unit: number;
}

export interface Columns {
  readonly features: Float32Array;
  readonly quantiles: Float32Array;
  readonly spreads: Float32Array;
  readonly actuals: Float32Array;
  readonly units: Float32Array;
}

function columnsOf({ features, nodes, probabilities }: ExampleShape, most: number): Columns {
  return {
    features: new Float32Array(most * features),
    quantiles: new Float32Array(most * nodes * probabilities),
    spreads: new Float32Array(most * nodes),
    actuals: new Float32Array(most * nodes),
    units: new Float32Array(most),
  };
}
