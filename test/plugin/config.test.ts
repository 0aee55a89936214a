import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig, settingsSchema } from '../../plugin/config.ts';
import { CloudConfigError } from '../../plugin/openstack/errors.ts';

const CLOUD = {
  OS_AUTH_URL: 'http://127.0.0.1:5000/v3',
  OS_USERNAME: 'admin',
  OS_PASSWORD: 'secret',
  OS_PROJECT_NAME: 'admin',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_DOMAIN_NAME: 'Default',
};

describe('configuration', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-config-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (env: Record<string, string> = {}) => readConfig({ HOME: folder, ...CLOUD, ...env }, folder);

  it('has defaults for everything but the cloud', () => {
    const { settings, cloud } = read();

    expect(settings).to.include({ host: '127.0.0.1', port: 9322, databaseUrl: 'sqlite:///auspex.sqlite' });
    expect(cloud.authUrl).to.equal('http://127.0.0.1:5000/v3');
  });

  it('takes the file, and the variables over it', () => {
    writeFileSync(join(folder, 'auspex.yaml'), 'port: 1000\nhost: 0.0.0.0\naudits: {maximum: 4}\n');
    const { settings } = read({ AUSPEX_CONFIG: 'auspex.yaml', AUSPEX_PORT: '2000' });

    expect(settings).to.include({ host: '0.0.0.0', port: 2000 });
    expect(settings.audits.maximum).to.equal(4);
  });

  it('takes roles from the file as a list and from the variable with commas between', () => {
    writeFileSync(join(folder, 'auspex.yaml'), 'roles: [applier]\n');

    expect(read().settings.roles).to.deep.equal(['api', 'decision-engine', 'applier']);
    expect(read({ AUSPEX_CONFIG: 'auspex.yaml' }).settings.roles).to.deep.equal(['applier']);
    expect(read({ AUSPEX_ROLES: 'api, decision-engine' }).settings.roles).to.deep.equal([
      'api',
      'decision-engine',
    ]);
    expect(() => read({ AUSPEX_ROLES: 'cook' })).to.throw(ConfigError, /roles/);
  });

  it('tells all problems at once, each with the name of what is wrong', () => {
    writeFileSync(join(folder, 'auspex.yaml'), 'colour: red\naudits: {maximum: 0}\n');

    expect(() => read({ AUSPEX_CONFIG: 'auspex.yaml', AUSPEX_PORT: '70000' }))
      .to.throw(ConfigError)
      .with.property('message')
      .that.matches(/port \(AUSPEX_PORT\)/)
      .and.matches(/audits\.maximum/)
      .and.matches(/There is no setting colour\./);
  });

  it('names a file that is not there or no mapping', () => {
    writeFileSync(join(folder, 'list.yaml'), '- 1\n');

    expect(() => read({ AUSPEX_CONFIG: 'nowhere.yaml' })).to.throw(
      ConfigError,
      'nowhere.yaml, which does not exist',
    );
    expect(() => read({ AUSPEX_CONFIG: 'list.yaml' })).to.throw(ConfigError, 'it is not a YAML mapping');
  });

  it('says in one sentence what is wrong with the YAML, and quotes none of it', () => {
    writeFileSync(join(folder, 'broken.yaml'), 'databaseUrl: s3cret\na: [b\n');

    expect(() => read({ AUSPEX_CONFIG: 'broken.yaml' }))
      .to.throw(ConfigError)
      .with.property('message')
      .that.matches(/broken\.yaml cannot be read: it is not valid YAML at line 3, column 1\.$/)
      .and.not.matches(/s3cret/);
  });

  it('needs a cloud', () => {
    expect(() => readConfig({ HOME: folder }, folder)).to.throw(CloudConfigError);
  });
});

describe('docs/configuration.md', () => {
  it('names exactly the settings that there are', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
    const documented = [...text.matchAll(/^\| `([^`]+)`/gm)].map(match => match[1]!);

    expect(documented.sort()).to.deep.equal(keysOf(settingsSchema.parse({})).sort());
  });
});

function keysOf(settings: object, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? keysOf(value, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}
