#!/usr/bin/env node
import { startService } from './service.ts';
import { parseArgs } from 'node:util';
import { startSimulated } from '../simulator/simulated-service.ts';
import { readConfig } from './config.ts';
import type { Service } from './service.ts';

/** The command line: starts the service and stops it on SIGINT or SIGTERM; a second signal ends it at once. */
async function main(): Promise<void> {
  const service = await start(process.argv.slice(2));
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

async function start(args: readonly string[]): Promise<Service> {
  const { values } = parseArgs({
    args: [...args],
    options: { simulate: { type: 'boolean' }, scenario: { type: 'string' }, speed: { type: 'string' } },
  });
  if (values.simulate === true) return startSimulated(values);
  if (values.scenario !== undefined || values.speed !== undefined) {
    throw new TypeError('--scenario and --speed need --simulate.');
  }
  return startService(readConfig());
}

/** What went wrong, for a person: the sentence alone when it is one of ours. */
function fail(error: unknown): never {
  const isOurs = error instanceof Error && 'code' in error;
  const text = isOurs ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`auspex: ${text ?? 'unknown error'}\n`);
  process.exit(1);
}

main().catch(fail);
