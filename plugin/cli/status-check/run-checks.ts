import { readConfig, readSettings } from '../../config.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import { openCloud } from '../../openstack/cloud.ts';
import { NoDatabaseError } from '../database.ts';
import type { Terminal } from '../terminal.ts';
import type { Finding, StatusCheck, Surroundings, Verdict } from './check.ts';

const CHECK_TIMEOUT_MILLISECONDS = 30_000;
const EXIT_CODES: Readonly<Record<Verdict, number>> = { Success: 0, Warning: 1, Failure: 2 };

export interface Row {
  readonly check: StatusCheck;
  readonly finding: Finding;
}

/** One check after the other, in the order given; what needs one that has failed is left out. */
export async function runChecks(checks: readonly StatusCheck[], terminal: Terminal): Promise<readonly Row[]> {
  const { env, cwd, now = () => Date.now() } = terminal;
  let cloud: Cloud | undefined;
  const common = {
    settings: () => readSettings(env, cwd),
    config: () => readConfig(env, cwd),
    cloud: () => (cloud ??= openCloud(readConfig(env, cwd).cloud, { now })),
    now,
    terminal,
  };
  const rows: Row[] = [];
  try {
    for (const check of checks) {
      if (check.needs !== undefined && !hasPassed(check.needs, rows)) continue;
      const signal = AbortSignal.timeout(CHECK_TIMEOUT_MILLISECONDS);
      for (const finding of await find(check, { ...common, signal })) rows.push({ check, finding });
    }
    return rows;
  } finally {
    cloud?.close();
  }
}

/** 0, 1 or 2, as those of "watcher-status upgrade check": all is well, a warning, a failure. */
export function exitCodeOf(rows: readonly Row[]): number {
  return Math.max(0, ...rows.map(({ finding }) => EXIT_CODES[finding.verdict]));
}

function hasPassed(check: StatusCheck, rows: readonly Row[]): boolean {
  return rows.some(row => row.check === check && row.finding.verdict !== 'Failure');
}

async function find(check: StatusCheck, surroundings: Surroundings): Promise<readonly Finding[]> {
  try {
    const found = await check.run(surroundings);
    return 'verdict' in found ? [found] : found;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error || error.name === 'TimeoutError')) throw error;
    // What the first start makes is no reason not to start.
    return [{ verdict: error instanceof NoDatabaseError ? 'Warning' : 'Failure', details: error.message }];
  }
}
