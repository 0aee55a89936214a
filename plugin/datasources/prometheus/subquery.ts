import type { MatrixQuery } from './prometheus-api.ts';

/**
 * The same as a range query, as one expression for an instant query. Half a step more than the first instant: whether a range
 * includes its beginning differs between Prometheus 2 and 3. Needs Prometheus 2.33 (the `@` modifier).
 */
export function subqueryOf({ expression, firstAt, stepSeconds, points }: MatrixQuery): string {
  const lastAt = firstAt + (points - 1) * stepSeconds;
  const rangeMilliseconds = Math.round((points - 0.5) * stepSeconds * 1000);
  return `(${expression})[${rangeMilliseconds}ms:${stepSeconds * 1000}ms] @ ${lastAt}`;
}
