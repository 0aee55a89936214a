import type { Datasources } from '../../datasources/open-datasources.ts';
import { openDatasources } from '../../datasources/open-datasources.ts';
import { OpenStackError } from '../../openstack/errors.ts';
import { configurationCheck } from './configuration.ts';
import type { StatusCheck, Surroundings } from './check.ts';

export const credentialsCheck: StatusCheck = {
  name: 'Credentials of the cloud',
  needs: configurationCheck,
  advice: 'try "openstack token issue" with the same clouds.yaml or OS_* variables',
  async run({ cloud, signal }) {
    const region = await cloud().session.region(signal);
    const where = region === '' ? '' : `, region ${region}`;
    return { verdict: 'Success', details: `Logged in${where}.` };
  },
};

export const computeCheck: StatusCheck = {
  name: 'Compute service',
  needs: credentialsCheck,
  advice: 'see "openstack compute service list": it needs a nova-compute and the role admin',
  async run({ cloud, signal }) {
    const services = await refusing(cloud().nova.listServices({ binary: 'nova-compute' }, signal));
    if (services.length > 0) return { verdict: 'Success', details: `Compute hosts: ${services.length}.` };
    return { verdict: 'Warning', details: 'Nova knows no compute host.' };
  },
};

/** A resource provider that no cloud has. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

export const placementCheck: StatusCheck = {
  name: 'Placement service',
  needs: credentialsCheck,
  advice: 'see "openstack resource provider list": it needs the role admin',
  async run({ cloud, signal }) {
    const path = `/resource_providers/${NOBODY}/inventories`;
    try {
      await refusing(cloud().session.request({ service: 'placement', method: 'GET', path, signal }));
    } catch (error) {
      // To be told that there is no such provider is what only those get who may ask.
      if (!(error instanceof OpenStackError) || error.status !== 404) throw error;
    }
    return { verdict: 'Success' };
  },
};

export const datasourceCheck: StatusCheck = {
  name: 'Usage history',
  needs: credentialsCheck,
  advice: 'see docs/datasources.md: the setting datasources, and whether Gnocchi or Prometheus run',
  run: surroundings =>
    withDatasources(surroundings, async datasources => {
      const reports = await datasources.report('', [], surroundings.signal);
      const silent = reports.filter(({ isAvailable }) => !isAvailable).map(({ name }) => name);
      const problems = [
        ...datasources.warnings,
        ...(silent.length === 0 ? [] : [`No answer from ${silent.join(', ')}.`]),
      ];
      if (silent.length === reports.length) return { verdict: 'Failure', details: problems.join(' ') };
      if (problems.length > 0) return { verdict: 'Warning', details: problems.join(' ') };
      return { verdict: 'Success', details: `${reports.map(({ name }) => name).join(', ')}.` };
    }),
};

/** Opens those that the settings name, and closes them again. */
export async function withDatasources<T>(
  { config, cloud, now, signal }: Surroundings,
  work: (datasources: Datasources) => Promise<T>,
): Promise<T> {
  const { settings, cloud: cloudConfig } = config();
  const { session } = cloud();
  const datasources = await openDatasources(
    { settings: settings.datasources, session, cloud: cloudConfig, now },
    signal,
  );
  try {
    return await work(datasources);
  } finally {
    datasources.close();
  }
}

/** A refusal says which role is missing. */
export async function refusing<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof OpenStackError) || error.status !== 403) throw error;
    throw new RoleMissingError(`${error.message}: the user needs the role admin`, { cause: error });
  }
}

class RoleMissingError extends Error {
  override readonly name = 'RoleMissingError';
  readonly code = 'role_missing';
}
