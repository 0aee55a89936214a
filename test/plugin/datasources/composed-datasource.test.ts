import { expect } from 'chai';
import fc from 'fast-check';
import type { UsageBatch, UsageMetric } from '../../../forecast/usage-batch.ts';
import { composeDatasources } from '../../../plugin/datasources/composed-datasource.ts';
import { DatasourceError } from '../../../plugin/datasources/datasource.ts';
import type { Datasource, UsageQuery } from '../../../plugin/datasources/datasource.ts';

const CPU: UsageMetric = 'instance_cpu_usage';
const STEPS = 2;

/** What a source has: ids of resources, each of its own value, in batches. */
interface Content {
  readonly metrics?: readonly UsageMetric[];
  readonly batches?: readonly (readonly string[])[];
  readonly value?: number;
  /** Fails after so many batches. */
  readonly failsAfter?: number;
}

describe('composed datasource (B99)', () => {
  it('takes from the next source what the first has no samples of', async () => {
    const [first, second] = [source('first', { batches: [['a'], ['b']] }), source('second', { value: 2 })];

    const found = await read([first, second], ['a', 'b', 'c']);

    expect(found.batches.map(({ resourceIds, values }) => [resourceIds, values[0]])).to.deep.equal([
      [['a'], 1],
      [['b'], 1],
      [['c'], 2],
    ]);
    expect(second.asked).to.deep.equal([['c']]);
    expect(found.warnings).to.deep.equal([]);
  });

  it('takes from the next source a metric that the first does not know', async () => {
    const first = source('first', { metrics: ['host_cpu_usage'] });
    const second = source('second', { value: 2 });

    expect((await read([first, second], ['a'])).values).to.deep.equal({ a: 2 });
    expect(first.asked).to.deep.equal([]);
  });

  it('does not ask the next source when nothing is missing', async () => {
    const second = source('second', {});

    await read([source('first', {}), second], ['a']);

    expect(second.asked).to.deep.equal([]);
  });

  it('goes on with the next source when one fails in the middle, and says so', async () => {
    const first = source('first', { batches: [['a'], ['b']], failsAfter: 1 });

    const found = await read([first, source('second', { value: 2 })], ['a', 'b']);

    expect(found.values).to.deep.equal({ a: 1, b: 2 });
    expect(found.warnings).to.deep.equal([
      'The datasource first failed and was passed over: first is broken.',
    ]);
  });

  it('asks a source that has just failed last, says so each time, and comes back to it after a minute', async () => {
    let now = 0;
    const first = source('first', { failsAfter: 0 });
    const sources = [first, source('second', { value: 2 })];
    const composed = composeDatasources({ sources, now: () => now });

    await readFrom(composed, ['a']);
    const again = await readFrom(composed, ['a']);
    const askedWhileResting = first.asked.length;
    now = 60_000;
    await readFrom(composed, ['a']);

    expect(again.values).to.deep.equal({ a: 2 });
    expect(again.warnings).to.deep.equal([
      'The datasource first failed and was passed over: first is broken.',
    ]);
    expect(askedWhileResting).to.equal(1);
    expect(first.asked).to.have.length(2);
  });

  it('does not ask a source that has just failed for what the others lack', async () => {
    const first = source('first', { failsAfter: 0 });
    const sources = [first, source('second', { batches: [['a']], value: 2 })];
    const composed = composeDatasources({ sources, now: () => 0 });

    await readFrom(composed, ['a', 'b']);
    const again = await readFrom(composed, ['a', 'b']);

    expect(first.asked).to.have.length(1);
    expect(again.values).to.deep.equal({ a: 2 });
    expect(again.warnings).to.deep.equal([
      'The datasource first failed and was passed over: first is broken.',
    ]);
  });

  it('lets a source rest for as long as it took to fail', async () => {
    let now = 0;
    const first = source('first', { failsAfter: 0 });
    const slow: Datasource = {
      ...first,
      query(...args) {
        now += 540_000;
        return first.query(...args);
      },
    };
    const composed = composeDatasources({ sources: [slow, source('second', {})], now: () => now });

    await readFrom(composed, ['a']);
    now += 120_000;
    await readFrom(composed, ['a']);

    expect(first.asked).to.have.length(1);
  });

  it('fails with a sentence that names every source when none can be read', async () => {
    const sources = [source('first', { failsAfter: 0 }), source('second', { failsAfter: 0 })];

    const failure = await failureOf(read(sources, ['a']));

    expect(failure).to.be.instanceOf(DatasourceError);
    expect((failure as Error).message).to.equal(
      'no datasource can be read: first is broken; second is broken',
    );
  });

  it('fails when the only source that knows the metric cannot be read', async () => {
    const sources = [source('first', { failsAfter: 0 }), source('second', { metrics: [] })];

    expect(await failureOf(read(sources, ['a']))).to.have.property('message', 'first is broken');
  });

  it('does not take a broken program for a source that is down', async () => {
    const bug = new TypeError('bug');
    const broken: Datasource = {
      name: 'broken',
      metrics: [CPU],
      // eslint-disable-next-line require-yield
      async *query() {
        throw bug;
      },
    };

    expect(await failureOf(read([broken, source('second', {})], ['a']))).to.equal(bug);
  });

  it('never gives a resource twice, one without samples, or one that was not asked for', async () => {
    const id = fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e', 'nan-f', 'stranger');
    const content = fc.record({
      batches: fc.array(fc.array(id, { maxLength: 4 }), { maxLength: 4 }),
      failsAfter: fc.option(fc.nat(4), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 4 }), async contents => {
        const wanted = ['a', 'b', 'c', 'd', 'e', 'nan-f'];
        const sources = contents.map(({ batches, failsAfter }, n) =>
          source(`s${n}`, { batches, value: n, ...(failsAfter === undefined ? {} : { failsAfter }) }, true),
        );
        const outcome = await read(sources, wanted).catch((error: unknown) => error);
        if (outcome instanceof DatasourceError) {
          expect(sources.every(({ failed }) => failed)).to.equal(true);
          return;
        }
        const { batches, values } = outcome as Awaited<ReturnType<typeof read>>;
        const ids = batches.flatMap(({ resourceIds }) => resourceIds);
        expect(ids).to.deep.equal([...new Set(ids)]);
        for (const [one, value] of Object.entries(values)) {
          expect(wanted).to.include(one);
          const origin = contents.findIndex(({ batches: own, failsAfter = Infinity }) =>
            own.slice(0, failsAfter).flat().includes(one),
          );
          expect(value, `${one} is of the first source that has it, in all steps`).to.equal(origin);
        }
        for (const { metric, resourceIds, steps, values: column } of batches) {
          expect(metric).to.equal(CPU);
          expect(column).to.have.length(resourceIds.length * steps);
          expect(column.some(value => Number.isNaN(value))).to.equal(false);
        }
      }),
    );
  });
});

