import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

/*
 * npm run test:openstack [-- PART-OF-A-FILE-NAME]: brings the lab up and runs test/openstack/ and the *.lab.test.ts of
 * test/compatibility/ against it, one file after the other. Exits with mocha's code.
 */

const TESTS = ['test/openstack/**/*.test.ts', 'test/compatibility/**/*.lab.test.ts'];
const PROJECT_ROOT = join(import.meta.dirname, '../..');
const TEST_TIMEOUT_MS = 900_000;
const STOP_TIMEOUT_MS = 15_000;

process.exitCode = await main(process.argv[2] ?? '');

async function main(filter: string): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.error('test:openstack needs root on Debian: it installs and runs a real OpenStack in a chroot.');
    return 1;
  }
  const files = globSync(TESTS, { cwd: PROJECT_ROOT })
    .filter(file => file.includes(filter))
    .toSorted();
  if (files.length === 0) {
    console.error(`test:openstack: no file of ${TESTS.join(', ')} has "${filter}" in its name.`);
    return 1;
  }
  const upCode = await run(join(import.meta.dirname, 'up'), []);
  if (upCode !== 0) return upCode;
  const mocha = join(PROJECT_ROOT, 'node_modules/mocha/bin/mocha.js');
  const options = ['--no-config', '--forbid-only', '--timeout', String(TEST_TIMEOUT_MS)];
  const code = await run(process.execPath, [mocha, ...options, ...files]);
  console.log(`The lab stays up. To stop it: ${join(import.meta.dirname, 'down')}`);
  return code;
}

/**
 * The exit code of the command. It runs in a process group of its own, so that Ctrl-C ends it with all that it started,
 * once, and before we go; what its tests made in the cloud is removed by their next run.
 */
async function run(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const signalGroup = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal);
  };
  const stop = () => {
    console.error('stopping');
    signalGroup('SIGTERM');
    setTimeout(() => signalGroup('SIGKILL'), STOP_TIMEOUT_MS).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', code => resolve(code ?? 130));
    });
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
