import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const FETCH = join(import.meta.dirname, 'prometheus');
const START_TIMEOUT_MS = 60_000;

export interface PrometheusServer {
  /** `http://127.0.0.1:PORT/prefix` */
  readonly url: string;
  readonly folder: string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** History, in OpenMetrics. */
  readonly history?: string;
  /** Of `scrape_configs`, in YAML. */
  readonly scrapes?: string;
  readonly prefix?: string;
  readonly flags?: readonly string[];
  /** Content of `--web.config.file`, given the folder; with TLS the url begins with https. */
  readonly web?: { readonly config: (folder: string) => string; readonly isTls: boolean };
}

/** Where Debian's prometheus, promtool and prometheus-node-exporter are. */
export function programs(): string {
  return execFileSync(FETCH, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** A real Prometheus on a free port with a folder of its own, ready to be asked. */
export async function startPrometheus(options: ServerOptions = {}): Promise<PrometheusServer> {
  const { history, scrapes = '', prefix = '', flags = [], web } = options;
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), 'auspex-prometheus-'));
  const data = join(folder, 'data');
  if (history !== undefined) {
    const file = join(folder, 'history.om');
    writeFileSync(file, history);
    execFileSync(join(bin, 'promtool'), ['tsdb', 'create-blocks-from', 'openmetrics', file, data], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }
  writeFileSync(join(folder, 'prometheus.yml'), `global: {scrape_interval: 1s}\nscrape_configs:\n${scrapes}`);
  const port = await freePort();
  const url = `${web?.isTls === true ? 'https' : 'http'}://127.0.0.1:${port}${prefix}`;
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=10y',
    `--web.listen-address=127.0.0.1:${port}`,
    ...flags,
    ...(prefix === '' ? [] : [`--web.external-url=${url}`, `--web.route-prefix=${prefix}`]),
  ];
  if (web !== undefined) {
    writeFileSync(join(folder, 'web.yml'), web.config(folder));
    args.push(`--web.config.file=${join(folder, 'web.yml')}`);
  }
  const child = spawn(join(bin, 'prometheus'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const server = {
    url,
    folder,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
  const before = Date.now() + START_TIMEOUT_MS;
  while (!log.includes('Server is ready to receive web requests')) {
    if (child.exitCode !== null || Date.now() > before) {
      await server.stop();
      throw new Error(`prometheus did not start: ${log.slice(-2000)}`);
    }
    await delay(20);
  }
  return server;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}
