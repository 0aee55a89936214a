import type { Instance } from './instance.ts';
import type { Obstacle } from './obstacle.ts';

interface Request {
  readonly request: string;
  /** Looks for it in one extra spec or image property (its key with `_` after `hw` turned to `:`). */
  readonly asks: (key: string, value: string) => boolean;
}

/** What ties a guest to its host's devices or memory layout, so that a live migration fails, or succeeds and hurts. */
const REQUESTS: readonly Request[] = [
  { request: 'a NUMA topology', asks: key => /^hw:numa_(nodes|cpus|mem)/.test(key) },
  { request: 'dedicated CPUs', asks: (key, value) => key === 'hw:cpu_policy' && value !== 'shared' },
  { request: 'realtime CPUs', asks: (key, value) => key === 'hw:cpu_realtime' && isTrue(value) },
  { request: 'huge pages', asks: (key, value) => key === 'hw:mem_page_size' && value !== 'small' },
  { request: 'memory encryption (SEV)', asks: (key, value) => key === 'hw:mem_encryption' && isTrue(value) },
  { request: 'locked memory', asks: (key, value) => key === 'hw:locked_memory' && isTrue(value) },
  { request: 'a virtual TPM', asks: key => key === 'hw:tpm_version' || key === 'hw:tpm_model' },
  { request: 'persistent memory', asks: key => key === 'hw:pmem' },
  { request: 'a PCI device', asks: key => key === 'pci_passthrough:alias' },
  { request: 'a GPU', asks: key => /^resources\d*:(VGPU|PGPU|CUSTOM_\w*GPU\w*)$/.test(key) },
  { request: 'an accelerator', asks: key => key === 'accel:device_profile' },
];

const SAFE_VNIC_TYPES = new Set(['normal', 'virtio-forwarder']);

/** The requests of the instance that cannot be live-migrated safely; empty when there is none. */
export function unsafeRequests(instance: Instance): readonly Obstacle[] {
  const found: Obstacle[] = [];
  const seen = new Set<string>();
  const specs = [...Object.entries(instance.flavor.extraSpecs), ...Object.entries(instance.imageProperties)];
  for (const [key, value] of specs) {
    const asked = REQUESTS.find(entry => entry.asks(key.replace(/^hw_/, 'hw:'), value));
    if (asked === undefined || seen.has(asked.request)) continue;
    seen.add(asked.request);
    found.push({ type: 'unsafe_live_migration', request: asked.request, detail: `${key}=${value}` });
  }
  for (const port of instance.ports) {
    if (SAFE_VNIC_TYPES.has(port.vnicType)) continue;
    found.push({
      type: 'unsafe_live_migration',
      request: 'a passed-through port',
      detail: `port ${port.id} is ${port.vnicType}`,
    });
  }
  return found;
}

function isTrue(value: string): boolean {
  return /^(true|1|yes|on|t|y)$/i.test(value);
}
