import { startSimulated } from '../../simulator/simulated-service.ts';
import { readConfig } from '../config.ts';
import type { Service } from '../service.ts';
import { startService } from '../service.ts';
import type { Command, Given } from './command.ts';
import { UsageError } from './command.ts';
import type { Terminal } from './terminal.ts';

const KILLED = 130;

/** Runs until SIGINT or SIGTERM; a second signal ends it at once. */
export const start: Command = {
  name: 'start',
  summary: 'run the service until it is stopped',
  details: 'Settings come from the environment and the file that AUSPEX_CONFIG names: docs/configuration.md.',
  options: {
    simulate: { what: 'on a simulated cloud instead of a real one: docs/simulator.md' },
    scenario: { value: 'NAME_OR_FILE', what: 'which simulated cloud (morning-rush)' },
    speed: { value: 'FACTOR', what: 'how many times faster its clock runs (1)' },
  },
  async run(given, terminal) {
    const service = await startAsTold(given, terminal);
    await firstSignal();
    await service.stop();
    return 0;
  },
};

function startAsTold(
  { values: { scenario, speed }, switches }: Given,
  { env, cwd }: Terminal,
): Promise<Service> {
  if (switches.has('simulate')) return startSimulated({ scenario, speed });
  if (scenario !== undefined || speed !== undefined) {
    throw new UsageError('--scenario and --speed need --simulate');
  }
  return startService(readConfig(env, cwd));
}

/** Resolves at the first signal to stop; the second ends the process. */
function firstSignal(): Promise<void> {
  return new Promise(resolve => {
    let isStopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (isStopping) process.exit(KILLED);
        isStopping = true;
        resolve();
      });
    }
  });
}
