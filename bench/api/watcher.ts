import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT_ROOT = join(import.meta.dirname, '../..');
const IN_LAB = join(PROJECT_ROOT, 'devstack/lab/in-lab');
const PORT = 19_822;
const START_SECONDS = 60;

/** One process with two threads and a new connection for every request: as `devstack/lab/up` starts the lab's own. */
const UWSGI = [
  'uwsgi --plugins python3',
  `--http-socket 127.0.0.1:${PORT}`,
  '--wsgi-file /usr/bin/watcher-api-wsgi --master --lazy-apps --enable-threads --processes 1 --threads 2',
  "--thunder-lock --buffer-size 65535 --add-header 'Connection: close' --die-on-term --no-orphans",
  '--post-buffering 65536 --disable-logging',
].join(' ');

export interface WatcherApi {
  readonly url: string;
  stop(): Promise<void>;
}

/** Watcher's API as the lab has it, on a database of its own, in which its own tool makes the tables. */
export async function startWatcherApi(databaseUrl: string): Promise<WatcherApi> {
  const root = join(process.env['LAB_ROOT'] ?? '/var/lib/openstack-lab', 'root');
  const folder = mkdtempSync(join(root, 'tmp/auspex-bench-'));
  const home = folder.slice(root.length);
  const config = readFileSync(join(root, 'etc/watcher/watcher.conf'), 'utf8');
  writeFileSync(
    join(folder, 'watcher.conf'),
    config.replace(/^connection = .*$/m, `connection = ${databaseUrl}`),
  );
  const option = `--config-file ${home}/watcher.conf`;
  const script = `watcher-db-manage ${option} upgrade && exec ${UWSGI} --pyargv '${option}'`;
  const child = spawn(IN_LAB, ['sh', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output = `${output}${chunk}`.slice(-8000)));
  }
  const ended = once(child, 'close').then(() => rmSync(folder, { recursive: true }));
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  const url = `http://127.0.0.1:${PORT}`;
  for (const deadline = Date.now() + START_SECONDS * 1000; ;) {
    if (await answers(url)) return { url, stop };
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`Watcher's API did not start:\n${output}`);
    }
  }
}

async function answers(url: string): Promise<boolean> {
  await new Promise(resolve => {
    setTimeout(resolve, 250);
  });
  return fetch(url).then(
    reply => reply.ok,
    () => false,
  );
}
