import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import type { Scenario } from './schema.ts';
import { scenarioSchema } from './schema.ts';

/** The scenario cannot be played: one sentence that names the file and what is wrong. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly code = 'scenario_invalid';
}

export interface ScenarioFile {
  readonly path: string;
  readonly scenario: Scenario;
  /** The traces that it names, by name: percent for each 5 minutes. */
  readonly traces: ReadonlyMap<string, Float32Array>;
}

const SHIPPED = join(import.meta.dirname, 'scenarios');

/** `which` is the path of a YAML file, or the name of one that is shipped. Throws `ScenarioError`. */
export function readScenario(which: string, cwd: string): ScenarioFile {
  const path = find(which, cwd);
  const scenario = check(path, load(path));
  const traces = new Map<string, Float32Array>();
  for (const { demand } of scenario.guests) {
    if (demand.kind === 'replayed') traces.set(demand.file, readTrace(resolve(dirname(path), demand.file)));
  }
  return { path, scenario, traces };
}

export function shippedScenarios(): readonly string[] {
  return readdirSync(SHIPPED)
    .map(file => file.replace(/\.yaml$/, ''))
    .sort();
}

function find(which: string, cwd: string): string {
  const candidates = [resolve(cwd, which), join(SHIPPED, `${which}.yaml`)];
  const found = candidates.find(path => /\.(ya?ml|json)$/.test(path) && existsSync(path));
  if (found !== undefined) return found;
  throw new ScenarioError(
    `There is no scenario ${which}: give a YAML file, or one of ${shippedScenarios().join(', ')}.`,
  );
}

function load(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ScenarioError(`${path} cannot be read: ${why}.`, { cause: error });
  }
}

function check(path: string, content: unknown): Scenario {
  const parsed = scenarioSchema.safeParse(content);
  if (!parsed.success) throw new ScenarioError(`${path} is wrong: ${issueOf(parsed.error)}.`);
  const scenario = parsed.data;
  const wrong = scenario.guests.find(({ flavor }) => !Object.hasOwn(scenario.flavors, flavor));
  if (wrong === undefined) return scenario;
  throw new ScenarioError(
    `${path} is wrong: the guests ${wrong.name} have the flavor ${wrong.flavor}, which is not there.`,
  );
}

function issueOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'malformed'}`;
}

/** One percent (0–100) on each line. A gap is an error: nobody could say what a guest did meanwhile. */
function readTrace(path: string): Float32Array {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ScenarioError(`The trace ${path} cannot be read: ${code ?? 'unknown error'}.`, {
      cause: error,
    });
  }
  const lines = text.trimEnd().split('\n');
  const values = lines.map(line => (line.trim() === '' ? NaN : Number(line)));
  const gap = values.findIndex(value => !(value >= 0 && value <= 100));
  if (gap < 0) return Float32Array.from(values);
  const what = lines[gap]?.trim() === '' ? 'is empty' : `is ${lines[gap]}`;
  throw new ScenarioError(`The trace ${path} has a gap: line ${gap + 1} ${what}, not a percentage.`);
}
