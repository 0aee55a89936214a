import type { Command } from './command.ts';
import { archiveCheck } from './doctor/archives.ts';
import { clockCheck } from './doctor/clock.ts';
import { filesCheck } from './doctor/files.ts';
import { metricsCheck } from './doctor/metrics.ts';
import { rightsChecks } from './doctor/rights.ts';
import { roleCheck } from './doctor/roles.ts';
import { servicesCheck } from './doctor/services.ts';
import type { StatusCheck, Verdict } from './status-check/check.ts';
import { computeCheck, credentialsCheck, datasourceCheck, placementCheck } from './status-check/cloud.ts';
import { configurationCheck } from './status-check/configuration.ts';
import { catalogueCheck, databaseCheck, schemaCheck } from './status-check/database.ts';
import type { Row } from './status-check/run-checks.ts';
import { exitCodeOf, runChecks } from './status-check/run-checks.ts';

const CHECKS: readonly StatusCheck[] = [
  configurationCheck,
  filesCheck,
  databaseCheck,
  schemaCheck,
  catalogueCheck,
  credentialsCheck,
  clockCheck,
  servicesCheck,
  roleCheck,
  computeCheck,
  placementCheck,
  ...rightsChecks,
  datasourceCheck,
  metricsCheck,
  archiveCheck,
];

const WORDS: Readonly<Record<Verdict, string>> = { Success: 'OK', Warning: 'WARN', Failure: 'FAIL' };

export const doctor: Command = {
  name: 'doctor',
  summary: 'say what the cloud lacks for the service, and what to do about it',
  details:
    'Looks at what "auspex status check" looks at, and at services, versions, roles, clocks and metrics. Changes nothing.\n' +
    'A line for each: OK, WARN or FAIL, what was found, and after -> what to do. Exit code 0, 1 (WARN) or 2 (FAIL).',
  options: { json: { what: 'print JSON: {verdict, checks: [{name, verdict, details, advice}]}' } },
  async run({ switches }, terminal) {
    const rows = await runChecks(CHECKS, terminal);
    const exitCode = exitCodeOf(rows);
    terminal.print(switches.has('json') ? jsonOf(rows, exitCode) : rows.map(lineOf).join('\n'));
    return exitCode;
  },
};

function nameOf({ check, finding }: Row): string {
  return finding.about === undefined ? check.name : `${check.name} ${finding.about}`;
}

function adviceOf({ check, finding }: Row): string | undefined {
  return finding.advice ?? (finding.verdict === 'Success' ? undefined : check.advice);
}

function lineOf(row: Row): string {
  const { verdict, details } = row.finding;
  const advice = adviceOf(row);
  const line = [
    `${WORDS[verdict].padEnd(4)}  ${nameOf(row)}`,
    details === undefined ? '' : `: ${details}`,
    advice === undefined ? '' : ` -> ${advice}`,
  ].join('');
  return line.replaceAll(/\s*\n\s*/g, ' ');
}

function jsonOf(rows: readonly Row[], exitCode: number): string {
  const checks = rows.map(row => ({
    name: nameOf(row),
    verdict: WORDS[row.finding.verdict],
    details: row.finding.details ?? null,
    advice: adviceOf(row) ?? null,
  }));
  return JSON.stringify({ verdict: ['OK', 'WARN', 'FAIL'][exitCode], checks }, undefined, 2);
}
