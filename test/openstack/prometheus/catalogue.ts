import type { LabCloud } from '../../../devstack/lab/feeder/cloud.ts';

export interface ServiceToRegister {
  readonly type: string;
  readonly name: string;
  readonly url: string;
}

/** Puts a service with a public endpoint into the lab's Keystone; what an earlier run left of that name is removed first. */
export async function registerService(
  lab: LabCloud,
  { type, name, url }: ServiceToRegister,
): Promise<{ remove(): Promise<void> }> {
  const { services } = await lab.read<{ services: { id: string }[] }>('identity', `/services?name=${name}`);
  for (const { id } of services) await remove(id);
  const { service } = await lab.read<{ service: { id: string } }>('identity', '/services', {
    method: 'POST',
    body: { service: { type, name } },
  });
  await lab.call('identity', '/endpoints', {
    method: 'POST',
    body: { endpoint: { service_id: service.id, interface: 'public', region_id: 'RegionOne', url } },
  });
  return { remove: () => remove(service.id) };

  /** Its endpoints go with it. */
  async function remove(id: string): Promise<void> {
    await lab.call('identity', `/services/${id}`, { method: 'DELETE' });
  }
}
