import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuPercentAt, stepOf } from '../../simulator/world/demand.ts';
import { buildWorld, callFaultsOf, nextStart } from '../../simulator/scenario/build-world.ts';
import { readScenario, ScenarioError, shippedScenarios } from '../../simulator/scenario/read-scenario.ts';
import { named, START_AT } from './tiny-world.ts';

const SMALL = `
name: small
startsAt: monday 09:00
hosts: [{ name: compute-, count: 2, vcpus: 8, memoryGiB: 32 }]
flavors: { large: { vcpus: 4, memoryGiB: 8, diskGiB: 20 } }
`;

describe('scenario', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-scenario-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (text: string, name = 'mine.yaml') => writeFileSync(join(folder, name), text);
  const build = () => buildWorld(readScenario('mine.yaml', folder), START_AT);
  const complaint = () => {
    try {
      build();
      return 'none';
    } catch (error) {
      if (error instanceof ScenarioError) return error.message.replace(`${folder}/`, '');
      throw error;
    }
  };

  for (const name of shippedScenarios()) {
    it(`ships ${name}, which can be played`, () => {
      const file = readScenario(name, folder);

      const world = buildWorld(file, nextStart(file.scenario.startsAt, START_AT));

      expect(world.hosts.size).to.be.at.least(3);
      for (const host of world.hosts.values()) {
        const room = world.allocations.roomOf(host);
        expect(room.MEMORY_MB.used, host.name).to.be.at.most(room.MEMORY_MB.total - room.MEMORY_MB.reserved);
      }
    });
  }

  it('numbers what there are several of, and lets the hosts take turns', () => {
    write(`${SMALL}guests: [{ name: web-, count: 3, flavor: large, demand: { kind: steady, percent: 10 } }]`);

    const world = build();

    expect([...world.guests.values()].map(each => [each.name, each.hostName])).to.deep.equal([
      ['web-1', 'compute-1'],
      ['web-2', 'compute-2'],
      ['web-3', 'compute-1'],
    ]);
  });

  it('is the same world each time, and another with another seed', () => {
    const guests = 'guests: [{ name: web, flavor: large, demand: { kind: steady, percent: 50 } }]';
    const demandOf = (seed: number) => {
      write(`${SMALL}seed: ${seed}\n${guests}`);
      return cpuPercentAt(named(build(), 'web').demand, stepOf(START_AT));
    };

    expect(demandOf(1)).to.equal(demandOf(1));
    expect(demandOf(1)).to.not.equal(demandOf(2));
  });

  it('replays a trace from the beginning of its history', () => {
    write('10\n20\n30\n', 'trace.csv');
    write(
      `${SMALL}historyDays: 1\nguests: [{ name: web, flavor: large, noise: 0, demand: { kind: replayed, file: trace.csv } }]`,
    );

    const first = stepOf(START_AT - 86_400);
    const { demand } = named(build(), 'web');

    expect([0, 1, 2, 3].map(n => cpuPercentAt(demand, first + n))).to.deep.equal([10, 20, 30, 10]);
  });

  it('lets things go wrong when their time has come', () => {
    write(
      `${SMALL}guests: [{ name: web, flavor: large, demand: { kind: steady, percent: 10 } }]
faults:
  - { kind: host_dies, at: 2m, name: compute-1 }
  - { kind: metrics_lost, at: 1m }
  - { kind: cell_down, at: 5m, name: compute-2 }
  - { kind: fail, service: compute, times: 2 }`,
    );
    const world = build();
    const state = () => [
      world.hosts.get('compute-1')?.alive,
      named(world, 'web').metricsLost,
      world.hosts.get('compute-2')?.cellDown,
    ];

    world.advanceTo(START_AT + 90);
    expect(state()).to.deep.equal([true, true, false]);
    world.advanceTo(START_AT + 600);

    expect(state()).to.deep.equal([false, true, true]);
    expect(callFaultsOf(readScenario('mine.yaml', folder).scenario)).to.deep.equal([
      { kind: 'fail', service: 'compute', times: 2 },
    ]);
  });

  for (const [what, text, sentence] of [
    ['no YAML', 'name: [', /^mine\.yaml cannot be read: /],
    [
      'a key that does not exist',
      `${SMALL}guests: []\nguest: 1`,
      /^mine\.yaml is wrong: it: Unrecognized key/,
    ],
    ['no time', SMALL.replace('monday 09:00', 'noon'), /startsAt: must be like "monday 09:20"/],
    [
      'a flavor that is not there',
      `${SMALL}guests: [{ name: a, flavor: huge, demand: { kind: steady, percent: 1 } }]`,
      /the guests a have the flavor huge, which is not there/,
    ],
    [
      'a host that is not there',
      `${SMALL}guests: [{ name: a, flavor: large, host: x, demand: { kind: steady, percent: 1 } }]`,
      /There is no host x/,
    ],
    [
      'a percentage that is none',
      `${SMALL}guests: [{ name: a, flavor: large, demand: { kind: steady, percent: 101 } }]`,
      /guests\.0\.demand\.percent: /,
    ],
    [
      'a trace that does not exist',
      `${SMALL}guests: [{ name: a, flavor: large, demand: { kind: replayed, file: none.csv } }]`,
      /^The trace none\.csv cannot be read: ENOENT/,
    ],
    [
      'a fault on no host',
      `${SMALL}guests: []\nfaults: [{ kind: host_dies, at: 1m, name: x }]`,
      /no host x that/,
    ],
  ] as const) {
    it(`says in one sentence that there is ${what}`, () => {
      write(text);

      expect(complaint()).to.match(sentence);
      expect(complaint()).to.not.include('\n');
    });
  }

  it('names the line at which a trace has a gap', () => {
    write('10\n\n30\n', 'trace.csv');
    write(`${SMALL}guests: [{ name: a, flavor: large, demand: { kind: replayed, file: trace.csv } }]`);

    expect(complaint()).to.equal('The trace trace.csv has a gap: line 2 is empty, not a percentage.');
  });

  it('begins at the next such day and time', () => {
    const at = (text: string) => new Date(nextStart(text, START_AT) * 1000).toISOString();

    expect(at('monday 09:20')).to.equal('2026-03-02T09:20:00.000Z');
    expect(at('monday 09:00')).to.equal('2026-03-09T09:00:00.000Z');
    expect(at('sunday 23:59')).to.equal('2026-03-08T23:59:00.000Z');
  });
});
