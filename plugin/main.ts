#!/usr/bin/env node
import { startService } from './service.ts';
import { readConfig } from './config.ts';

/** The command line: starts the service and stops it on SIGINT or SIGTERM; a second signal ends it at once. */
async function main(): Promise<void> {
  const service = await startService(readConfig());
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      service.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
}

/** What went wrong, for a person: the sentence alone when it is one of ours. */
function fail(error: unknown): never {
  const isOurs = error instanceof Error && 'code' in error;
  const text = isOurs ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`auspex: ${text ?? 'unknown error'}\n`);
  process.exit(1);
}

main().catch(fail);
