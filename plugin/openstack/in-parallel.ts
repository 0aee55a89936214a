type Tasks = Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>>;
type Results<T extends Tasks> = { readonly [Key in keyof T]: Awaited<ReturnType<T[Key]>> };

/** Runs all tasks at once. The first failure aborts the others, and is thrown when they have all ended. */
export async function runTogether<T extends Tasks>(tasks: T, signal: AbortSignal): Promise<Results<T>> {
  signal.throwIfAborted();
  const group = new AbortController();
  const stop = () => group.abort(signal.reason);
  signal.addEventListener('abort', stop);
  let first: { readonly error: unknown } | undefined;
  const run = async ([key, task]: [string, Tasks[string]]): Promise<[string, unknown]> => {
    try {
      return [key, await task(group.signal)];
    } catch (error) {
      first ??= { error };
      group.abort(error);
      return [key, undefined];
    }
  };
  try {
    const results = await Promise.all(Object.entries(tasks).map(run));
    if (first !== undefined) throw first.error;
    return Object.fromEntries(results) as Results<T>;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Results in the order of the items, at most `width` under way at a time. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  width: number,
  task: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = Array.from({ length: items.length });
  const queue = items.entries();
  const worker = async () => {
    // The workers share one iterator: each takes what the others have left.
    for (const [index, item] of queue) results[index] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
