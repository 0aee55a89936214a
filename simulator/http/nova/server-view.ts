import type { Guest } from '../../world/inventory.ts';
import type { World } from '../../world/world.ts';
import { USER_ID, zuluOf } from '../context.ts';
import { IMAGE_ID } from '../devices.ts';

const POWER_STATES: Readonly<Record<Guest['vmState'], number>> = {
  building: 0,
  active: 1,
  paused: 3,
  resized: 1,
  stopped: 4,
  error: 0,
  deleted: 0,
};

/** Nova's `nova/api/openstack/common.py`: what users see of vm_state and task_state. */
export function statusOf({ vmState, taskState }: Guest): string {
  switch (vmState) {
    case 'building':
      return 'BUILD';
    case 'active':
      if (taskState === 'migrating') return 'MIGRATING';
      return taskState?.startsWith('resize') === true ? 'RESIZE' : 'ACTIVE';
    case 'stopped':
      return taskState?.startsWith('resize') === true ? 'RESIZE' : 'SHUTOFF';
    case 'resized':
      return taskState === 'resize_reverting' ? 'REVERT_RESIZE' : 'VERIFY_RESIZE';
    case 'paused':
      return taskState === 'migrating' ? 'MIGRATING' : 'PAUSED';
    case 'error':
      return 'ERROR';
    case 'deleted':
      return 'DELETED';
  }
}

/** A server as Nova shows it to an administrator at microversion 2.`minor`. */
export function serverView(world: World, guest: Guest, minor: number): object {
  const { id, flavor } = guest;
  const created = zuluOf(guest.createdAt);
  return {
    id,
    name: guest.name,
    status: statusOf(guest),
    tenant_id: guest.projectId,
    user_id: USER_ID,
    metadata: guest.metadata,
    hostId: '',
    image:
      guest.volumeId === undefined
        ? { id: IMAGE_ID, links: [], ...(minor >= 98 ? { properties: { base_image_ref: IMAGE_ID } } : {}) }
        : '',
    flavor:
      minor >= 47
        ? {
            vcpus: flavor.vcpus,
            ram: flavor.memoryMiB,
            disk: flavor.diskGiB,
            ephemeral: 0,
            swap: 0,
            original_name: flavor.name,
            extra_specs: flavor.extraSpecs,
          }
        : { id: flavor.id, links: [] },
    created,
    updated: created,
    addresses: {},
    accessIPv4: '',
    accessIPv6: '',
    links: [],
    'OS-DCF:diskConfig': 'MANUAL',
    ...(guest.vmState === 'active' ? { progress: 0 } : {}),
    'OS-EXT-AZ:availability_zone': world.hosts.get(guest.hostName)?.zone ?? '',
    config_drive: '',
    key_name: null,
    'OS-SRV-USG:launched_at': created.slice(0, -1),
    'OS-SRV-USG:terminated_at': null,
    'OS-EXT-SRV-ATTR:host': guest.hostName,
    'OS-EXT-SRV-ATTR:instance_name': `instance-${id.slice(0, 8)}`,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': guest.hostName,
    ...(minor >= 3
      ? { 'OS-EXT-SRV-ATTR:root_device_name': '/dev/vda', 'OS-EXT-SRV-ATTR:hostname': guest.name }
      : {}),
    'OS-EXT-STS:task_state': guest.taskState,
    'OS-EXT-STS:vm_state': guest.vmState,
    'OS-EXT-STS:power_state': POWER_STATES[guest.vmState],
    'os-extended-volumes:volumes_attached':
      guest.volumeId === undefined
        ? []
        : [{ id: guest.volumeId, ...(minor >= 3 ? { delete_on_termination: false } : {}) }],
    ...(minor >= 9 ? { locked: false } : {}),
    ...(minor >= 16 ? { host_status: world.hosts.get(guest.hostName)?.alive === true ? 'UP' : 'DOWN' } : {}),
    ...(minor >= 19 ? { description: null } : {}),
    ...(minor >= 26 ? { tags: [] } : {}),
    ...(minor >= 63 ? { trusted_image_certificates: null } : {}),
    ...(minor >= 73 ? { locked_reason: null } : {}),
    ...(minor >= 96 ? { pinned_availability_zone: null } : {}),
    security_groups: [{ name: 'default' }],
    ...(guest.fault === undefined
      ? {}
      : { fault: { code: 500, created, message: guest.fault, details: guest.fault } }),
  };
}

/** A server of a cell that does not answer. */
export function unknownView({ id, projectId, createdAt }: Guest): object {
  return { id, status: 'UNKNOWN', tenant_id: projectId, created: zuluOf(createdAt), links: [] };
}
