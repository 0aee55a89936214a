import type { ResourceClass } from './host.ts';
import type { Flavor } from './instance.ts';

/**
 * What Nova claims in Placement for an instance of the flavor: VCPU (or PCPU for dedicated CPUs), MEMORY_MB, DISK_GB (no root disk when it boots
 * from a volume), changed and completed by the flavor's `resources:*` extra specs.
 */
export function requestedResources(
  flavor: Flavor,
  options: { readonly bootedFromVolume: boolean },
): ReadonlyMap<ResourceClass, number> {
  const dedicated = flavor.extraSpecs['hw:cpu_policy'] === 'dedicated';
  const rootDiskGiB = options.bootedFromVolume ? 0 : flavor.rootDiskGiB;
  const resources = new Map<ResourceClass, number>([
    [dedicated ? 'PCPU' : 'VCPU', flavor.vcpus],
    ['MEMORY_MB', flavor.memoryMiB],
    ['DISK_GB', rootDiskGiB + flavor.ephemeralDiskGiB + Math.ceil(flavor.swapMiB / 1024)],
  ]);
  for (const [key, value] of Object.entries(flavor.extraSpecs)) {
    const resourceClass = /^resources\d*:(.+)$/.exec(key)?.[1];
    if (resourceClass !== undefined && Number.isFinite(Number(value)))
      resources.set(resourceClass, Number(value));
  }
  for (const [resourceClass, amount] of resources) if (amount === 0) resources.delete(resourceClass);
  return resources;
}
