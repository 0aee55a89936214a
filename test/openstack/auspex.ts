import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from './lab.ts';

/** The lab's administrator, as `devstack/lab/openrc` exports it. */
export const LAB_ENVIRONMENT = {
  OS_AUTH_URL: 'http://127.0.0.1:15000/v3',
  OS_IDENTITY_API_VERSION: '3',
  OS_AUTH_TYPE: 'password',
  OS_USERNAME: 'admin',
  OS_PASSWORD: 'lab',
  OS_PROJECT_NAME: 'admin',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_DOMAIN_NAME: 'Default',
  OS_REGION_NAME: 'RegionOne',
  OS_INTERFACE: 'public',
} as const;

export interface AuspexProcess {
  /** Where its API listens. */
  readonly url: string;
  /** All that it has written so far. */
  output(): string;
  /** Sends the signal and does not wait for what it does. */
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and gives the exit code; -1 when it had to be killed after 15 s. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

/** The service ended, or said nothing for too long, before it listened. */
export class AuspexDidNotStart extends Error {
  /** Null: it was still running. */
  readonly exitCode: number | null;
  readonly output: string;

  constructor(exitCode: number | null, output: string) {
    super(`auspex did not start (exit code ${exitCode}):\n${output}`);
    this.exitCode = exitCode;
    this.output = output;
  }
}

/** Runs the real service on the lab, on a free port with a database of its own; `environment` overrides the lab's. */
export async function startAuspex(
  environment: Readonly<Record<string, string>> = {},
): Promise<AuspexProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'auspex-'));
  const child = spawn(process.execPath, ['plugin/main.ts'], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      ...LAB_ENVIRONMENT,
      AUSPEX_HOST: '127.0.0.1',
      AUSPEX_PORT: '0',
      AUSPEX_DATABASE_URL: `sqlite:///${join(folder, 'auspex.sqlite')}`,
      ...environment,
    },
  });
  let output = '';
  const ended = once(child, 'close').then(() => rmSync(folder, { recursive: true }));
  const listening = new Promise<string | undefined>(resolve => {
    const read = (chunk: string) => {
      output += chunk;
      const url = listeningUrl(output);
      if (url !== undefined) resolve(url);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', read);
    void ended.then(() => resolve(undefined));
    setTimeout(() => resolve(undefined), START_TIMEOUT_MS).unref();
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(killer);
    return child.exitCode ?? -1;
  };
  const url = await listening;
  if (url === undefined) {
    const { exitCode } = child;
    if (exitCode === null) await stop();
    throw new AuspexDidNotStart(exitCode, output);
  }
  return { url, output: () => output, signal: signal => void child.kill(signal), stop };
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/** The `url` of the first complete log line that has one. */
function listeningUrl(output: string): string | undefined {
  for (const line of output.split('\n').slice(0, -1)) {
    if (!line.startsWith('{')) continue;
    const { url } = JSON.parse(line) as { url?: unknown };
    if (typeof url === 'string') return url;
  }
  return undefined;
}
