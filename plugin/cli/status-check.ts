import type { Command } from './command.ts';
import type { StatusCheck } from './status-check/check.ts';
import { configurationCheck } from './status-check/configuration.ts';
import { computeCheck, credentialsCheck, datasourceCheck, placementCheck } from './status-check/cloud.ts';
import { catalogueCheck, databaseCheck, schemaCheck } from './status-check/database.ts';
import type { Row } from './status-check/run-checks.ts';
import { exitCodeOf, runChecks } from './status-check/run-checks.ts';
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

const WIDTH = 76;

export const statusCheck: Command = {
  name: 'status check',
  summary: 'say whether the service would find what it needs, before an upgrade or a start',
  details:
    'Changes nothing. Exit codes as those of "watcher-status upgrade check": 0 success, 1 a warning, 2 a failure.',
  async run(_given, terminal) {
    const rows = await runChecks(CHECKS, terminal);
    terminal.print(table(rows));
    return exitCodeOf(rows);
  },
};

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
