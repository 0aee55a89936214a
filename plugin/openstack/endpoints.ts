import type { CloudConfig } from './cloud-config.ts';
import { ServiceMissingError } from './errors.ts';
import { SERVICES } from './services.ts';
import type { Service } from './services.ts';
import type { Catalogue } from './token.ts';

/** The service's URL without trailing slash; Keystone is at least where one logs in. Throws `ServiceMissingError`. */
export function endpointOf(
  catalogue: Catalogue,
  service: Service,
  config: Pick<CloudConfig, 'authUrl' | 'region' | 'interface' | 'endpointOverrides'>,
): string {
  const override = config.endpointOverrides[service];
  if (override !== undefined) return override;
  const found = matches(catalogue, service, config);
  const regions = new Set(found.map(endpoint => endpoint.region));
  const first = found[0];
  if (first !== undefined && regions.size === 1) return first.url;
  if (first === undefined && service === 'identity') return config.authUrl;

  const where = config.region === undefined ? '' : ` in region ${config.region}`;
  throw new ServiceMissingError(
    first === undefined
      ? `the catalogue has no service of type ${service}${where} with interface ${config.interface}`
      : `the catalogue has a service of type ${service} in the regions ${[...regions].join(', ')}: ` +
          'region_name (OS_REGION_NAME) must say which one is meant',
  );
}

/** The region's name; undefined when neither the settings nor the catalogue tell it. */
export function regionOf(
  catalogue: Catalogue,
  config: Pick<CloudConfig, 'region' | 'interface'>,
): string | undefined {
  return config.region ?? matches(catalogue, 'compute', config)[0]?.region;
}

/**
 * `endpoint` + `path`. A version that the endpoint ends with and the path begins with is not doubled, so
 * `/v2.0/ports` is right for `http://neutron` and for `http://neutron/v2.0`.
 */
export function joinUrl(endpoint: string, path: string): string {
  const version = /^\/v\d+(\.\d+)?(?=\/|$)/.exec(path)?.[0];
  const base =
    version !== undefined && endpoint.endsWith(version) ? endpoint.slice(0, -version.length) : endpoint;
  return base + path;
}

interface Endpoint {
  readonly url: string;
  readonly region: string | undefined;
}

/** Those of the best alias that has any. */
function matches(
  catalogue: Catalogue,
  service: Service,
  config: Pick<CloudConfig, 'region' | 'interface'>,
): readonly Endpoint[] {
  for (const type of SERVICES[service].types) {
    const endpoints = catalogue
      .filter(entry => entry.type === type)
      .flatMap(entry => entry.endpoints)
      .map(endpoint => ({
        url: endpoint.url.replace(/\/+$/, ''),
        region: endpoint.region ?? endpoint.region_id ?? undefined,
        // Old catalogues say `publicURL`.
        interface: endpoint.interface.replace(/URL$/, ''),
      }))
      .filter(endpoint => endpoint.interface === config.interface)
      .filter(endpoint => config.region === undefined || endpoint.region === config.region);
    if (endpoints.length > 0) return endpoints;
  }
  return [];
}
