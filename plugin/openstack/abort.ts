/** The promise's outcome, or the signal's reason when that comes first. Leaves nothing attached to the signal. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** For work that many wait for, so that none of their signals may end it; its time-outs do. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
