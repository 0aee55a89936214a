import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { AHEAD_STEPS, chooseScenario, THRESHOLD_PERCENT } from '../../devstack/lab/scenario/choose.ts';
import type { Scenario } from '../../devstack/lab/scenario/choose.ts';
import { openTrace } from '../../devstack/lab/scenario/trace.ts';
import { startAuspex } from './auspex.ts';
import type { AuspexProcess } from './auspex.ts';
import { addRegion, enableHosts, openstack, openstackJson, servers, TRACE_FOLDER, until } from './lab.ts';
import { hostTable, Rehearsal } from './rehearsal.ts';
import type { MeasuredHosts } from './rehearsal.ts';

const PREFIX = 'e2e-';
const REGION = 'Auspex';
const HOT_HOST = 'compute-1';

describe('predictive migration on a real OpenStack', () => {
  const undo: (() => Promise<unknown>)[] = [];
  let cloud: LabCloud;
  let scenario: Scenario;
  let rehearsal: Rehearsal;
  let control: MeasuredHosts;
  let auspex: AuspexProcess | undefined;
  let auditUuid: string;
  let planUuid: string;
  let actions: ShownAction[];

  before(async () => {
    scenario = chooseScenario(openTrace(TRACE_FOLDER), PREFIX);
    console.log(`    ${scenario.description}`);
    cloud = await LabCloud.connect();
    await enableHosts(cloud);
    rehearsal = await Rehearsal.prepare(cloud, scenario, PREFIX);
    undo.push(() => rehearsal.remove());
  });

  // Each step stands on the one before it.
  let hasFailed = false;
  beforeEach(function () {
    if (hasFailed) this.skip();
  });
  afterEach(function () {
    if (this.currentTest?.state !== 'failed') return;
    hasFailed = true;
    console.log(auspex?.output() ?? '');
  });

  after(async () => {
    for (const step of undo.toReversed()) await step();
  });

  it('has servers that Nova may move, on the hosts of the scenario', async () => {
    const booted = await servers(cloud, PREFIX);

    expect(booted.map(server => [server.name, server.hostName, server.pinnedZone])).to.deep.equal(
      scenario.servers.map(server => [server.name, server.hostName, null]),
    );
  });

  it('control: left alone, compute-1 crosses the threshold within two hours', async () => {
    await rehearsal.feedHistory();

    control = await rehearsal.feedAhead();

    const series = seriesOf(control, HOT_HOST);
    expect(Math.max(...series.slice(0, 3))).to.be.below(THRESHOLD_PERCENT);
    expect(Math.max(...series)).to.be.above(THRESHOLD_PERCENT);
  });

  it('is in the catalogue as the optimizer of a region of its own', async () => {
    await rehearsal.feedHistory();
    const started = await startAuspex();
    auspex = started;
    undo.push(() => started.stop());
    undo.push(await addRegion(cloud, REGION, { 'infra-optim': started.url }));

    const goals = await openstackJson<{ Name: string }[]>(REGION, 'optimize goal list');

    expect(goals.map(goal => goal.Name)).to.include('predictive_migration');
  });

  it('runs an audit with parameters given on the command line', async () => {
    const thresholds = JSON.stringify({ host_cpu_usage: THRESHOLD_PERCENT, host_ram_usage: 90 });
    const created = await openstackJson<Shown>(
      REGION,
      'optimize audit create -g predictive_migration -s predictive_migration -p horizon=7200 -p',
      `thresholds=${thresholds}`,
    );
    auditUuid = created.UUID;

    const audit = await finished('audit', auditUuid);

    expect(audit.State).to.equal('SUCCEEDED');
  });

  it('recommends to move instances off compute-1, each with a reason in numbers', async () => {
    const plans = await openstackJson<Shown[]>(REGION, 'optimize actionplan list --audit', auditUuid);
    planUuid = plans[0]?.UUID ?? '';

    const plan = await openstackJson<Shown>(REGION, 'optimize actionplan show', planUuid);
    const listed = await openstackJson<Shown[]>(REGION, 'optimize action list --action-plan', planUuid);
    actions = [];
    for (const { UUID } of listed) {
      actions.push(await openstackJson<ShownAction>(REGION, 'optimize action show', UUID));
    }

    expect(plan.State).to.equal('RECOMMENDED');
    expect(actions).to.not.be.empty;
    for (const { Action, Parameters, Description } of actions) {
      console.log(`      ${Description}`);
      expect(Action).to.equal('migrate');
      expect(rehearsal.serverIds).to.include(Parameters.resource_id);
      expect(Parameters.source_node).to.equal(HOT_HOST);
      expect(Description).to.match(/compute-1 reaches \d+ % CPU at \d\d:\d\d UTC/);
    }
  });

  it('moves them when the plan is started: Nova says so', async () => {
    const { exitCode, stderr } = await openstack(REGION, 'optimize actionplan start', planUuid);
    expect(exitCode, stderr).to.equal(0);

    const plan = await finished('actionplan', planUuid);

    expect(plan.State).to.equal('SUCCEEDED');
    const destinations = new Map(
      actions.map(({ Parameters }) => [Parameters.resource_id, Parameters.destination_node]),
    );
    for (const { id, name, hostName } of await servers(cloud, PREFIX)) {
      const before = scenario.servers.find(server => server.name === name)?.hostName;
      expect(hostName, name).to.equal(destinations.get(id) ?? before);
    }
  });

  it('keeps every host under the threshold in the two hours in which compute-1 crossed it', async () => {
    const measured = await rehearsal.feedAhead();

    console.log(hostTable({ 'left alone': control, 'with the plan': measured }));
    for (const hostName of measured.keys()) {
      expect(Math.max(...seriesOf(measured, hostName)), hostName).to.be.at.most(THRESHOLD_PERCENT);
    }
  });
});

/** What the command line shows, as far as it is used here. */
interface Shown {
  readonly UUID: string;
  readonly State: string;
}

interface ShownAction extends Shown {
  readonly Action: string;
  readonly Parameters: {
    readonly resource_id: string;
    readonly source_node: string;
    readonly destination_node: string;
  };
  readonly Description: string;
}

/** The audit or action plan as the command line shows it, once it has come to an end. */
async function finished(kind: 'audit' | 'actionplan', uuid: string): Promise<Shown> {
  return until(
    `${kind} ${uuid} has ended`,
    async () => {
      const shown = await openstackJson<Shown>(REGION, `optimize ${kind} show`, uuid);
      return ['PENDING', 'ONGOING'].includes(shown.State) ? false : shown;
    },
    300,
  );
}

function seriesOf(measured: MeasuredHosts, hostName: string): readonly number[] {
  const series = measured.get(hostName) ?? [];
  expect(series, `measures of ${hostName}`).to.have.lengthOf(AHEAD_STEPS);
  expect(series.some(Number.isNaN), `gaps in the measures of ${hostName}`).to.equal(false);
  return series;
}
