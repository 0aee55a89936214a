import { arima } from './arima/arima.ts';
import { decomposition } from './decomposition/decomposition.ts';
import { exponentialSmoothing } from './exponential-smoothing/exponential-smoothing.ts';
import type { Method } from './method.ts';

/** Methods that are fitted by search: too slow for every series of a cloud at every audit, so strategies do not choose from them. */
export const SLOW_METHODS: readonly Method[] = [exponentialSmoothing, arima, decomposition];
