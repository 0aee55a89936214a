/** npm run bench:replay: replays a traced day with a policy in the loop; see docs/replay.md. */
import { parseArgs } from 'node:util';
import type { Mode } from './replay/planetlab/replay.ts';
import { replay } from './replay/planetlab/replay.ts';
import { readTrace, TraceFileError } from './replay/planetlab/trace.ts';
import { POLICIES } from './replay/policies/policies.ts';

/** The command line does not make sense: one sentence. */
class ReplayArgumentError extends Error {
  override readonly name = 'ReplayArgumentError';
  readonly code = 'replay_argument';
}

const MODES: readonly Mode[] = ['compat', 'kept', 'ram'];

function main(args: readonly string[]): void {
  const values = parse(args);
  oneOf('--model', values.model ?? 'planetlab', ['planetlab']);
  const mode = oneOf('--mode', values.mode, MODES);
  if (values.day === undefined) throw new ReplayArgumentError('--day needs the CSV file of a day.');
  const names = values.policy === 'all' ? Object.keys(POLICIES) : [policyNamed(values.policy)];
  const trace = readTrace(values.day);
  const results = names.map(name =>
    replay({ trace, mode, policy: POLICIES[name]!(), now: () => performance.now() }),
  );
  if (!values.json) console.table(results);
  else for (const result of results) console.log(JSON.stringify(result));
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        model: { type: 'string' },
        mode: { type: 'string' },
        day: { type: 'string' },
        policy: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new ReplayArgumentError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function policyNamed(name: string | undefined): string {
  return oneOf('--policy', name, Object.keys(POLICIES));
}

function oneOf<T extends string>(option: string, value: string | undefined, choices: readonly T[]): T {
  const choice = choices.find(own => own === value);
  if (choice === undefined)
    throw new ReplayArgumentError(
      `${option} is one of ${choices.join(', ')}${value === undefined ? '' : `, not "${value}"`}.`,
    );
  return choice;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof ReplayArgumentError || error instanceof TraceFileError;
  process.stderr.write(
    `replay: ${isOurs ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = 1;
}
