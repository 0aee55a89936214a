import { z } from 'zod';
import { OpenStackError } from '../../openstack/errors.ts';
import type { Finding, StatusCheck } from '../status-check/check.ts';
import { credentialsCheck } from '../status-check/cloud.ts';

/** Where `admin` is needed as long as the policies of the services are their defaults. */
const FEATURES: readonly { readonly feature: string; readonly roles: readonly string[] }[] = [
  { feature: 'checking the tokens of clients', roles: ['admin', 'service'] },
  { feature: 'live and cold migrations and resizes', roles: ['admin'] },
  { feature: 'disabling emptied hosts', roles: ['admin'] },
  { feature: 'usage, ports and volumes of all projects', roles: ['admin'] },
];
/** `admin` implies them, or they are for what services may ask Keystone. */
const HARMLESS = ['admin', 'service', 'manager', 'member', 'reader', '_member_'];

const ASSIGNMENTS = z.object({
  role_assignments: z.array(
    z.object({
      role: z.object({ name: z.string() }),
      scope: z.object({
        project: z.object({ id: z.string(), name: z.string().optional() }).optional(),
        domain: z.object({ id: z.string(), name: z.string().optional() }).optional(),
        system: z.unknown().optional(),
      }),
    }),
  ),
});

export type Assignment = z.infer<typeof ASSIGNMENTS>['role_assignments'][number];

export interface Owner {
  readonly userName: string;
  readonly projectId: string | undefined;
  readonly roles: readonly string[];
}

export const roleCheck: StatusCheck = {
  name: 'Roles',
  needs: credentialsCheck,
  async run({ cloud, signal }) {
    const { session } = cloud();
    const owner = await session.identity(signal);
    try {
      const { body } = await session.request({
        service: 'identity',
        method: 'GET',
        path: '/v3/role_assignments',
        query: { 'user.id': owner.userId, include_names: 'True' },
        schema: ASSIGNMENTS,
        signal,
      });
      return [needed(owner), superfluous(owner, body.role_assignments)];
    } catch (error) {
      if (!(error instanceof OpenStackError)) throw error;
      const details = `What else ${owner.userName} may do cannot be told: ${error.message}.`;
      return [needed(owner), { about: 'beyond need', verdict: 'Success', details }];
    }
  },
};

/** What the roles of our token do not allow by the services' default policies. */
export function needed({ userName, roles }: Owner): Finding {
  const missing = FEATURES.filter(feature => !feature.roles.some(role => roles.includes(role)));
  const has = `${userName} has ${roles.length === 0 ? 'no role' : roles.toSorted().join(', ')}`;
  if (missing.length === 0) return { verdict: 'Success', details: `${has}.` };
  return {
    verdict: 'Warning',
    details: `${has}; unless policies say otherwise that does not allow ${missing.map(({ feature }) => feature).join('; ')}.`,
    advice: `openstack role add --user ${userName} --project PROJECT admin`,
  };
}

/** What the user may do besides, elsewhere or by other roles; groups are not looked at. */
export function superfluous({ userName, projectId }: Owner, assignments: readonly Assignment[]): Finding {
  const about = 'beyond need';
  const more = assignments
    .filter(({ role, scope }) => scope.project?.id !== projectId || !HARMLESS.includes(role.name))
    .map(({ role, scope }) => `${role.name} on ${placeOf(scope)}`);
  if (more.length === 0) return { about, verdict: 'Success', details: 'Nothing is known.' };
  return {
    about,
    verdict: 'Warning',
    details: `${userName} also has ${more.toSorted().join(', ')}.`,
    advice: 'use a user of its own for this service, with the role admin on one project only',
  };
}

function placeOf({ project, domain }: Assignment['scope']): string {
  if (project !== undefined) return `project ${project.name ?? project.id}`;
  if (domain !== undefined) return `domain ${domain.name ?? domain.id}`;
  return 'the system';
}
