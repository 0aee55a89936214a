import type { Logger } from 'pino';

/**
 * Runs the work at once and then every so many seconds, never twice at a time. Its failures do not end it; they are logged
 * once each until it succeeds again.
 */
export function every(seconds: number, logger: Logger, work: () => Promise<void>): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let failure: string | undefined;
  const round = async (): Promise<void> => {
    try {
      await work();
      if (failure !== undefined) logger.info('periodic work succeeds again');
      failure = undefined;
    } catch (error) {
      const known = failure;
      failure = error instanceof Error ? error.message : String(error);
      if (failure !== known) logger.warn({ err: error }, 'periodic work failed, it is tried again later');
    }
  };
  const tick = (): void => {
    running = round().finally(() => {
      if (timer !== undefined) timer = setTimeout(tick, seconds * 1000);
    });
  };
  timer = setTimeout(tick, 0);
  return {
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
  };
}
