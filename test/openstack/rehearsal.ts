import type { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { STEP_SECONDS } from '../../devstack/lab/feeder/columns.ts';
import { feed, forget, settle } from '../../devstack/lab/feeder/feed.ts';
import { hosts } from '../../devstack/lab/feeder/inventory.ts';
import { AHEAD_STEPS, HISTORY_STEPS } from '../../devstack/lab/scenario/choose.ts';
import type { Scenario } from '../../devstack/lab/scenario/choose.ts';
import { bootServers, deleteServers, measuredHostCpu } from './lab.ts';

/** CPU percent of each host, by name: what Gnocchi measured in the two hours, one value for every 5 minutes. */
export type MeasuredHosts = ReadonlyMap<string, readonly number[]>;

/** Plays a scenario on the lab: its servers, their past, and what comes, as often as wanted. */
export class Rehearsal {
  readonly serverIds: readonly string[];
  readonly #cloud: LabCloud;
  readonly #scenario: Scenario;
  readonly #prefix: string;
  #nowAt = 0;

  private constructor(cloud: LabCloud, scenario: Scenario, prefix: string, serverIds: readonly string[]) {
    this.#cloud = cloud;
    this.#scenario = scenario;
    this.#prefix = prefix;
    this.serverIds = serverIds;
  }

  /** Boots the scenario's servers where it wants them; all servers whose names begin so are replaced. */
  static async prepare(cloud: LabCloud, scenario: Scenario, prefix: string): Promise<Rehearsal> {
    await deleteServers(cloud, prefix);
    const ids = await bootServers(cloud, scenario.servers);
    return new Rehearsal(cloud, scenario, prefix, ids);
  }

  async remove(): Promise<void> {
    await forget(this.#cloud, this.serverIds);
    await deleteServers(this.#cloud, this.#prefix);
  }

  /** Feeds, in place of whatever was there, the two weeks that end now. Hosts are measured on the present placement. */
  async feedHistory(): Promise<void> {
    await forget(this.#cloud, this.serverIds);
    this.#nowAt = Math.floor(Date.now() / 1000 / STEP_SECONDS) * STEP_SECONDS;
    await this.#feed(0, HISTORY_STEPS);
  }

  /** Goes on for the two hours that follow, on the present placement. */
  async feedAhead(): Promise<MeasuredHosts> {
    const times = await this.#feed(HISTORY_STEPS, HISTORY_STEPS + AHEAD_STEPS);
    const measured = new Map<string, number[]>();
    for (const { name } of await hosts(this.#cloud)) {
      measured.set(name, await measuredHostCpu(this.#cloud, name, times));
    }
    return measured;
  }

  async #feed(from: number, to: number): Promise<number[]> {
    const firstAt = this.#nowAt + (from - HISTORY_STEPS + 1) * STEP_SECONDS;
    const times = Array.from({ length: to - from }, (_, n) => firstAt + n * STEP_SECONDS);
    const byName = new Map(this.#scenario.servers.map(server => [server.name, server]));
    await feed(this.#cloud, {
      times,
      only: this.#prefix,
      loadOf: ({ name }) => {
        const server = byName.get(name);
        if (!server) throw new Error(`server ${name} is not of the scenario`);
        return {
          cpuPercent: server.cpuPercent.subarray(from, to),
          memoryPercent: server.memoryPercent.subarray(from, to),
        };
      },
    });
    await settle(this.#cloud);
    return times;
  }
}

/** A table of the hosts' CPU percent, the higher of two steps every ten minutes; one block for each label. */
export function hostTable(runs: Readonly<Record<string, MeasuredHosts>>): string {
  const columns = Array.from({ length: AHEAD_STEPS / 2 }, (_, n) => 2 * n);
  const minutes = columns.map(n => `+${((n + 2) * STEP_SECONDS) / 60}'`);
  const lines = [tableLine('measured host CPU, percent', [...minutes, 'most'])];
  for (const [label, measured] of Object.entries(runs)) {
    for (const [hostName, series] of measured) {
      const cells = columns.map(n => Math.max(series[n] ?? Number.NaN, series[n + 1] ?? Number.NaN));
      const rounded = [...cells, Math.max(...series)].map(cell => cell.toFixed(0));
      lines.push(tableLine(`${hostName}, ${label}`, rounded));
    }
  }
  return lines.join('\n');
}

function tableLine(head: string, cells: readonly string[]): string {
  return `    ${head.padEnd(26)}${cells.map(cell => cell.padStart(6)).join('')}`;
}
