import { pino } from 'pino';
import { connectDatabase } from '../../../db/connect.ts';
import { openCertificates } from '../../api/certificates.ts';
import { PolicyFile } from '../../api/policy/policy-file.ts';
import type { Settings } from '../../config.ts';
import { cloudProblems, ConfigError, readSettings } from '../../config.ts';
import { readMetricMap } from '../../datasources/metric-map-file.ts';
import { readPem } from '../../datasources/open-datasources.ts';
import type { Terminal } from '../terminal.ts';

/**
 * All that is wrong with settings, the files that they name and the cloud's credentials, in sentences without secrets.
 * Nothing is connected to.
 */
export async function configurationProblems({ env, cwd }: Terminal): Promise<readonly string[]> {
  const cloud = cloudProblems(env, cwd);
  try {
    return [...(await problemsBehind(readSettings(env, cwd))), ...cloud];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [...error.message.split('\n'), ...cloud];
  }
}

/** What only shows when the settings are used. */
async function problemsBehind({ databaseUrl, api, datasources }: Settings): Promise<readonly string[]> {
  const logger = pino({ level: 'silent' });
  const { caFile, certFile, keyFile } = datasources.prometheus;
  const uses: readonly (() => unknown)[] = [
    () => connectDatabase(databaseUrl).knex.destroy(),
    () => new PolicyFile({ ...api.policy, now: () => Date.now(), logger }),
    () => openCertificates(api.tls, logger)?.close(),
    () => datasources.metricMap === '' || readMetricMap(datasources.metricMap),
    () => readPem('caFile', caFile),
    () => readPem('certFile', certFile),
    () => readPem('keyFile', keyFile),
  ];
  const problems: string[] = [];
  for (const use of uses) {
    try {
      await use();
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}
