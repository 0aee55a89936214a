import { z } from 'zod';

import { MalformedReplyError } from '../errors.ts';
import type { Samples } from '../samples.ts';

/** One series of a reply: `seconds` are the instants at which the expression was evaluated. */
export interface MatrixSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: Samples;
}

const FRAME = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.literal('matrix'), result: z.array(z.unknown()) }),
});
const LABELS = z.record(z.string(), z.string());

/**
 * Reads `{status, data: {resultType: "matrix", result: [{metric: {label: value}, values: [[instant, "value"], …]}, …]}}`.
 * What is no finite number is no sample. Throws `MalformedReplyError`.
 */
export function readMatrix(body: unknown): MatrixSeries[] {
  const frame = FRAME.safeParse(body);
  if (!frame.success) throw new MalformedReplyError('the reply is not a successful matrix');
  return frame.data.data.result.map(entry => {
    const { metric, values } = (entry ?? {}) as { readonly metric?: unknown; readonly values?: unknown };
    const labels = LABELS.safeParse(metric);
    if (!labels.success || !Array.isArray(values)) {
      throw new MalformedReplyError('a series has no labels or no values');
    }
    return { labels: labels.data, samples: readPoints(values) };
  });
}

/** By hand: a reply holds up to a million of them. */
function readPoints(points: readonly unknown[]): Samples {
  const seconds = new Float64Array(points.length);
  const values = new Float64Array(points.length);
  let count = 0;
  for (const point of points) {
    const [at, text] = Array.isArray(point) ? (point as readonly unknown[]) : [];
    if (typeof at !== 'number' || typeof text !== 'string') {
      throw new MalformedReplyError(`a point is ${JSON.stringify(point)?.slice(0, 80)}`);
    }
    const value = text.trim() === '' ? NaN : Number(text);
    if (!Number.isFinite(value)) continue;
    seconds[count] = at;
    values[count] = value;
    count += 1;
  }
  return { seconds: seconds.subarray(0, count), values: values.subarray(0, count) };
}
