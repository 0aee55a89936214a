import { parseArgs } from 'node:util';

/** What to backtest and how; see docs/forecasting.md. */
export interface BacktestArguments {
  readonly inputs: readonly string[];
  /** Files from which a model of all series is learnt; series that are forecast are left out. */
  readonly train: readonly string[];
  readonly rows: string | undefined;
  readonly stepSeconds: number;
  readonly stepsAhead: number;
  /** Indexes of the first step forecast, in aggregated steps, ascending. */
  readonly origins: readonly number[];
  /** Steps before the first origin that are read; all when undefined. */
  readonly history: number | undefined;
  readonly aggregate: { readonly by: 'mean' | 'max'; readonly steps: number } | undefined;
  readonly clip: { readonly least: number; readonly most: number };
  readonly threshold: number;
  readonly methods: readonly string[];
  readonly forecastsOut: string | undefined;
  readonly overloadOut: string | undefined;
  readonly json: boolean;
}

/** The command line does not make sense: one sentence. */
export class BacktestArgumentError extends Error {
  override readonly name = 'BacktestArgumentError';
  readonly code = 'backtest_argument';
}

/** Throws `BacktestArgumentError`. */
export function readArguments(args: readonly string[]): BacktestArguments {
  const values = parse(args);
  const inputs = values.input ?? [];
  if (inputs.length === 0) throw new BacktestArgumentError('--input needs at least one CSV file.');
  const stepsAhead = positive('--steps-ahead', values['steps-ahead'] ?? '12');
  const origins = (values.origins ?? '').split(',').map(text => positive('--origins', text));
  return {
    inputs,
    train: values.train ?? [],
    rows: values.rows,
    stepSeconds: positive('--step-seconds', values['step-seconds'] ?? '300'),
    stepsAhead,
    origins: [...new Set(origins)].toSorted((a, b) => a - b),
    history: values.history === undefined ? undefined : positive('--history', values.history),
    aggregate: aggregateOf(values.aggregate),
    clip: clipOf(values.clip),
    threshold: number('--threshold', values.threshold ?? '70'),
    methods: (values.methods ?? 'auspex').split(','),
    forecastsOut: values['forecasts-out'],
    overloadOut: values['overload-out'],
    json: values.json === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: listed(args),
      strict: true,
      options: {
        input: { type: 'string', multiple: true },
        train: { type: 'string', multiple: true },
        rows: { type: 'string' },
        'step-seconds': { type: 'string' },
        'steps-ahead': { type: 'string' },
        origins: { type: 'string' },
        history: { type: 'string' },
        aggregate: { type: 'string' },
        clip: { type: 'string' },
        threshold: { type: 'string' },
        methods: { type: 'string' },
        'forecasts-out': { type: 'string' },
        'overload-out': { type: 'string' },
        json: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new BacktestArgumentError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** `--input A B C` is short for `--input A --input B --input C`; `--train` likewise. */
function listed(args: readonly string[]): string[] {
  const out: string[] = [];
  let option: string | undefined;
  for (const argument of args) {
    if (argument.startsWith('--')) option = ['--input', '--train'].includes(argument) ? argument : undefined;
    else if (option !== undefined && out.at(-1) !== option) out.push(option);
    out.push(argument);
  }
  return out;
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new BacktestArgumentError(`${name} takes numbers, not "${text}".`);
  return value;
}

function positive(name: string, text: string): number {
  const value = number(name, text);
  if (!Number.isInteger(value) || value < 1)
    throw new BacktestArgumentError(`${name} takes whole numbers from 1, not "${text}".`);
  return value;
}

function aggregateOf(text: string | undefined): BacktestArguments['aggregate'] {
  if (text === undefined) return undefined;
  const [by, steps, ...rest] = text.split(':');
  if ((by !== 'mean' && by !== 'max') || rest.length > 0)
    throw new BacktestArgumentError(`--aggregate is mean:STEPS or max:STEPS, not "${text}".`);
  return { by, steps: positive('--aggregate', steps ?? '') };
}

function clipOf(text: string | undefined): BacktestArguments['clip'] {
  if (text === undefined) return { least: 0, most: Infinity };
  const [least, most, ...rest] = text.split(',').map(part => number('--clip', part));
  if (least === undefined || most === undefined || rest.length > 0 || least >= most)
    throw new BacktestArgumentError(`--clip is LOW,HIGH with LOW below HIGH, not "${text}".`);
  return { least, most };
}
