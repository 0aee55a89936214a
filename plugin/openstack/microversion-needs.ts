import type { MicroversionChoice } from './microversion.ts';
import { HYPERVISOR_MICROVERSIONS, SERVICE_MICROVERSIONS } from './nova/hosts.ts';
import { ABORT_MICROVERSIONS, MIGRATION_MICROVERSION } from './nova/migrations.ts';
import { COLD_MIGRATE_TO_HOST, LIVE_MIGRATE } from './nova/server-actions.ts';
import { SERVER_GROUP_MICROVERSIONS } from './nova/server-groups.ts';
import { SERVER_MICROVERSIONS } from './nova/servers.ts';
import { SUMMARY_MICROVERSION } from './placement.ts';
import type { Service } from './services.ts';

/** What we ask of the services that have microversions. */
export const MICROVERSION_NEEDS = {
  compute: [
    SERVER_MICROVERSIONS,
    HYPERVISOR_MICROVERSIONS,
    SERVICE_MICROVERSIONS,
    MIGRATION_MICROVERSION,
    SERVER_GROUP_MICROVERSIONS,
    ABORT_MICROVERSIONS,
    exactly(LIVE_MIGRATE, 'a live migration that the scheduler checks'),
    exactly(COLD_MIGRATE_TO_HOST, 'a cold migration to a named host'),
  ],
  placement: [exactly(SUMMARY_MICROVERSION, 'the capacity of all hosts in one call')],
  volumev3: [],
} as const satisfies Partial<Record<Service, readonly MicroversionChoice[]>>;

function exactly(version: string, purpose: string): MicroversionChoice {
  return { needed: version, best: version, purpose };
}
