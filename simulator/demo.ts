import { parseArgs } from 'node:util';
import { DemoError, runDemo } from './demo/run.ts';
import { createScreen } from './demo/screen.ts';
import { setStage } from './demo/stage.ts';
import { readScenario } from './scenario/read-scenario.ts';
import { readSpeed } from './simulated-service.ts';

const INTERRUPTED = 130;

/** `npm run demo -- [--scenario NAME_OR_FILE] [--speed 5]`: from history to a live migration, without a cloud. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'morning-rush' },
      speed: { type: 'string', default: '5' },
    },
  });
  const interruption = new AbortController();
  const { signal } = interruption;
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interruption.abort());
  const file = readScenario(values.scenario, process.cwd());
  const screen = createScreen(process.stdout);
  const stage = await setStage(file, readSpeed(values.speed), signal);
  try {
    const result = await runDemo(stage, file, { screen, signal });
    if (result.planState !== 'SUCCEEDED') throw new DemoError(`The plan ended in ${result.planState}.`);
  } finally {
    await stage.end();
  }
}

function fail(error: unknown): never {
  if (error instanceof Error && error.name === 'AbortError') {
    process.stderr.write('\nThe demonstration was interrupted; nothing is left running.\n');
    process.exit(INTERRUPTED);
  }
  const isOurs = error instanceof Error && 'code' in error;
  const text = isOurs ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`demo: ${text ?? 'unknown error'}\n`);
  process.exit(1);
}

main().catch(fail);
