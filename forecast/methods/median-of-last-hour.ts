import type { Method } from './method.ts';
import { medianOf, stepsPerHour } from './method.ts';

/** The median of the last hour's samples: deaf to single bursts. */
export const medianOfLastHour: Method = {
  name: 'median_of_last_hour',
  prepare(history) {
    const hour = stepsPerHour(history);
    return (origin, out) => {
      const median = medianOf(history.values, origin - hour, origin);
      out.fill(median);
      return !Number.isNaN(median);
    };
  },
};
