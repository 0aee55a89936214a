import type { UsageResource } from '../datasource.ts';
import type { Samples } from '../samples.ts';
import { filterFor, filterForDigits } from './labels.ts';
import type { MatrixSeries } from './matrix.ts';
import type { PrometheusApi } from './prometheus-api.ts';
import { PrometheusError } from './prometheus-api.ts';
import type { Recipe } from './recipes.ts';
import type { Windows } from './windows.ts';

export interface SeriesReaderOptions {
  readonly api: PrometheusApi;
  readonly recipe: Recipe;
  /** Label that holds the host's name or the id. */
  readonly label: string;
  readonly windows: Windows;
  readonly maximumPoints: number;
}

/** Resources to be read together. */
export interface Selection {
  readonly resources: readonly UsageResource[];
  /** First digits of their ids; undefined: they are named one by one. `''`: everything that Prometheus has. */
  readonly digits: string | undefined;
  narrowedTo(resources: readonly UsageResource[]): Selection;
}

export interface TaggedSeries {
  readonly metric: string;
  /** Of the label. */
  readonly value: string;
  /** Where Prometheus scraped it. */
  readonly target: string;
  /** `seconds` are the beginnings of the windows. */
  readonly samples: Samples;
}

/** Prometheus refuses more than 11,000 points of one series. */
const MAXIMUM_POINTS_OF_SERIES = 11_000;
/** Filters by digit: 1, 2, 4, 8 or 16. */
const MOST_SHARDS = 16;
const DIGITS = '0123456789abcdef';
/** Marks of which metric a series is, where several are read together. */
const METRIC_LABEL = 'auspex_metric';

