import type { Service } from '../../openstack/services.ts';
import { SERVICES } from '../../openstack/services.ts';
import { OpenStackError } from '../../openstack/errors.ts';
import type { StatusCheck } from '../status-check/check.ts';
import { computeCheck, credentialsCheck } from '../status-check/cloud.ts';

interface Question {
  readonly service: Service;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly microversion?: string;
}

interface Right {
  readonly name: string;
  readonly needs: StatusCheck;
  /** What cannot be done without; undefined: no audit at all. */
  readonly without: string | undefined;
  readonly questions: readonly Question[];
}

const RIGHTS: readonly Right[] = [
  {
    name: 'Reading instances of all projects',
    needs: computeCheck,
    without: undefined,
    questions: [
      { service: 'compute', path: '/servers/detail', query: { all_tenants: 'True', limit: 1 } },
      { service: 'compute', path: '/os-hypervisors/detail', query: { limit: 1 }, microversion: '2.53' },
      { service: 'compute', path: '/os-aggregates' },
      { service: 'compute', path: '/os-migrations', query: { limit: 1 }, microversion: '2.59' },
      { service: 'compute', path: '/os-server-groups', query: { all_projects: 'True', limit: 1 } },
    ],
  },
  {
    name: 'Reading volumes',
    needs: credentialsCheck,
    without: 'to know which instances have volumes',
    questions: [{ service: 'volumev3', path: '/volumes/detail', query: { all_tenants: 'True', limit: 1 } }],
  },
  {
    name: 'Reading storage backends',
    needs: credentialsCheck,
    without: 'audits of storage',
    questions: [{ service: 'volumev3', path: '/os-services', query: { binary: 'cinder-volume' } }],
  },
  {
    name: 'Reading ports',
    needs: credentialsCheck,
    without: 'to know which ports bind an instance to its host',
    questions: [{ service: 'network', path: '/v2.0/ports', query: { limit: 1 } }],
  },
];

/** Asks for little of what is read later. What is changed later cannot be tried out. */
export const rightsChecks: readonly StatusCheck[] = RIGHTS.map(({ name, needs, without, questions }) => ({
  name,
  needs,
  async run({ cloud, signal }) {
    const { session } = cloud();
    for (const question of questions) {
      if (!(await session.hasService(question.service, signal))) {
        return { verdict: 'Success', details: `There is no ${SERVICES[question.service].name}.` };
      }
      try {
        await session.request({ ...question, method: 'GET', signal });
      } catch (error) {
        if (!(error instanceof Error) || !('code' in error)) throw error;
        const isRefused = error instanceof OpenStackError && error.status === 403;
        return {
          verdict: without === undefined ? 'Failure' : 'Warning',
          details: `${error.message}${without === undefined ? '' : `: not possible: ${without}`}.`,
          advice: isRefused
            ? 'the user needs the role admin, or a policy that allows it'
            : `see the log of ${SERVICES[question.service].name}`,
        };
      }
    }
    return { verdict: 'Success' };
  },
}));
