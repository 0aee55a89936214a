/** Whether a host is over-utilised, from what its machines ask for (share of its CPU) and have used: newest first, without trailing zeros. */
export interface Detector {
  readonly name: string;
  readonly needsHistory: boolean;
  isOver(requestShare: number, history: Float64Array): boolean;
}

/** Values of the past that detectors look at. */
export const HISTORY_LENGTH = 30;
/** Without enough history, all use this threshold. */
const FALLBACK = 0.7;
const LEAST_HISTORY = 12;
const REGRESSED = 10;
/** No migration takes longer than a step. */
const STEPS_AHEAD = 1;

export function staticThreshold(threshold: number): Detector {
  return { name: `THR-MMT-${threshold}`, needsHistory: false, isOver: request => request > threshold };
}

export function interquartileRange(safety: number): Detector {
  return adaptive(`IQR-MMT-${safety}`, history => 1 - safety * iqr(history));
}

export function medianAbsoluteDeviation(safety: number): Detector {
  return adaptive(`MAD-MMT-${safety}`, history => {
    const middle = median(history);
    return 1 - safety * median(history.map(value => Math.abs(value - middle)));
  });
}

/** CloudSim's local regression, which is plain least squares (Q6). */
export function localRegression(safety: number): Detector {
  return {
    name: `LR-MMT-${safety}`,
    needsHistory: true,
    isOver(request, history) {
      if (history.length < REGRESSED) return request > FALLBACK;
      return safety * extrapolate(history.subarray(0, REGRESSED)) >= 1;
    },
  };
}

function adaptive(name: string, thresholdOf: (history: Float64Array) => number): Detector {
  return {
    name,
    needsHistory: true,
    isOver: (request, history) =>
      request > (history.length < LEAST_HISTORY ? FALLBACK : thresholdOf(history)),
  };
}

/** Between the values at the rounded ranks of the quarters. */
function iqr(values: Float64Array): number {
  const sorted = values.toSorted();
  const at = (quarter: number): number => sorted[Math.round(quarter * (sorted.length + 1)) - 1]!;
  return at(0.75) - at(0.25);
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The line through the values, which are newest first, at the end of a migration; sums are updated value by value. */
function extrapolate(newestFirst: Float64Array): number {
  const n = newestFirst.length;
  let [meanX, meanY, sumX, sumY, squares, products] = [0, 0, 0, 0, 0, 0];
  for (let x = 1; x <= n; x += 1) {
    const y = newestFirst[n - x]!;
    const [dx, dy, weight] = [x - meanX, y - meanY, (x - 1) / x];
    squares += dx * dx * weight;
    products += dx * dy * weight;
    meanX += dx / x;
    meanY += dy / x;
    sumX += x;
    sumY += y;
  }
  const slope = products / squares;
  return (sumY - slope * sumX) / n + slope * (n + STEPS_AHEAD);
}
