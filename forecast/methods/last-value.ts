import type { Method } from './method.ts';
import { stepsPerHour } from './method.ts';

/** What it was last, it stays. Uses the newest sample of the last hour; the baseline that other methods must beat. */
export const lastValue: Method = {
  name: 'last_value',
  prepare(history) {
    const { values } = history;
    const hour = stepsPerHour(history);
    return (origin, out) => {
      for (let index = origin - 1; index >= Math.max(0, origin - hour); index -= 1) {
        if (Number.isNaN(values[index]!)) continue;
        out.fill(values[index]!);
        return true;
      }
      return false;
    };
  },
};
