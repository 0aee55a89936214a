import { setTimeout as delay } from 'node:timers/promises';
import { createGnocchiDatasource } from '../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import { gather } from '../../plugin/audits/gather.ts';
import { collectCluster } from '../../plugin/openstack/collect-cluster.ts';
import { predictiveMigration } from '../../strategies/predictive-migration/predictive-migration.ts';
import { buildWorld } from '../scenario/build-world.ts';
import type { ScenarioFile } from '../scenario/read-scenario.ts';
import { stepOf } from '../world/demand.ts';
import { bar, fanChart, progressBar, wrap } from './chart.ts';
import type { Ledger } from './ledger.ts';
import { ledgerOf } from './ledger.ts';
import type { ShownAction } from './optimizer-client.ts';
import { hottestHost } from './outlook.ts';
import type { Screen } from './screen.ts';
import type { DemoStage } from './stage.ts';

const AHEAD_SECONDS = 7200;
const PAST_STEPS = 24;
const POLL_MILLISECONDS = 150;
const WIDTH = 100;
/** Several states of a plan or an audit in which nothing more happens. */
const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SUSPENDED', 'SUPERSEDED'];

/** The plan did not get to its good end. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly code = 'demo_failed';
}

export interface DemoResult {
  readonly planState: string;
  readonly migrations: number;
  readonly without: Ledger;
  readonly with: Ledger;
}

/** Tells the whole story: hosts, forecast, plan with reasons, migrations, and what would have been without. */
export async function runDemo(
  stage: DemoStage,
  file: ScenarioFile,
  { screen, signal }: { readonly screen: Screen; readonly signal: AbortSignal },
): Promise<DemoResult> {
  const { world, clock, optimizer, startAt } = stage;
  const { scenario } = file;
  const parameters = parametersOf(file);
  const threshold = parameters.thresholds.host_cpu_usage;
  screen.title(`${scenario.name}: ${scenario.description}`);
  screen.print(
    `${world.hosts.size} hosts, ${world.guests.size} instances, ${scenario.historyDays} days of history; ` +
      `it is ${timeOf(startAt)} UTC in the simulated cloud.`,
  );
  showHosts('Hosts now (CPU)', startAt);

  screen.title('An audit for the goal predictive_migration, through the API');
  const { uuid: auditUuid } = await optimizer.createAudit(scenario.audit);
  const audit = await settled('audit', () => optimizer.audit(auditUuid));
  if (audit.state !== 'SUCCEEDED')
    throw new DemoError(`The audit ended in ${audit.state}: ${audit.status_message ?? ''}`);
  await showForecast();

  const [plan] = await optimizer.plans(auditUuid);
  if (plan === undefined) throw new DemoError('The audit made no action plan.');
  const proposed = await optimizer.actions(plan.uuid);
  screen.title(`The plan: ${proposed.length} action(s)`);
  for (const line of wrap(audit.status_message ?? '', WIDTH, '  ')) screen.print(line);
  for (const action of proposed) showReason(action);

  const state = proposed.length === 0 ? plan.state : await carryOut(plan.uuid);
  const moves = world.migrations.filter(record => record.status === 'completed');
  for (const record of moves) {
    const { seconds = 0, downtimeSeconds = 0, rounds = 0 } = record.outcome ?? {};
    screen.print(
      `  ${world.guests.get(record.guestId)?.name ?? '?'}: copied in ${seconds.toFixed(1)} s and ${rounds} rounds, ` +
        `paused for ${(1000 * downtimeSeconds).toFixed(0)} ms`,
    );
  }

  const endAt = startAt + AHEAD_SECONDS;
  clock.skip(Math.max(0, endAt * 1000 - clock.now()));
  world.advanceTo(endAt);
  const control = buildWorld(file, startAt);
  control.advanceTo(endAt);
  const span = { from: startAt, to: endAt };
  const [without, withPlan] = [ledgerOf(control, span, threshold), ledgerOf(world, span, threshold)];
  showComparison(without, withPlan);
  return { planState: state, migrations: moves.length, without, with: withPlan };

  function showHosts(heading: string, at: number): void {
    screen.title(heading);
    for (const name of world.hosts.keys()) {
      const percent = world.loads.hostAt(name, stepOf(at) - 1)?.cpuPercent ?? NaN;
      screen.print(`  ${bar(name, percent, threshold)}`);
    }
  }

  async function showForecast(): Promise<void> {
    const { cloud } = stage;
    const gathered = await gather(predictiveMigration.needs(parameters), {
      collectCluster: each => collectCluster(cloud, { signal: each, clock: () => new Date(clock.now()) }),
      datasource: createGnocchiDatasource({ session: cloud.session, now: () => clock.now() }),
      now: () => clock.now(),
      signal,
    });
    const hot = hottestHost(gathered, threshold);
    const last = stepOf(clock.now() / 1000);
    const past = Array.from(
      { length: PAST_STEPS },
      (_, n) => world.loads.hostAt(hot.name, last - PAST_STEPS + n)?.cpuPercent ?? NaN,
    );
    screen.title(
      `Forecast of ${hot.name}: CPU, two hours back and ${(parameters.horizon / 3600).toFixed(0)} ahead`,
    );
    for (const line of fanChart({ past, ...hot.fan }, threshold)) screen.print(line);
    screen.print('        ● measured   ━ median   ▓ p25 to p75   ░ p05 to p95   ┄ threshold');
    screen.print(`  ${hot.minutes.toFixed(0)} minutes above ${threshold} % are expected if nothing is done.`);
  }

  function showReason(action: ShownAction): void {
    const { resource_name: name, source_node: from, destination_node: to } = action.input_parameters;
    screen.print(`  ${action.action_type} ${name ?? ''}: ${from ?? '?'} → ${to ?? '?'}`);
    for (const line of wrap(action.description, WIDTH, '      ')) screen.print(line);
  }

  async function carryOut(planUuid: string): Promise<string> {
    screen.title('The plan is started');
    await optimizer.startPlan(planUuid);
    const ended = await settled('plan', async () => {
      const actions = await optimizer.actions(planUuid);
      screen.update(actions.map(progressLine));
      return optimizer.plan(planUuid);
    });
    screen.settle((await optimizer.actions(planUuid)).map(progressLine));
    screen.print(`  The plan is ${ended.state}.`);
    if (ended.state !== 'SUCCEEDED')
      throw new DemoError(`The plan ended in ${ended.state}: ${ended.status_message ?? ''}`);
    return ended.state;
  }

  function showComparison(left: Ledger, right: Ledger): void {
    const names = [...world.hosts.keys()];
    const peak = (of: typeof world, name: string) => {
      let most = 0;
      for (let step = stepOf(startAt); step < stepOf(endAt); step += 1) {
        most = Math.max(most, of.loads.hostAt(name, step)?.cpuPercent ?? 0);
      }
      return most;
    };
    for (const [heading, of] of [
      ['Two hours later, without Auspex: the highest CPU of each host', control],
      ['The same two hours with Auspex', world],
    ] as const) {
      screen.title(heading);
      for (const name of names) screen.print(`  ${bar(name, peak(of, name), threshold)}`);
    }
    screen.title('What it was good for');
    for (const [label, { minutesOver, peakPercent, peakHost, missingCpuMinutes, energyKWh }] of [
      ['without Auspex', left],
      ['with Auspex', right],
    ] as const) {
      screen.print(
        `  ${label.padEnd(15)} ${minutesOver.toFixed(0).padStart(4)} minutes over ${threshold} %, ` +
          `peak ${peakPercent.toFixed(0)} % (${peakHost}), ` +
          `${missingCpuMinutes.toFixed(0)} CPU-minutes wanted and not had, ${energyKWh.toFixed(1)} kWh`,
      );
    }
  }

  async function settled<T extends { readonly state: string }>(
    what: string,
    ask: () => Promise<T>,
  ): Promise<T> {
    for (let n = 0; ; n += 1) {
      const shown = await ask();
      if (ENDED.includes(shown.state)) {
        if (what === 'audit') screen.settle([`  audit ${shown.state}`]);
        return shown;
      }
      if (what === 'audit') screen.update([`  audit ${shown.state} ${'.'.repeat(n % 40)}`]);
      await delay(POLL_MILLISECONDS, undefined, { signal });
    }
  }
}

function parametersOf({ path, scenario }: ScenarioFile) {
  const parsed = predictiveMigration.parameters.safeParse(scenario.audit);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new DemoError(`${path} is wrong: audit.${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`);
}

const SHARES: Readonly<Record<string, number>> = { SUCCEEDED: 1, SKIPPED: 1 };

/** The state and, while it goes on, what the action reports: `42 %: …`. */
function progressLine({ state, status_message: message, input_parameters: of }: ShownAction): string {
  const percent = /^(\d+) %/.exec(message ?? '')?.[1];
  const share = SHARES[state] ?? (percent === undefined ? 0 : Number(percent) / 100);
  return `  ${(of.resource_name ?? '').padEnd(12)} ${progressBar(share)} ${state} ${message ?? ''}`.trimEnd();
}

function timeOf(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
