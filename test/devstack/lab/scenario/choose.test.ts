import { expect } from 'chai';
import {
  AHEAD_STEPS,
  chooseScenario,
  HISTORY_STEPS,
  HOST_VCPUS,
  hostCpuPercent,
  STEPS_PER_DAY,
} from '../../../../devstack/lab/scenario/choose.ts';
import type { HostName, Scenario } from '../../../../devstack/lab/scenario/choose.ts';
import { syntheticTrace } from '../../../../devstack/lab/scenario/trace.ts';
import type { Trace } from '../../../../devstack/lab/scenario/trace.ts';

const HOUR = 12;

function hostSeries(scenario: Scenario, hostName: HostName, from: number, to: number): number[] {
  const guests = scenario.servers.filter(server => server.hostName === hostName);
  return Array.from({ length: to - from }, (_, n) =>
    hostCpuPercent(
      hostName,
      guests.map(({ flavor, cpuPercent }) => ({ flavor, cpuPercent: cpuPercent[from + n] ?? Number.NaN })),
    ),
  );
}

/** The trace with the CPU changed; `change` gives the new value of a row at a step. */
function changed(trace: Trace, change: (row: number, step: number, value: number) => number): Trace {
  const rows = trace.rows.map(({ name, cpuPercent }, row) => ({
    name,
    cpuPercent: cpuPercent.map((value, step) => change(row, step, value)),
  }));
  return { ...trace, rows };
}

describe('choice of the scenario', () => {
  const trace = syntheticTrace('test');
  let scenario: Scenario;

  before(() => {
    scenario = chooseScenario(trace, 'e2e-');
  });

  it('has compute-1 cross 80 percent within two hours, and not before', () => {
    const before = hostSeries(scenario, 'compute-1', HISTORY_STEPS - HOUR, HISTORY_STEPS);
    const after = hostSeries(scenario, 'compute-1', HISTORY_STEPS, HISTORY_STEPS + AHEAD_STEPS);

    expect(Math.max(...before)).to.be.below(75);
    expect(after.filter(value => value > 80)).to.have.lengthOf.at.least(5);
  });

  it('announces it: the same happened on the days before', () => {
    for (const day of [1, 2, 7, 13]) {
      const origin = HISTORY_STEPS - day * STEPS_PER_DAY;
      expect(Math.max(...hostSeries(scenario, 'compute-1', origin, origin + AHEAD_STEPS))).to.be.above(80);
    }
  });

  it('leaves the other hosts room for two busy guests more', () => {
    for (const hostName of ['compute-2', 'compute-3', 'compute-4'] as const) {
      const most = Math.max(...hostSeries(scenario, hostName, HISTORY_STEPS, HISTORY_STEPS + AHEAD_STEPS));
      expect(most + (100 * 16) / HOST_VCPUS[hostName]).to.be.below(50);
    }
  });

  it('uses each row once and fills its servers without gaps', () => {
    const withGap = changed(trace, (_row, step, value) => (step % 1000 === 7 ? Number.NaN : value));

    const { servers, description } = chooseScenario(withGap, 'x-');

    expect(new Set(servers.map(server => server.name)).size).to.equal(servers.length);
    expect(new Set(description.split('rows ')[1]?.split(', ')).size).to.equal(servers.length);
    for (const { cpuPercent, memoryPercent } of servers) {
      expect(cpuPercent).to.have.lengthOf(HISTORY_STEPS + AHEAD_STEPS);
      expect(memoryPercent).to.have.lengthOf(HISTORY_STEPS + AHEAD_STEPS);
      expect([...cpuPercent, ...memoryPercent].some(Number.isNaN)).to.equal(false);
    }
  });

  it('chooses the same again', () => {
    expect(chooseScenario(trace, 'e2e-').description).to.equal(scenario.description);
  });

  it('sees no announcement in guests whose busy hour wanders', () => {
    const wandering = changed(trace, (row, step, value) => {
      const shift = 97 * Math.floor(step / STEPS_PER_DAY);
      return row < 3 ? (trace.rows[row]?.cpuPercent[(step + shift) % 5760] ?? 0) : value;
    });

    expect(() => chooseScenario(wandering, 'e2e-')).to.throw('no origin makes compute-1 run hot');
  });

  it('passes over an origin at which what was announced did not come', () => {
    const calm = changed(trace, (row, step, value) => (row < 3 && step >= HISTORY_STEPS ? 8 : value));

    expect(() => chooseScenario(calm, 'e2e-')).to.throw('no origin makes compute-1 run hot');
  });
});