/** Reads series for the windows of one query, in as few requests as the limits allow. */
export function createSeriesReader({ api, recipe, label, windows, maximumPoints }: SeriesReaderOptions) {
  const metricsAtOnce = recipe.alternatives[0]?.length ?? 1;
  let pointsPerResource = Math.max(1, windows.count * metricsAtOnce);

  return { selections, read };

  /**
   * Names are asked for one by one. Where that would take more requests only because they do not fit into one, and most of
   * what Prometheus has is wanted, everything is asked for, sorted by the first digit of the id if it is too much for one reply.
   */
  async function* selections(
    resources: readonly UsageResource[],
    signal: AbortSignal,
  ): AsyncGenerator<Selection> {
    const byPoints = Math.ceil((resources.length * pointsPerResource) / maximumPoints);
    const byNames = Math.ceil(resources.length / Math.max(1, namesThatFit(resources)));
    if (
      recipe.labelled !== 'host' &&
      byNames > byPoints + 2 &&
      resources.every(({ id }) => DIGITS.includes(id.charAt(0)))
    ) {
      const series = await countSeries(signal);
      const shards = shardsFor(series);
      const isMost = series <= 4 * resources.length * metricsAtOnce;
      if (isMost && shards !== undefined && shards < byNames) {
        yield* byDigits(resources, shards);
        return;
      }
    }
    for (let first = 0; first < resources.length;) {
      const most = Math.min(Math.floor(maximumPoints / pointsPerResource), namesThatFit(resources));
      const chunk = resources.slice(first, first + Math.max(1, most));
      first += chunk.length;
      yield selectionOf(chunk, undefined);
    }
  }

  function* byDigits(resources: readonly UsageResource[], shards: number): Generator<Selection> {
    const width = MOST_SHARDS / shards;
    for (let first = 0; first < MOST_SHARDS; first += width) {
      const digits = shards === 1 ? '' : DIGITS.slice(first, first + width);
      const members = resources.filter(({ id }) => digits === '' || digits.includes(id.charAt(0)));
      if (members.length > 0) yield selectionOf(members, digits);
    }
  }

  /** A power of two; undefined: the digits do not divide it finely enough. */
  function shardsFor(series: number): number | undefined {
    for (let shards = 1; shards <= MOST_SHARDS; shards *= 2) {
      if ((series * windows.count) / shards <= maximumPoints) return shards;
    }
    return undefined;
  }

  /** How many there are in the last window, of all alternatives. */
  async function countSeries(signal: AbortSignal): Promise<number> {
    const { granularitySeconds, firstAt, count } = windows;
    const all = marked(
      recipe.alternatives.flat().map(metric => `count_over_time(${metric}{}[${granularitySeconds}s])`),
    );
    const lastAt = firstAt + count * granularitySeconds;
    const last = { firstAt: lastAt, stepSeconds: granularitySeconds, points: 1 };
    const [found] = await api.read({ expression: `count(${all})`, ...last }, signal);
    return found?.samples.values[0] ?? 0;
  }

  /** How many of the resources fit into one expression, by their mean length. */
  function namesThatFit(resources: readonly UsageResource[]): number {
    const some = resources.slice(0, 50);
    if (some.length === 0) return 1;
    const metrics = recipe.alternatives[0] ?? [];
    const fixed = encodeURIComponent(expressionFor(metrics, '')).length + 200;
    const filter = encodeURIComponent(filterFor(label, recipe.labelled, some)).length;
    const timesNamed = expressionFor(['@'], '#').split('#').length - 1;
    const each = (filter / some.length) * timesNamed * metricsAtOnce;
    return Math.floor((api.maximumExpressionLength - fixed) / each);
  }

  async function read(
    metrics: readonly string[],
    selection: Selection,
    signal: AbortSignal,
  ): Promise<TaggedSeries[]> {
    const series: TaggedSeries[] = [];
    const { resources, digits } = selection;
    const filter = filterOf(selection);
    try {
      for (let first = 0; first < windows.count; first += MAXIMUM_POINTS_OF_SERIES) {
        const points = Math.min(MAXIMUM_POINTS_OF_SERIES, windows.count - first);
        series.push(...(await readPart(expressionFor(metrics, filter), { first, points }, signal)));
      }
    } catch (error) {
      if (!isTooMuch(error) || digits !== undefined || resources.length < 2) throw error;
      const half = Math.ceil(resources.length / 2);
      pointsPerResource = Math.max(pointsPerResource, maximumPoints / half);
      const one = await read(metrics, selection.narrowedTo(resources.slice(0, half)), signal);
      return [...one, ...(await read(metrics, selection.narrowedTo(resources.slice(half)), signal))];
    }
    if (digits === undefined) {
      const points = series.reduce((sum, { samples }) => sum + samples.values.length, 0);
      // Instances may have several disks and ports: what the reply held tells how many to ask for next.
      pointsPerResource = Math.max(pointsPerResource, points / resources.length);
    }
    return joinParts(series);
  }

  async function readPart(
    expression: string,
    part: { readonly first: number; readonly points: number },
    signal: AbortSignal,
  ): Promise<TaggedSeries[]> {
    const { granularitySeconds, firstAt } = windows;
    // A window is evaluated at its end.
    const endAt = firstAt + (part.first + 1) * granularitySeconds;
    const query = { expression, firstAt: endAt, stepSeconds: granularitySeconds, points: part.points };
    const found = await api.read(query, signal);
    return found.flatMap(one => tagged(one) ?? []);
  }

  function tagged({ labels, samples }: MatrixSeries): TaggedSeries | undefined {
    const value = labels[label];
    if (value === undefined) return undefined;
    const seconds = samples.seconds.map(at => at - windows.granularitySeconds);
    return {
      metric: labels[METRIC_LABEL] ?? '',
      value,
      target: labels['instance'] ?? '',
      samples: { seconds, values: samples.values },
    };
  }

  function filterOf({ resources, digits }: Selection): string {
    if (digits === '') return '';
    return digits === undefined
      ? filterFor(label, recipe.labelled, resources)
      : filterForDigits(label, recipe.labelled, digits);
  }

  function expressionFor(metrics: readonly string[], filter: string): string {
    const by = label === 'instance' ? label : `${label}, instance`;
    const expressions = metrics.map(metric =>
      recipe.expression({ metric, filter, by, windowSeconds: windows.windowSeconds }),
    );
    return marked(expressions);
  }
}

/** All of them in one reply, told apart by a label of ours. */
function marked(expressions: readonly string[]): string {
  if (expressions.length === 1) return expressions[0]!;
  return expressions
    .map((expression, n) => `label_replace(${expression}, "${METRIC_LABEL}", "${n}", "", "")`)
    .join(' or ');
}

/** Parts of one series, read one after the other, become one again. */
function joinParts(parts: readonly TaggedSeries[]): TaggedSeries[] {
  const same = Map.groupBy(parts, ({ metric, value, target }) => JSON.stringify([metric, value, target]));
  return [...same.values()].map(([first, ...others]) => {
    if (others.length === 0) return first!;
    const all = [first!, ...others].map(({ samples }) => samples);
    return {
      ...first!,
      samples: {
        seconds: Float64Array.from(all.flatMap(({ seconds }) => [...seconds])),
        values: Float64Array.from(all.flatMap(({ values }) => [...values])),
      },
    };
  });
}

function selectionOf(resources: readonly UsageResource[], digits: string | undefined): Selection {
  return { resources, digits, narrowedTo: some => selectionOf(some, digits) };
}

function isTooMuch(error: unknown): boolean {
  return error instanceof PrometheusError && /too many samples/.test(error.message);
}
