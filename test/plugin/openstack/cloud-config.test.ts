import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

import { readCloudConfig } from '../../../plugin/openstack/cloud-config.ts';

const PASSWORD_VARIABLES = {
  OS_AUTH_URL: 'http://keystone:5000/v3',
  OS_USERNAME: 'admin',
  OS_PASSWORD: 'secret',
  OS_PROJECT_NAME: 'admin',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_DOMAIN_NAME: 'Default',
};

const CLOUDS = `
clouds:
  lab:
    auth:
      auth_url: http://keystone:5000
      username: admin
      password: secret
      project_name: admin
      user_domain_name: Default
      project_domain_id: default
    region_name: RegionOne
`;

function cloudsWith(name: string): string {
  return CLOUDS.replace('lab:', `${name}:`);
}

describe('cloud config', () => {
  let root: string;
  let homeDir: string;
  let cwd: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'auspex-clouds-'));
    homeDir = join(root, 'home');
    cwd = join(root, 'work');
    mkdirSync(homeDir);
    mkdirSync(cwd);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function read(env: Record<string, string>, cloudName?: string) {
    return readCloudConfig({ env, homeDir, cwd, cloudName });
  }

  function write(path: string, text: string): string {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  function problemOf(env: Record<string, string>, cloudName?: string): string {
    try {
      read(env, cloudName);
    } catch (error) {
      expect(error).to.have.property('code', 'cloud_config_invalid');
      return (error as Error).message;
    }
    throw new Error('it was accepted');
  }

  describe('from the environment', () => {
    it('reads a user with a password', () => {
      const config = read({ ...PASSWORD_VARIABLES, OS_REGION_NAME: 'North', OS_INTERFACE: 'internal' });

      expect(config).to.deep.equal({
        name: 'envvars',
        authUrl: 'http://keystone:5000/v3',
        credentials: {
          kind: 'password',
          user: { name: 'admin', domain: { name: 'Default' } },
          password: 'secret',
          scope: { kind: 'project', project: { name: 'admin', domain: { name: 'Default' } } },
        },
        region: 'North',
        interface: 'internal',
        tls: { verify: true, ca: undefined, cert: undefined, key: undefined },
        endpointOverrides: {},
      });
    });

    const urls = [
      ['http://keystone:5000', 'http://keystone:5000/v3'],
      ['http://keystone:5000/', 'http://keystone:5000/v3'],
      ['http://keystone:5000/v3/', 'http://keystone:5000/v3'],
      ['http://keystone:5000/v2.0', 'http://keystone:5000/v3'],
      ['https://cloud/identity', 'https://cloud/identity/v3'],
    ] as const;
    for (const [given, read3] of urls) {
      it(`takes ${given} for ${read3}`, () => {
        expect(read({ ...PASSWORD_VARIABLES, OS_AUTH_URL: given }).authUrl).to.equal(read3);
      });
    }

    it('takes ids before names', () => {
      const { credentials } = read({
        ...PASSWORD_VARIABLES,
        OS_USER_ID: 'u1',
        OS_PROJECT_ID: 'p1',
      });

      expect(credentials).to.deep.include({
        user: { id: 'u1' },
        scope: { kind: 'project', project: { id: 'p1' } },
      });
    });

    it('takes the default domain where none is given', () => {
      const { credentials } = read({
        ...PASSWORD_VARIABLES,
        OS_USER_DOMAIN_NAME: '',
        OS_PROJECT_DOMAIN_NAME: '',
        OS_DEFAULT_DOMAIN: 'default',
      });

      expect(credentials).to.deep.include({
        user: { name: 'admin', domain: { id: 'default' } },
        scope: { kind: 'project', project: { name: 'admin', domain: { id: 'default' } } },
      });
    });

    it('reads a scope of the whole system', () => {
      const { credentials } = read({ ...PASSWORD_VARIABLES, OS_SYSTEM_SCOPE: 'all' });

      expect(credentials).to.deep.include({ scope: { kind: 'system' } });
    });

    it('reads application credentials, by id and by name', () => {
      const byId = read({
        OS_AUTH_TYPE: 'v3applicationcredential',
        OS_AUTH_URL: 'http://k',
        OS_APPLICATION_CREDENTIAL_ID: 'a1',
        OS_APPLICATION_CREDENTIAL_SECRET: 's1',
      });
      const byName = read({
        OS_AUTH_TYPE: 'v3applicationcredential',
        OS_AUTH_URL: 'http://k',
        OS_APPLICATION_CREDENTIAL_NAME: 'auspex',
        OS_APPLICATION_CREDENTIAL_SECRET: 's1',
        OS_USER_ID: 'u1',
      });

      expect(byId.credentials).to.deep.equal({
        kind: 'application_credential',
        credential: { id: 'a1' },
        secret: 's1',
      });
      expect(byName.credentials).to.deep.equal({
        kind: 'application_credential',
        credential: { name: 'auspex', user: { id: 'u1' } },
        secret: 's1',
      });
    });

    it('reads endpoint overrides, old interface names and insecure', () => {
      const config = read({
        ...PASSWORD_VARIABLES,
        OS_ENDPOINT_TYPE: 'adminURL',
        OS_COMPUTE_ENDPOINT_OVERRIDE: 'http://nova:8774/v2.1/',
        OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE: 'http://cinder/v3',
        OS_INSECURE: 'True',
      });

      expect(config.interface).to.equal('admin');
      expect(config.endpointOverrides).to.deep.equal({
        compute: 'http://nova:8774/v2.1',
        volumev3: 'http://cinder/v3',
      });
      expect(config.tls.verify).to.equal(false);
    });

    it('reads the CA file', () => {
      const path = write('home/ca.pem', 'PEM');

      const absolute = read({ ...PASSWORD_VARIABLES, OS_CACERT: path });
      const fromHome = read({ ...PASSWORD_VARIABLES, OS_CACERT: '~/ca.pem' });

      expect(absolute.tls.ca).to.equal('PEM');
      expect(fromHome.tls.ca).to.equal('PEM');
    });

    const wrong: readonly (readonly [string, Record<string, string>, string])[] = [
      ['OS_AUTH_URL', { OS_AUTH_URL: '' }, 'the variable OS_AUTH_URL is missing: the URL of Keystone'],
      ['OS_AUTH_URL', { OS_AUTH_URL: 'keystone' }, 'the variable OS_AUTH_URL is not an http or https URL'],
      [
        'OS_AUTH_URL',
        { OS_AUTH_URL: 'http://u:p@keystone' },
        'the variable OS_AUTH_URL must not hold a user or password',
      ],
      ['OS_PASSWORD', { OS_PASSWORD: '' }, 'the variable OS_PASSWORD is missing: the password of user admin'],
      [
        'OS_USERNAME',
        { OS_USERNAME: '' },
        'the variable OS_USERNAME is missing: the user to log in as (or user_id)',
      ],
      [
        'OS_USER_DOMAIN_NAME',
        { OS_USER_DOMAIN_NAME: '' },
        'the variable OS_USER_DOMAIN_NAME is missing: the domain of user admin',
      ],
      [
        'OS_PROJECT_NAME',
        { OS_PROJECT_NAME: '' },
        'the variable OS_PROJECT_NAME is missing: the project to log in to (or project_id, or system_scope: all)',
      ],
      [
        'OS_INTERFACE',
        { OS_INTERFACE: 'private' },
        'the variable OS_INTERFACE is private; it must be public, internal or admin',
      ],
      [
        'OS_AUTH_TYPE',
        { OS_AUTH_TYPE: 'v3totp' },
        'the variable OS_AUTH_TYPE is v3totp; only password, v3password, v3applicationcredential are supported',
      ],
      [
        'OS_CACERT',
        { OS_CACERT: '/no/such/ca.pem' },
        'the variable OS_CACERT names the file /no/such/ca.pem, which cannot be read: ENOENT',
      ],
      ['OS_INSECURE', { OS_INSECURE: 'perhaps' }, 'the variable OS_INSECURE is neither true nor false'],
    ];
    for (const [variable, change, sentence] of wrong) {
      it(`names ${variable}: ${sentence}`, () => {
        expect(problemOf({ ...PASSWORD_VARIABLES, ...change })).to.equal(sentence);
      });
    }
  });

  describe('from clouds.yaml', () => {
    it('reads the cloud that OS_CLOUD names, whatever else is set', () => {
      write('work/clouds.yaml', CLOUDS);

      const config = read({ ...PASSWORD_VARIABLES, OS_AUTH_URL: 'http://other', OS_CLOUD: 'lab' });

      expect(config).to.deep.include({
        name: 'lab',
        authUrl: 'http://keystone:5000/v3',
        region: 'RegionOne',
      });
      expect(config.credentials).to.deep.include({
        scope: { kind: 'project', project: { name: 'admin', domain: { id: 'default' } } },
      });
    });

    it('takes the only cloud when nothing is set', () => {
      write('home/.config/openstack/clouds.yaml', CLOUDS);

      expect(read({ OS_REGION_NAME: 'ignored' }).name).to.equal('lab');
    });

    it('looks in the named file, the working directory, then the home', () => {
      const named = write('elsewhere.yaml', cloudsWith('named'));
      write('work/clouds.yaml', cloudsWith('work'));
      write('home/.config/openstack/clouds.yaml', cloudsWith('home'));

      const names = [read({ OS_CLIENT_CONFIG_FILE: named }).name, read({}).name];
      rmSync(join(cwd, 'clouds.yaml'));
      names.push(read({}).name);

      expect(names).to.deep.equal(['named', 'work', 'home']);
    });

    it('merges secure.yaml over it', () => {
      write('work/clouds.yaml', CLOUDS.replace('      password: secret\n', ''));
      write('home/.config/openstack/secure.yaml', 'clouds: {lab: {auth: {password: hidden}}}');

      expect(read({}).credentials).to.deep.include({ password: 'hidden' });
    });

    it('reads a password of digits as text', () => {
      write('work/clouds.yaml', CLOUDS.replace('password: secret', 'password: 1234'));

      expect(read({}).credentials).to.deep.include({ password: '1234' });
    });

    it('reads regions, verify and the option that the command line names', () => {
      write(
        'work/clouds.yaml',
        `${CLOUDS.replace('    region_name: RegionOne\n', '')}    regions: [North, South]\n    verify: false\n` +
          '  other: {}\n',
      );

      const config = read({ OS_CLOUD: 'other' }, 'lab');

      expect(config.region).to.equal('North');
      expect(config.tls.verify).to.equal(false);
    });

    it('names the cloud that is not there, and those that are', () => {
      const path = write('work/clouds.yaml', CLOUDS);

      expect(problemOf({ OS_CLOUD: 'prod' })).to.equal(
        `the cloud prod that OS_CLOUD names is not in ${path}, which has lab`,
      );
    });

    it('names every place when there is no file', () => {
      const problem = problemOf({ OS_CLOUD: 'prod' });

      expect(problem).to.match(
        /^the cloud prod that OS_CLOUD names cannot be found: there is no clouds.yaml/,
      );
      expect(problem).to.contain(join(cwd, 'clouds.yaml')).and.contain('/etc/openstack/clouds.yaml');
    });

    it('asks for OS_CLOUD when there are several', () => {
      const path = write('work/clouds.yaml', `${CLOUDS}  other: {}\n`);

      expect(problemOf({})).to.equal(`OS_CLOUD is not set and ${path} has several clouds: lab, other`);
    });

    it('says what to set when there is nothing', () => {
      expect(problemOf({})).to.match(/^no cloud is configured: set OS_CLOUD .* or set OS_AUTH_URL/);
    });

    it('names the key and the file', () => {
      const path = write('work/clouds.yaml', CLOUDS.replace('      username: admin\n', ''));

      expect(problemOf({})).to.equal(
        `the key username of the cloud lab in ${path} is missing: the user to log in as (or user_id)`,
      );
    });

    it('names the line of broken YAML without quoting it', () => {
      const path = write('work/clouds.yaml', 'clouds:\n  lab:\n    auth: {password: "topsecret\n');

      const problem = problemOf({});

      expect(problem).to.match(new RegExp(`^the file ${path} is not valid YAML at line \\d$`));
      expect(problem).not.to.contain('topsecret');
    });

    for (const [text, problem] of [
      ['', 'is empty or not a mapping'],
      ['[1]', 'is empty or not a mapping'],
      ['clouds: [lab]', 'is not a mapping'],
      ['clouds: {lab: 7}', 'is not a mapping'],
    ] as const) {
      it(`refuses a file that holds ${text || 'nothing'}`, () => {
        const path = write('work/clouds.yaml', text);

        expect(problemOf({})).to.contain(path).and.contain(problem);
      });
    }
  });
});
