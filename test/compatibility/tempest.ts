import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LAB_ENVIRONMENT } from '../openstack/auspex.ts';
import { PROJECT_ROOT } from '../openstack/lab.ts';

/** Of the tests of watcher-tempest-plugin: what needs no servers and no metrics. */
export const API_AND_CLI_TESTS = String.raw`watcher_tempest_plugin\.tests\.(api|client_functional)\.`;

/** Debian's tempest ended without results: the end of what it wrote. */
export class TempestDidNotRun extends Error {
  override readonly name = 'TempestDidNotRun';
}

export interface TempestRun {
  /** Names of the tests that passed, in order. */
  readonly passed: readonly string[];
  /** Why a test did not pass: the trace of its failure, or that it never ran. Undefined: it passed. */
  failure(name: string): string | undefined;
}

export interface TempestOptions {
  /** Keystone's region whose infra-optim service is tested. */
  readonly region: string;
  /** Regular expression on the names of the tests. */
  readonly tests: string;
  readonly timeoutSeconds: number;
}

/**
 * Runs Debian's tempest in the lab's chroot, two tests at a time, in a folder that is removed afterwards. Throws
 * `TempestDidNotRun` when it yields no results; tests that fail are a result.
 */
export async function runTempest({ region, tests, timeoutSeconds }: TempestOptions): Promise<TempestRun> {
  const root = join(process.env['LAB_ROOT'] ?? '/var/lib/openstack-lab', 'root');
  const folder = mkdtempSync(join(root, 'tmp/auspex-tempest-'));
  try {
    const home = folder.slice(root.length);
    writeFileSync(join(folder, 'tempest.conf'), tempestConf(home, region));
    writeFileSync(join(folder, '.stestr.conf'), STESTR_CONF);
    const script = `cd ${home} && export TEMPEST_CONFIG_DIR=${home} TEMPEST_CONFIG=tempest.conf && stestr init && ${STEPS}`;
    const { stdout, stderr } = await inLab(region, 'sh', '-c', script, 'tempest', tests, `${timeoutSeconds}`);
    const [report = '', results] = stdout.split(`\n${RESULTS}\n`);
    const statuses = statusesIn(results ?? '');
    if (statuses.size === 0)
      throw new TempestDidNotRun(
        `tempest has no results after at most ${timeoutSeconds} s:\n${stderr}${report}`.slice(-4000),
      );
    return {
      passed: [...statuses]
        .filter(([, status]) => status === 'success')
        .map(([name]) => name)
        .toSorted(),
      failure: name => explain(name, statuses, report),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const RESULTS = '==== results ====';
const STEPS = [
  'timeout --kill-after=10 "$2" stestr run --concurrency 2 "$1"; code=$?; echo',
  `echo '${RESULTS}'`,
  // 124: out of time, of which stestr keeps no results
  '[ $code = 124 ] || stestr last --subunit | subunit2csv',
].join('; ');

/** A class of tests sets itself up once, so its tests stay together. */
const STESTR_CONF = `[DEFAULT]
test_path=/usr/lib/python3/dist-packages/watcher_tempest_plugin/tests
top_dir=/usr/lib/python3/dist-packages
group_regex=([^\\.]*\\.)*
`;

function tempestConf(home: string, region: string): string {
  return `[DEFAULT]
log_file = ${home}/tempest.log
[auth]
use_dynamic_credentials = false
admin_username = ${LAB_ENVIRONMENT.OS_USERNAME}
admin_password = ${LAB_ENVIRONMENT.OS_PASSWORD}
admin_project_name = ${LAB_ENVIRONMENT.OS_PROJECT_NAME}
admin_domain_name = ${LAB_ENVIRONMENT.OS_USER_DOMAIN_NAME}
[identity]
auth_version = v3
uri_v3 = ${LAB_ENVIRONMENT.OS_AUTH_URL}
region = ${region}
[service_available]
watcher = true
[oslo_concurrency]
lock_path = ${home}
`;
}

async function inLab(region: string, ...command: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { PATH: process.env['PATH'], LAB_ROOT: process.env['LAB_ROOT'], OS_REGION_NAME: region };
  const options = { env, maxBuffer: 64 * 1024 * 1024 };
  return promisify(execFile)(join(PROJECT_ROOT, 'devstack/lab/in-lab'), command, options);
}

/** What the report puts behind the name of a test, as `[smoke]`. */
const ATTRIBUTES = /\[[\w,]+\]$/;

/** From lines `test,status,start_time,stop_time`. */
function statusesIn(csv: string): Map<string, string> {
  const statuses = new Map<string, string>();
  for (const line of csv.trim().split('\n').slice(1)) {
    const [name, status] = line.split(',');
    if (name !== undefined && status !== undefined) statuses.set(name.replace(ATTRIBUTES, ''), status);
  }
  return statuses;
}

function explain(name: string, statuses: ReadonlyMap<string, string>, report: string): string | undefined {
  const status = statuses.get(name);
  if (status === 'success') return undefined;
  const className = name.slice(0, name.lastIndexOf('.'));
  const section = sectionOf(report, name) ?? sectionOf(report, `setUpClass (${className})`);
  return `${status ?? 'did not run'}\n${section ?? ''}`;
}

/** What the report says below this underlined heading, which may have attributes. */
function sectionOf(report: string, heading: string): string | undefined {
  const at = [`\n${heading}\n---`, `\n${heading}[`]
    .map(text => report.indexOf(text))
    .find(found => found >= 0);
  if (at === undefined) return undefined;
  const section = report.slice(at + heading.length + 1).replace(/^(?:\[.*\])?\n-+\n/, '');
  const end = section.search(/\n\S.*\n-{10,}\n/);
  return section.slice(0, end < 0 ? MAXIMUM_SECTION : Math.min(end, MAXIMUM_SECTION));
}

const MAXIMUM_SECTION = 4000;
