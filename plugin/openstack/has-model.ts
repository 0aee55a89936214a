import type { Cloud } from './cloud.ts';

/** Whether the services answer that a picture is taken from; never rejects. */
export async function hasModel(
  cloud: Cloud,
  model: 'compute' | 'storage',
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (model === 'storage') {
      if (!(await cloud.session.hasService('volumev3', signal))) return false;
      await cloud.cinder.listBackends(signal);
      return true;
    }
    const placement = { service: 'placement', method: 'GET', path: '/', signal } as const;
    await Promise.all([cloud.nova.listAggregates(signal), cloud.session.request(placement)]);
    return true;
  } catch {
    return false;
  }
}
