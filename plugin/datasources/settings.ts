import { z } from 'zod';

export const DATASOURCE_NAMES = ['gnocchi', 'prometheus', 'aetos'] as const;
export type DatasourceName = (typeof DATASOURCE_NAMES)[number];

const LABEL = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'it must be the name of a label of Prometheus');
const order = z.array(z.enum(DATASOURCE_NAMES)).refine(names => new Set(names).size === names.length, {
  message: 'it names a datasource twice',
});

/** What Prometheus and Aetos have in common. */
const series = {
  /** Label of node_exporter's series that holds the host's name, full or short. */
  fqdnLabel: LABEL.default('fqdn'),
  /** Label of Ceilometer's series that holds the id of the instance or its device. */
  instanceUuidLabel: LABEL.default('resource'),
  /** How often node_exporter is scraped. */
  scrapeSeconds: z.number().positive().default(60),
  /** How often Ceilometer has new values: the interval of its polling.yaml. */
  pollSeconds: z.number().positive().default(300),
};

const prometheusSchema = z
  .strictObject({
    /** `https://host:9090/prefix`; empty: there is no Prometheus. */
    url: z
      .string()
      .refine(isPlainUrl, 'it must be an http or https URL without user, password, query or fragment')
      .transform(url => url.replace(/\/+$/, ''))
      .default(''),
    caFile: z.string().default(''),
    /** Takes any certificate. */
    insecure: z.boolean().default(false),
    certFile: z.string().default(''),
    keyFile: z.string().default(''),
    username: z.string().default(''),
    password: z.string().default(''),
    /** In place of user and password. */
    bearerToken: z.string().default(''),
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
  /** Empty: those of the cloud. */
  interface: z.enum(['', 'public', 'internal', 'admin']).default(''),
  region: z.string().default(''),
  ...series,
});

export const datasourceSettingsSchema = z
  .strictObject({
    /** Best first; empty: gnocchi, then prometheus when it has a url. */
    order: order.default([]),
    /** Other orders, by the strategy's name. */
    strategies: z.record(z.string(), order.min(1)).default({}),
    /** Watcher's metric_map.yaml: `{datasource: {metric: name}}`. */
    metricMap: z.string().default(''),
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
