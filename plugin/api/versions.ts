import { MAXIMUM_VERSION, MINIMUM_VERSION, SINCE } from './microversions.ts';
import { linksOf } from './views/common.ts';

/** What `GET /` answers to everybody. */
export function versionsDocument(baseUrl: string): object {
  const version = {
    id: 'v1',
    status: 'CURRENT',
    max_version: MAXIMUM_VERSION,
    min_version: MINIMUM_VERSION,
    links: [{ href: `${baseUrl}/v1/`, rel: 'self' }],
  };
  return {
    name: 'OpenStack Watcher API',
    description: "Auspex is a predictive resource orchestrator that speaks Watcher's API.",
    versions: [version],
    default_version: version,
  };
}

const RESOURCES = ['audit_templates', 'audits', 'actions', 'action_plans', 'scoring_engines', 'services'];

/** What `GET /v1` answers; goals and strategies are missing in Watcher's too. */
export function resourcesDocument(baseUrl: string, minor: number): object {
  const resources = [
    ...RESOURCES,
    ...(minor >= SINCE.dataModel ? ['data_model'] : []),
    ...(minor >= SINCE.webhooks ? ['webhooks'] : []),
  ];
  return {
    id: 'v1',
    media_types: [{ base: 'application/json', type: 'application/vnd.openstack.watcher.v1+json' }],
    ...Object.fromEntries(resources.map(resource => [resource, linksOf(baseUrl, `${resource}/`)])),
    links: [
      { href: `${baseUrl}/v1/`, rel: 'self' },
      {
        href: 'https://docs.openstack.org/api-ref/resource-optimization/',
        rel: 'describedby',
        type: 'text/html',
      },
    ],
  };
}
