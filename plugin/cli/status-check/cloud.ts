import { openDatasources } from '../../datasources/open-datasources.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import { openCloud } from '../../openstack/cloud.ts';
import { OpenStackError } from '../../openstack/errors.ts';
import { configurationCheck } from './configuration.ts';
import type { StatusCheck, Surroundings } from './check.ts';

export const credentialsCheck: StatusCheck = {
  name: 'Credentials of the cloud',
  needs: configurationCheck,
  run: surroundings =>
    withCloud(surroundings, async cloud => {
      const region = await cloud.session.region(surroundings.signal);
      const where = region === '' ? '' : `, region ${region}`;
      return { verdict: 'Success', details: `Logged in${where}.` };
    }),
};

export const computeCheck: StatusCheck = {
  name: 'Compute service',
  needs: credentialsCheck,
  run: surroundings =>
    withCloud(surroundings, async ({ nova }) => {
      const services = await refusing(nova.listServices({ binary: 'nova-compute' }, surroundings.signal));
      if (services.length > 0) return { verdict: 'Success', details: `Compute hosts: ${services.length}.` };
      return { verdict: 'Warning', details: 'Nova knows no compute host.' };
    }),
};

/** A resource provider that no cloud has. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

export const placementCheck: StatusCheck = {
  name: 'Placement service',
  needs: credentialsCheck,
  run: surroundings =>
    withCloud(surroundings, async ({ session }) => {
      const path = `/resource_providers/${NOBODY}/inventories`;
      try {
        await refusing(
          session.request({ service: 'placement', method: 'GET', path, signal: surroundings.signal }),
        );
      } catch (error) {
        // To be told that there is no such provider is what only those get who may ask.
        if (!(error instanceof OpenStackError) || error.status !== 404) throw error;
      }
      return { verdict: 'Success' };
    }),
};

export const datasourceCheck: StatusCheck = {
  name: 'Usage history',
  needs: credentialsCheck,
  run: surroundings =>
    withCloud(surroundings, async ({ session }) => {
      const { config, signal } = surroundings;
      const { settings, cloud } = config();
      const now = () => Date.now();
      const datasources = await openDatasources(
        { settings: settings.datasources, session, cloud, now },
        signal,
      );
      try {
        const reports = await datasources.report('', [], signal);
        const silent = reports.filter(({ isAvailable }) => !isAvailable).map(({ name }) => name);
        const problems = [
          ...datasources.warnings,
          ...(silent.length === 0 ? [] : [`No answer from ${silent.join(', ')}.`]),
        ];
        if (silent.length === reports.length) return { verdict: 'Failure', details: problems.join(' ') };
        if (problems.length > 0) return { verdict: 'Warning', details: problems.join(' ') };
        return { verdict: 'Success', details: `${reports.map(({ name }) => name).join(', ')}.` };
      } finally {
        datasources.close();
      }
    }),
};

async function withCloud<T>({ config }: Surroundings, work: (cloud: Cloud) => Promise<T>): Promise<T> {
  const cloud = openCloud(config().cloud);
  try {
    return await work(cloud);
  } finally {
    cloud.close();
  }
}

/** A refusal says which role is missing. */
async function refusing<T>(request: Promise<T>): Promise<T> {
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
