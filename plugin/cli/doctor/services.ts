import { orderOf } from '../../datasources/settings.ts';
import { ServiceMissingError } from '../../openstack/errors.ts';
import type { MicroversionChoice, MicroversionRange } from '../../openstack/microversion.ts';
import { isAtLeast } from '../../openstack/microversion.ts';
import { MICROVERSION_NEEDS } from '../../openstack/microversion-needs.ts';
import type { Service } from '../../openstack/services.ts';
import { SERVICES } from '../../openstack/services.ts';
import type { Finding, StatusCheck, Surroundings } from '../status-check/check.ts';
import { credentialsCheck } from '../status-check/cloud.ts';

/** What is lost without the service; one without which nothing works is `needed`. */
const CATALOGUE: readonly { readonly service: Service; readonly without: string }[] = [
  { service: 'compute', without: 'needed' },
  { service: 'placement', without: 'needed' },
  { service: 'metric', without: 'there is no usage history from Gnocchi' },
  { service: 'metric-storage', without: 'there is no usage history from Aetos' },
  { service: 'network', without: 'ports that bind an instance to its host are not known' },
  { service: 'volumev3', without: 'block storage is left out' },
  { service: 'image', without: 'properties of images are not known below Nova 2.98' },
  { service: 'infra-optim', without: 'clients such as "openstack optimize" do not find this service' },
];

/** Which services there are, and whether they are new enough. */
export const servicesCheck: StatusCheck = {
  name: 'Service',
  needs: credentialsCheck,
  async run(surroundings) {
    const { datasources } = surroundings.settings();
    const order: readonly string[] = orderOf(datasources);
    const used = CATALOGUE.filter(({ service }) => {
      if (service === 'metric') return order.includes('gnocchi');
      return service !== 'metric-storage' || order.includes('aetos');
    });
    return Promise.all(used.map(entry => lookAt(entry, surroundings)));
  },
};

async function lookAt(
  { service, without }: (typeof CATALOGUE)[number],
  { cloud, signal }: Surroundings,
): Promise<Finding> {
  const about = SERVICES[service].name === 'Watcher' ? 'infra-optim' : SERVICES[service].name;
  const { session } = cloud();
  try {
    const url = await session.endpoint(service, signal);
    if (service !== 'compute' && service !== 'placement' && service !== 'volumev3') {
      return { about, verdict: 'Success', details: `${url}.` };
    }
    const range = await session.microversions(service, signal);
    return { about, ...verdictOnVersions(SERVICES[service].name, range, MICROVERSION_NEEDS[service]) };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const isNeeded = without === 'needed';
    const isMissing = error instanceof ServiceMissingError;
    return {
      about,
      verdict: isNeeded ? 'Failure' : 'Warning',
      details: `${isMissing ? 'It is not in the catalogue' : error.message}${isNeeded ? '' : `: ${without}`}.`,
      advice: isMissing
        ? `where there is one: openstack endpoint create --region REGION ${service} public URL`
        : 'see whether it runs and can be reached from here',
    };
  }
}

/** Below what is needed it fails; what a newer one would be good for is told. */
export function verdictOnVersions(
  name: string,
  { minimum, maximum }: MicroversionRange,
  needs: readonly MicroversionChoice[],
): Finding {
  const lacking = needs.filter(({ needed }) => !isAtLeast(maximum, needed));
  const better = needs.filter(({ needed, best }) => isAtLeast(maximum, needed) && !isAtLeast(maximum, best));
  const spoken = `Microversions ${minimum} to ${maximum}`;
  if (lacking.length > 0) {
    const list = lacking.map(({ purpose, needed }) => `${purpose} needs ${needed}`).join(', ');
    return { verdict: 'Failure', details: `${spoken}: ${list}.`, advice: `upgrade ${name}` };
  }
  const list = better.map(({ purpose, best }) => `${purpose} would use ${best}`).join(', ');
  return { verdict: 'Success', details: `${spoken}${list === '' ? '' : `; ${list}`}.` };
}