interface Source extends Datasource {
  readonly asked: string[][];
  failed: boolean;
}

/** Gives what it was asked for, and everything else that it has when `isSloppy`. */
function source(name: string, content: Content, isSloppy = false): Source {
  const { metrics = [CPU], value = 1, failsAfter = Infinity } = content;
  const made: Source = {
    name,
    metrics,
    asked: [],
    failed: false,
    async *query(query) {
      const ids = query.resources.map(({ id }) => id);
      made.asked.push(ids);
      const batches = content.batches ?? [ids];
      for (const [n, own] of [...batches, undefined].entries()) {
        if (n >= failsAfter) {
          made.failed = true;
          throw new DatasourceError(`${name} is broken`);
        }
        if (own !== undefined) yield batch(query, isSloppy ? own : own.filter(id => ids.includes(id)), value);
      }
    },
  };
  return made;
}

function batch(query: UsageQuery, resourceIds: readonly string[], value: number): UsageBatch {
  const values = resourceIds.flatMap(id => Array<number>(STEPS).fill(id.startsWith('nan') ? NaN : value));
  const { metric, startAt, stepSeconds } = query;
  return { metric, startAt, stepSeconds, steps: STEPS, resourceIds, values: Float32Array.from(values) };
}

async function read(sources: readonly Datasource[], ids: readonly string[]) {
  return readFrom(composeDatasources({ sources, now: () => 0 }), ids);
}

async function readFrom(datasource: Datasource, ids: readonly string[]) {
  const resources = ids.map(id => ({ id, vcpus: 1 }));
  const query = { metric: CPU, resources, startAt: 0, stopAt: 600, stepSeconds: 300 };
  const warnings: string[] = [];
  const batches: UsageBatch[] = [];
  const signal = new AbortController().signal;
  for await (const one of datasource.query(query, signal, text => warnings.push(text))) batches.push(one);
  const values = Object.fromEntries(
    batches.flatMap(({ resourceIds, values: all }) =>
      resourceIds.map((id, n) => {
        const own = new Set(all.subarray(n * STEPS, (n + 1) * STEPS));
        return [id, own.size === 1 ? [...own][0]! : NaN] as const;
      }),
    ),
  );
  return { batches, warnings, values };
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
