import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_AND_CLI_TESTS, runTempest } from './tempest.ts';

/*
 * The yardstick: `node test/compatibility/passing-on-watcher.ts` runs tempest on the lab's own Watcher (three minutes, on a lab
 * that nobody else uses) and writes the names of the tests that pass to passing-on-watcher.txt.
 */

const FILE = join(import.meta.dirname, 'passing-on-watcher.txt');
const TIMEOUT_SECONDS = 1800;

/** Names of the tests of watcher-tempest-plugin that passed on the lab's Watcher when they were last run on it. */
export function testsThatPassOnWatcher(): readonly string[] {
  return readFileSync(FILE, 'utf8').trim().split('\n');
}

if (import.meta.main) {
  const options = { region: 'RegionOne', tests: API_AND_CLI_TESTS, timeoutSeconds: TIMEOUT_SECONDS };
  const { passed } = await runTempest(options);
  writeFileSync(FILE, `${passed.join('\n')}\n`);
  process.stdout.write(`${passed.length} tests pass on Watcher.\n`);
}
