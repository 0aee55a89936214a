import { MalformedReplyError } from '../errors.ts';
import type { Samples } from '../samples.ts';

/** One series of a reply of `POST /v1/aggregates?groupby=…`. */
export interface ReplySeries {
  /** The attributes that the reply was grouped by. */
  readonly group: Readonly<Record<string, unknown>>;
  readonly granularitySeconds: number;
  readonly samples: Samples;
}

/**
 * Reads `[{group, measures: {measures: {resource: {metric: {mean: [[instant, granularity, value], …]}}}}}, …]`.
 * Points of another granularity are left out; a null is no sample.
 * Throws `MalformedReplyError`.
 */
export function readAggregates(body: unknown, granularitySeconds: number): ReplySeries[] {
  if (!Array.isArray(body)) throw new MalformedReplyError('the reply is not a list of groups');
  return body.flatMap((entry: unknown) => {
    const group = member(entry, 'group');
    const resources = Object.values(member(member(entry, 'measures'), 'measures'));
    return resources.flatMap(resource =>
      Object.keys(asObject(resource, 'a resource')).flatMap(metric =>
        Object.values(member(resource, metric)).map(rows => ({
          group,
          granularitySeconds,
          samples: readRows(rows, granularitySeconds, metric),
        })),
      ),
    );
  });
}

function readRows(rows: unknown, granularitySeconds: number, metric: string): Samples {
  if (!Array.isArray(rows)) throw new MalformedReplyError(`the points of ${metric} are not a list`);
  const seconds = new Float64Array(rows.length);
  const values = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows as readonly unknown[]) {
    const [instant, granularity, value] = Array.isArray(row) ? (row as readonly unknown[]) : [];
    const at = typeof instant === 'string' ? Date.parse(instant) / 1000 : NaN;
    if (
      Number.isNaN(at) ||
      typeof granularity !== 'number' ||
      (typeof value !== 'number' && value !== null)
    ) {
      throw new MalformedReplyError(`a point of ${metric} is ${JSON.stringify(row)?.slice(0, 80)}`);
    }
    if (granularity !== granularitySeconds || value === null) continue;
    seconds[count] = at;
    values[count] = value;
    count += 1;
  }
  return { seconds: seconds.subarray(0, count), values: values.subarray(0, count) };
}

function member(value: unknown, key: string): Record<string, unknown> {
  return asObject(asObject(value, `what holds ${key}`)[key], key);
}

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new MalformedReplyError(`${what} is not an object`);
}
