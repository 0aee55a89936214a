import { expect } from 'chai';
import { datasourceSettingsSchema, namesIn, orderOf } from '../../../plugin/datasources/settings.ts';

const url = 'http://127.0.0.1:9090';

describe('settings of the datasources (B99)', () => {
  it('prefer gnocchi, then prometheus when there is one', () => {
    expect(orderOf(datasourceSettingsSchema.parse({}))).to.deep.equal(['gnocchi']);
    expect(orderOf(datasourceSettingsSchema.parse({ prometheus: { url } }))).to.deep.equal([
      'gnocchi',
      'prometheus',
    ]);
    expect(orderOf(datasourceSettingsSchema.parse({ order: ['aetos', 'gnocchi'] }))).to.deep.equal([
      'aetos',
      'gnocchi',
    ]);
  });

  it('know every datasource that some strategy may use', () => {
    const settings = datasourceSettingsSchema.parse({
      strategies: { workload_balance: ['prometheus'] },
      order: ['gnocchi'],
      prometheus: { url },
    });

    expect([...namesIn(settings)]).to.deep.equal(['gnocchi', 'prometheus']);
  });

  it('take the slashes from the end of the url', () => {
    expect(datasourceSettingsSchema.parse({ prometheus: { url: `${url}/prom//` } }).prometheus.url).to.equal(
      `${url}/prom`,
    );
  });

  for (const [what, settings, sentence] of [
    ['prometheus without url', { order: ['prometheus'] }, /prometheus\.url does not say where/],
    ['prometheus and aetos', { order: ['prometheus', 'aetos'], prometheus: { url } }, /exclude each other/],
    [
      'aetos for a strategy beside prometheus',
      { strategies: { basic: ['aetos'] }, prometheus: { url } },
      /exclude each other/,
    ],
    ['a datasource twice', { order: ['gnocchi', 'gnocchi'] }, /twice/],
    ['an unknown datasource', { order: ['grafana'] }, /expected one of/],
    ['an empty order of a strategy', { strategies: { basic: [] } }, /Too small/],
    ['a password in the url', { prometheus: { url: 'http://a:b@c' } }, /without user, password/],
    ['another scheme', { prometheus: { url: 'file:///etc' } }, /http or https URL/],
    ['a user without password', { prometheus: { url, username: 'a' } }, /need each other/],
    [
      'a token and a user',
      { prometheus: { url, username: 'a', password: 's3cret', bearerToken: 't0ken' } },
      /excludes username/,
    ],
    ['a key without certificate', { prometheus: { url, keyFile: 'k' } }, /needs certFile/],
    ['a label that is none', { prometheus: { url, fqdnLabel: 'a b' } }, /name of a label/],
    ['no time between scrapes', { prometheus: { url, scrapeSeconds: 0 } }, /Too small/],
    ['an unknown key', { prometheus: { url, port: 9090 } }, /port/],
  ] as const) {
    it(`refuse ${what}`, () => {
      const parsed = datasourceSettingsSchema.safeParse(settings);

      expect(parsed.success).to.equal(false);
      expect(parsed.error!.message)
        .to.match(sentence)
        .and.not.match(/s3cret|t0ken/);
    });
  }
});
