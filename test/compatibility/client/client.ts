import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CliReply } from '../../openstack/lab.ts';
import { PROJECT_ROOT } from '../../openstack/lab.ts';

/** The lab's own `openstack`, kept running: its start takes longer than most of its commands. */
export class Client {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #root: string;
  readonly #replies: AsyncIterator<string>;

  /** As the lab's administrator, on the services of a region of Keystone. `script` is of this folder. */
  constructor(region: string, script: 'client.py' | 'dashboard.py' = 'client.py') {
    this.#root = join(process.env['LAB_ROOT'] ?? '/var/lib/openstack-lab', 'root');
    this.#folder = mkdtempSync(join(this.#root, 'tmp/auspex-client-'));
    copyFileSync(join(import.meta.dirname, script), join(this.#folder, script));
    const command = ['env', '-u', 'OS_COMPUTE_API_VERSION', 'python3', this.path(script)];
    const env = { PATH: process.env['PATH'], LAB_ROOT: process.env['LAB_ROOT'], OS_REGION_NAME: region };
    this.#child = spawn(join(PROJECT_ROOT, 'devstack/lab/in-lab'), command, {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#replies = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Of a file of this client, as the client sees it. */
  path(name: string): string {
    return join(this.#folder.slice(this.#root.length), name);
  }

  /** A file that commands can name by `path`. */
  write(name: string, content: string): void {
    writeFileSync(join(this.#folder, name), content);
  }

  /** One command after the other, never two at once. */
  async run<T = CliReply>(words: readonly unknown[]): Promise<T> {
    this.#child.stdin!.write(`${JSON.stringify(words)}\n`);
    const { value, done } = await this.#replies.next();
    if (done === true) throw new Error(`The client ended at ${words.join(' ')}.`);
    return JSON.parse(value) as T;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.stdin!.end();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}
