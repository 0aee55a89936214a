import { MAXIMUM_VERSION, MINIMUM_VERSION } from './microversions.ts';
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

/** What `GET /v1` answers. */
export function resourcesDocument(baseUrl: string): object {
  return {
    id: 'v1',
    media_types: [{ base: 'application/json', type: 'application/vnd.openstack.watcher.v1+json' }],
    ...Object.fromEntries(RESOURCES.map(resource => [resource, linksOf(baseUrl, `${resource}/`)])),
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
