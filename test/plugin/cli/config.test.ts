import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { readSettings, settingsSchema } from '../../../plugin/config.ts';
import { auspex } from './terminal.ts';

describe('auspex config sample', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-sample-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const sample = async (): Promise<string> => (await auspex(['config', 'sample'])).output;
  const settingsFrom = (content: string) => {
    writeFileSync(join(folder, 'auspex.yaml'), content);
    return readSettings({ AUSPEX_CONFIG: join(folder, 'auspex.yaml') }, folder);
  };
  const uncommented = (text: string) => text.replaceAll(/^( *)#(?=\w)/gm, '$1');

  it('is a file that changes nothing', async () => {
    expect(settingsFrom(await sample())).to.deep.equal(settingsSchema.parse({}));
  });

  it('has the default of every setting', async () => {
    const text = uncommented(await sample());

    expect(settingsFrom(text)).to.deep.equal(settingsSchema.parse({}));
    expect(keysOf(parse(text)).sort()).to.deep.equal(keysOf(settingsSchema.parse({})).sort());
  });

  it('says of every setting what it does', async () => {
    const undescribed = (await sample())
      .split('\n')
      .filter((line, index, lines) => /^ *#\w/.test(line) && !/^ *# /.test(lines[index - 1]!));

    expect(undescribed).to.deep.equal([]);
    expect(await sample()).to.match(/# What is done .+\n +# One of: wait, abort, force_complete\.\n +#onStall: abort\n/); // prettier-ignore
  });

  it('takes a changed line within its section', async () => {
    const changed = (await sample()).replace('  #maximum: 2', '  maximum: 5');

    expect(settingsFrom(changed).audits.maximum).to.equal(5);
  });

  it('has the names of variables, and nothing of this machine', async () => {
    expect(await sample()).to.match(/# Variable: AUSPEX_PORT\.\n#port: 9322\n/);
    expect(await sample()).to.match(/^#hostname:$/m);
  });
});

describe('descriptions of settings', () => {
  it('are whole sentences', () => {
    const descriptions = descriptionsOf(z.toJSONSchema(settingsSchema, { unrepresentable: 'any' }));

    expect(descriptions).to.have.length.above(60);
    for (const description of descriptions) expect(description).to.match(/^[A-Zhrs].+\.$/);
  });
});

describe('auspex config check', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-check-'));
    env = {
      HOME: folder,
      OS_AUTH_URL: 'http://127.0.0.1:5000/v3',
      OS_USERNAME: 'auspex',
      OS_PASSWORD: 'topsecret',
      OS_PROJECT_NAME: 'service',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const check = (content: string, change: NodeJS.ProcessEnv = {}) => {
    writeFileSync(join(folder, 'auspex.yaml'), content);
    return auspex(['config', 'check'], {
      env: { ...env, AUSPEX_CONFIG: join(folder, 'auspex.yaml'), ...change },
    });
  };

  it('is content with what is right', async () => {
    const { exitCode, output } = await check('port: 1000\naudits:\n');

    expect(output).to.equal('The configuration is right.');
    expect(exitCode).to.equal(0);
  });

  it('tells all problems of settings and cloud', async () => {
    const { exitCode, output } = await check('port: x\ncolour: red\naudits: {maximum: 0}\n', {
      OS_AUTH_URL: '',
      OS_PASSWORD: '',
      OS_INTERFACE: 'secret',
    });

    const lines = output.split('\n');
    expect(lines).to.have.length(6);
    expect(lines[0]).to.contain('port (AUSPEX_PORT)');
    expect(lines[1]).to.contain('audits.maximum');
    expect(lines[2]).to.equal('There is no setting colour.');
    expect(lines[3]).to.contain('OS_AUTH_URL is missing');
    expect(lines[4]).to.contain('OS_PASSWORD is missing');
    expect(lines[5]).to.contain('OS_INTERFACE is secret; it must be public, internal or admin');
    expect(exitCode).to.equal(1);
  });

  it('looks at the files that settings name, and at the URL of the database', async () => {
    const { exitCode, output } = await check(
      'databaseUrl: redis://x\n' +
        'api: {policy: {file: /nowhere/policy.yaml}, tls: {certificateFile: /nowhere/c.pem, keyFile: /nowhere/k.pem}}\n' +
        'datasources: {metricMap: /nowhere/map.yaml, prometheus: {url: "http://p", caFile: /nowhere/ca.pem}}\n',
    );

    expect(output.split('\n')).to.have.length(5);
    for (const name of ['database URL', 'policy.yaml', 'c.pem', 'map.yaml', 'caFile']) {
      expect(output).to.contain(name);
    }
    expect(exitCode).to.equal(1);
  });

  for (const [what, content] of [
    ['an alias', 'datasources: {prometheus: {password: *topsecret}}'],
    ['a text that goes on', 'datasources:\n  prometheus:\n    password: "x" topsecret'],
    ['a tag', 'datasources: {prometheus: {password: !topsecret x, username: 5}}'],
    ['a list', 'datasources: {prometheus: {password: [topsecret]}}'],
    ['a URL of a database', 'databaseUrl: "mysql+x+y://me:topsecret@/"'],
    ['a URL of a message broker', 'notifications: {transportUrl: "redis://me:topsecret@h/"}'],
    ['a URL of Prometheus', 'datasources: {prometheus: {url: "http://me:topsecret@h/"}}'],
  ] as const) {
    it(`keeps a secret that is ${what}`, async () => {
      const { exitCode, output, complaint } = await check(content);

      expect(exitCode).to.equal(1);
      expect(complaint).to.equal('');
      expect(output).to.not.contain('topsecret');
    });
  }

  it('says where YAML is wrong', async () => {
    const { output } = await check('port: 1\nhost: "a" b\n');

    expect(output).to.match(/auspex\.yaml cannot be read: it is not valid YAML at line 2, column \d+\.$/);
  });
});

function keysOf(settings: unknown, prefix = ''): string[] {
  return Object.entries(settings as object).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? keysOf(value, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}

function descriptionsOf({ properties = {} }: z.core.JSONSchema.BaseSchema): string[] {
  return Object.values(properties).flatMap(schema => {
    if (typeof schema === 'boolean') return [];
    return schema.properties === undefined ? [schema.description ?? ''] : descriptionsOf(schema);
  });
}
