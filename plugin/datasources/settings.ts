import { z } from 'zod';

export const DATASOURCE_NAMES = ['gnocchi', 'prometheus', 'aetos'] as const;
export type DatasourceName = (typeof DATASOURCE_NAMES)[number];

const LABEL = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'it must be the name of a label of Prometheus');
const order = z.array(z.enum(DATASOURCE_NAMES)).refine(names => new Set(names).size === names.length, {
  message: 'it names a datasource twice',
});

/** What Prometheus and Aetos have in common. */
const series = {
  fqdnLabel: LABEL.default('fqdn').describe(
    "Label of node_exporter's series that holds the host's name, full or short.",
  ),
  instanceUuidLabel: LABEL.default('resource').describe(
    "Label of Ceilometer's series that holds the id of the instance or its device.",
  ),
  scrapeSeconds: z.number().positive().default(60).describe('How often node_exporter is scraped.'),
  pollSeconds: z
    .number()
    .positive()
    .default(300)
    .describe('How often Ceilometer has new values: the interval of its polling.yaml.'),
};

const prometheusSchema = z
  .strictObject({
    url: z
      .string()
      .refine(isPlainUrl, 'it must be an http or https URL without user, password, query or fragment')
      .transform(url => url.replace(/\/+$/, ''))
      .default('')
      .describe('https://host:9090/prefix; empty: there is no Prometheus.'),
    caFile: z
      .string()
      .default('')
      .describe("PEM file of the certificate authority, in place of the system's."),
    insecure: z.boolean().default(false).describe('Takes any certificate.'),
    certFile: z.string().default('').describe('PEM file with our certificate, if Prometheus asks for one.'),
    keyFile: z.string().default('').describe('Its key; empty: in the same file.'),
    username: z.string().default('').describe('For basic authentication.'),
    password: z.string().default('').describe('Its password.'),
    bearerToken: z.string().default('').describe('In place of user and password.'),
    ...series,
  })
  .refine(({ username, password }) => (username === '') === (password === ''), {
    message: 'username and password need each other',
  })
  .refine(({ username, bearerToken }) => username === '' || bearerToken === '', {
    message: 'a bearerToken excludes username and password',
  })
  .refine(({ certFile, keyFile }) => certFile !== '' || keyFile === '', {
    message: 'keyFile needs certFile',
  });

const aetosSchema = z.strictObject({
  interface: z
    .enum(['', 'public', 'internal', 'admin'])
    .default('')
    .describe('The endpoint of Aetos to use; empty: as for the rest of the cloud.'),
  region: z.string().default('').describe('Region of Aetos; empty: as for the rest of the cloud.'),
  ...series,
});

export const datasourceSettingsSchema = z
  .strictObject({
    order: order.default([]).describe('Best first; empty: gnocchi, then prometheus when it has a url.'),
    strategies: z
      .record(z.string(), order.min(1))
      .default({})
      .describe("Other orders, by the strategy's name."),
    metricMap: z.string().default('').describe("Watcher's metric_map.yaml: {datasource: {metric: name}}."),
    prometheus: prometheusSchema.prefault({}),
    aetos: aetosSchema.prefault({}),
  })
  .superRefine((settings, context) => {
    for (const message of problemsOf(settings)) context.addIssue({ code: 'custom', message });
  });

export type DatasourceSettings = Readonly<z.output<typeof datasourceSettingsSchema>>;

export const DEFAULT_DATASOURCE_SETTINGS: DatasourceSettings = datasourceSettingsSchema.parse({});

/** The order that holds where no strategy has its own. */
export function orderOf({ order: given, prometheus }: Pick<DatasourceSettings, 'order' | 'prometheus'>) {
  if (given.length > 0) return given;
  return prometheus.url === '' ? (['gnocchi'] as const) : (['gnocchi', 'prometheus'] as const);
}

/** All that any strategy may use. */
export function namesIn(settings: DatasourceSettings): ReadonlySet<DatasourceName> {
  return new Set([...orderOf(settings), ...Object.values(settings.strategies).flat()]);
}

function problemsOf(settings: DatasourceSettings): string[] {
  const names = namesIn(settings);
  const problems: string[] = [];
  if (names.has('prometheus') && settings.prometheus.url === '') {
    problems.push('prometheus is to be used, but prometheus.url does not say where it is');
  }
  if (names.has('aetos') && (names.has('prometheus') || settings.prometheus.url !== '')) {
    problems.push('prometheus and aetos exclude each other: both would give the same metrics');
  }
  return problems;
}

function isPlainUrl(text: string): boolean {
  if (text === '') return true;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every(part => part === '');
}
