import { readConfig, readSettings } from '../config.ts';
import type { Command } from './command.ts';
import { NoDatabaseError } from './database.ts';
import type { Finding, StatusCheck, Surroundings, Verdict } from './status-check/check.ts';
import { configurationCheck } from './status-check/configuration.ts';
import { computeCheck, credentialsCheck, datasourceCheck, placementCheck } from './status-check/cloud.ts';
import { catalogueCheck, databaseCheck, schemaCheck } from './status-check/database.ts';
import { wrapped } from './table.ts';

const CHECKS: readonly StatusCheck[] = [
  configurationCheck,
  databaseCheck,
  schemaCheck,
  catalogueCheck,
  credentialsCheck,
  computeCheck,
  placementCheck,
  datasourceCheck,
];

const CHECK_TIMEOUT_MILLISECONDS = 30_000;
const EXIT_CODES: Readonly<Record<Verdict, number>> = { Success: 0, Warning: 1, Failure: 2 };
const WIDTH = 76;

export const statusCheck: Command = {
  name: 'status check',
  summary: 'say whether the service would find what it needs, before an upgrade or a start',
  details:
    'Changes nothing. Exit codes as those of "watcher-status upgrade check": 0 success, 1 a warning, 2 a failure.',
  async run(_given, terminal) {
    const { env, cwd } = terminal;
    const rows: Row[] = [];
    for (const check of CHECKS) {
      if (check.needs !== undefined && !hasPassed(check.needs, rows)) continue;
      const signal = AbortSignal.timeout(CHECK_TIMEOUT_MILLISECONDS);
      const surroundings = {
        settings: () => readSettings(env, cwd),
        config: () => readConfig(env, cwd),
        terminal,
        signal,
      };
      rows.push({ check, finding: await find(check, surroundings) });
    }
    terminal.print(table(rows));
    return Math.max(...rows.map(({ finding }) => EXIT_CODES[finding.verdict]));
  },
};

interface Row {
  readonly check: StatusCheck;
  readonly finding: Finding;
}

function hasPassed(check: StatusCheck, rows: readonly Row[]): boolean {
  return rows.some(row => row.check === check && row.finding.verdict !== 'Failure');
}

async function find(check: StatusCheck, surroundings: Surroundings): Promise<Finding> {
  try {
    return await check.run(surroundings);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error || error.name === 'TimeoutError')) throw error;
    // What the first start makes is no reason not to start.
    return { verdict: error instanceof NoDatabaseError ? 'Warning' : 'Failure', details: error.message };
  }
}

/** In the form that oslo.upgradecheck gives it. */
function table(rows: readonly Row[]): string {
  const frame = `+${'-'.repeat(WIDTH + 2)}+`;
  const line = (text: string) => `| ${text.padEnd(WIDTH)} |`;
  const blocks = rows.map(({ check: { name }, finding: { verdict, details } }) =>
    [`Check: ${name}`, `Result: ${verdict}`, ...wrapped(`Details: ${details ?? 'None'}`, WIDTH)].map(line),
  );
  return [frame, line('Upgrade Check Results'), frame, ...blocks.flatMap(block => [...block, frame])].join(
    '\n',
  );
}
