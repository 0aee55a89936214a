/** The services in use, by the service type that openstacksdk calls them. */
export type Service =
  | 'identity'
  | 'compute'
  | 'placement'
  | 'metric'
  | 'metric-storage'
  | 'network'
  | 'volumev3'
  | 'image'
  | 'infra-optim';

export interface ServiceTraits {
  /** Its name in sentences. */
  readonly name: string;
  /** What a catalogue may call it, best first. */
  readonly types: readonly string[];
  /** How `OpenStack-API-Version` calls it; undefined when it has no microversions. */
  readonly microversionType: string | undefined;
}

export const SERVICES: Readonly<Record<Service, ServiceTraits>> = {
  identity: { name: 'Keystone', types: ['identity'], microversionType: undefined },
  compute: { name: 'Nova', types: ['compute'], microversionType: 'compute' },
  placement: { name: 'Placement', types: ['placement'], microversionType: 'placement' },
  metric: { name: 'Gnocchi', types: ['metric'], microversionType: undefined },
  'metric-storage': { name: 'Aetos', types: ['metric-storage'], microversionType: undefined },
  network: { name: 'Neutron', types: ['network'], microversionType: undefined },
  volumev3: {
    name: 'Cinder',
    types: ['volumev3', 'block-storage', 'block-store'],
    microversionType: 'volume',
  },
  image: { name: 'Glance', types: ['image'], microversionType: undefined },
  'infra-optim': {
    name: 'Watcher',
    types: ['infra-optim', 'resource-optimization'],
    microversionType: 'infra-optim',
  },
};

export const SERVICE_NAMES = Object.keys(SERVICES) as readonly Service[];
