import { expect } from 'chai';
import { z } from 'zod';

import { listAll } from '../../../plugin/openstack/paging.ts';
import type { FakeCloud } from './fake-cloud.ts';
import { failureOf, Harness } from './harness.ts';

const ITEMS = '/compute/v2.1/items';

describe('paging', () => {
  let harness: Harness;
  let cloud: FakeCloud;
  const list = () =>
    listAll(harness.open(), {
      service: 'compute',
      path: '/items',
      query: { all: 'True' },
      collection: 'items',
      item: z.object({ id: z.string() }),
      signal: harness.signal,
    });

  beforeEach(async () => {
    harness = await Harness.start();
    ({ cloud } = harness);
  });

  afterEach(() => harness.stop());

  const styles = [
    ['Nova', (href: string) => ({ items_links: [{ rel: 'next', href: `http://behind-a-proxy:1${href}` }] })],
    [
      'Neutron',
      (href: string) => ({
        items_links: [
          { rel: 'previous', href: '/x' },
          { rel: 'next', href },
        ],
      }),
    ],
    ['Keystone', (href: string) => ({ links: { next: `http://behind-a-proxy:1${href}`, previous: null } })],
    ['Glance', (href: string) => ({ next: href })],
  ] as const;
  for (const [service, links] of styles) {
    it(`follows the links of ${service} to the last page`, async () => {
      const pages = new Map<string | null, unknown>([
        [null, { items: [{ id: 'a' }, { id: 'b' }], ...links('/v2/items?all=True&tag=x&tag=y&marker=b') }],
        ['b', { items: [{ id: 'c' }], ...links('/v2/items?all=True&marker=c') }],
        ['c', { items: [] }],
      ]);
      cloud.on('GET', ITEMS, ({ query }) => ({ body: pages.get(query.get('marker')) }));

      const items = await list();

      expect(items).to.deep.equal([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
      expect(cloud.to(ITEMS).map(({ query }) => query.toString())).to.deep.equal([
        'all=True',
        'all=True&tag=x&tag=y&marker=b',
        'all=True&marker=c',
      ]);
    });
  }

  it('keeps once what is on two pages', async () => {
    cloud.on('GET', ITEMS, ({ query }) => ({
      body: query.has('marker')
        ? { items: [{ id: 'b' }, { id: 'c' }] }
        : { items: [{ id: 'a' }, { id: 'b' }], next: '?marker=b' },
    }));

    expect(await list()).to.deep.equal([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  });

  for (const status of [400, 404]) {
    it(`begins again when the marker has been deleted meanwhile (${status})`, async () => {
      let deleted = false;
      cloud.on('GET', ITEMS, ({ query }) => {
        if (query.get('marker') === 'b') {
          deleted = true;
          return { status, body: { badRequest: { message: 'b could not be found.' } } };
        }
        if (query.get('marker') === 'a') return { body: { items: [{ id: 'c' }] } };
        return deleted
          ? { body: { items: [{ id: 'a' }], next: '?marker=a' } }
          : { body: { items: [{ id: 'a' }, { id: 'b' }], next: '?marker=b' } };
      });

      expect(await list()).to.deep.equal([{ id: 'a' }, { id: 'c' }]);
    });
  }

  it('does not begin again for ever', async () => {
    cloud.on('GET', ITEMS, ({ query }) =>
      query.has('marker') ? { status: 404 } : { body: { items: [{ id: 'a' }], next: '?marker=a' } },
    );

    const error = await failureOf(list());

    expect(error.message).to.match(/^the pages of GET \/items change too fast/);
  });

  it('fails when a page does, rather than give half a list', async () => {
    cloud.on('GET', ITEMS, ({ query }) =>
      query.has('marker') ? { status: 500 } : { body: { items: [{ id: 'a' }], next: '?marker=a' } },
    );

    expect(await failureOf(list())).to.have.property('status', 500);
  });

  it('passes on that the list itself is refused', async () => {
    cloud.script('GET', ITEMS, { status: 404, body: { itemNotFound: { message: 'no such thing' } } });

    expect((await failureOf(list())).message).to.equal('Nova answered 404 to GET /items: no such thing');
  });

  it('notices pages that go round in circles', async () => {
    cloud.script('GET', ITEMS, { body: { items: [{ id: 'a' }], next: '?marker=a' } });

    expect((await failureOf(list())).message).to.equal('the pages of GET /items never end');
  });

  it('names what is wrong with an item', async () => {
    cloud.script('GET', ITEMS, { body: { items: [{ id: 'a' }, { id: 7 }] } });

    const error = await failureOf(list());

    expect(error.message).to.match(/^Nova's list of items is not understood: id: /);
  });
});
