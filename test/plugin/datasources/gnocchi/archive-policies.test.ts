import { expect } from 'chai';

import {
  chooseGranularity,
  classifyMetrics,
  METRICS_PAGE,
} from '../../../../plugin/datasources/gnocchi/archive-policies.ts';

const DAY = 86_400;
/** As Gnocchi 4.6 gives it. */
const HIGH = policy(
  'ceilometer-high',
  ['mean'],
  [
    ['0:00:01', '1:00:00'],
    ['0:01:00', '1 day, 0:00:00'],
    ['1:00:00', '365 days, 0:00:00'],
  ],
);
const LOW = policy('ceilometer-low', ['mean'], [['0:05:00', '30 days, 0:00:00']]);

describe('gnocchi archive policies', () => {
  const table = [
    { what: 'the step itself', stored: LOW, stepSeconds: 300, reachSeconds: 14 * DAY, granularity: 300 },
    { what: 'a coarser one', stored: LOW, stepSeconds: 60, reachSeconds: DAY, granularity: 300 },
    { what: 'a finer one', stored: LOW, stepSeconds: 3600, reachSeconds: DAY, granularity: 300 },
    { what: 'the nearest', stored: HIGH, stepSeconds: 300, reachSeconds: DAY, granularity: 60 },
    {
      what: 'one that reaches back',
      stored: HIGH,
      stepSeconds: 300,
      reachSeconds: 2 * DAY,
      granularity: 3600,
    },
    { what: 'the furthest', stored: HIGH, stepSeconds: 60, reachSeconds: 900 * DAY, granularity: 3600 },
  ];
  for (const { what, stored, stepSeconds, reachSeconds, granularity } of table) {
    it(`are read at ${what}: ${granularity} s for steps of ${stepSeconds} s`, () => {
      expect(chooseGranularity(parsed(stored).archive_policy, { stepSeconds, reachSeconds })).to.equal(
        granularity,
      );
    });
  }

  it('that keep no mean cannot be read', () => {
    const bool = parsed(policy('bool', ['last'], [['0:00:01', '365 days, 0:00:00']])).archive_policy;

    expect(chooseGranularity(bool, { stepSeconds: 300, reachSeconds: DAY })).to.equal(undefined);
  });

  it('sort the resources by the granularity to read them at', () => {
    const metrics = [metric('b', LOW), metric('a', LOW), metric('c', HIGH)].map(parsed);

    const classes = classifyMetrics(metrics, { stepSeconds: 60, reachSeconds: DAY });

    expect(classes).to.deep.equal([
      { granularitySeconds: 60, resourceIds: ['c'] },
      { granularitySeconds: 300, resourceIds: ['a', 'b'] },
    ]);
  });

  it('with a duration that is none are malformed', () => {
    const odd = policy('odd', ['mean'], [['soon', '1:00:00']]);

    expect(METRICS_PAGE.safeParse([odd]).success).to.equal(false);
  });
});

function policy(
  name: string,
  methods: readonly string[],
  definition: readonly (readonly [string, string])[],
) {
  return {
    id: `metric-${name}`,
    resource_id: 'r' as string | null,
    archive_policy: {
      name,
      back_window: 0,
      aggregation_methods: methods,
      definition: definition.map(([granularity, timespan]) => ({ granularity, timespan, points: 1 })),
    },
  };
}

function metric(resourceId: string, like: ReturnType<typeof policy>): ReturnType<typeof policy> {
  return { ...like, resource_id: resourceId };
}

function parsed(stored: ReturnType<typeof policy>) {
  return METRICS_PAGE.parse([stored])[0]!;
}
