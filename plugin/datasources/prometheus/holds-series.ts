import type { PrometheusApi } from './prometheus-api.ts';

/** Longer than any sensible interval between two samples. */
const WINDOW_SECONDS = 3600;

/** Whether any series of that name had a sample in the last hour. Throws as `PrometheusApi.read`. */
export async function holdsSeries(
  api: PrometheusApi,
  name: string,
  { signal, now }: { readonly signal: AbortSignal; readonly now: () => number },
): Promise<boolean> {
  const stepSeconds = 60;
  const found = await api.read(
    {
      expression: `count(present_over_time(${name}[${WINDOW_SECONDS}s]))`,
      firstAt: Math.floor(now() / 1000 / stepSeconds) * stepSeconds,
      stepSeconds,
      points: 1,
    },
    signal,
  );
  return found.length > 0;
}
