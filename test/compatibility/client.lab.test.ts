import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import type { AuspexProcess } from '../openstack/auspex.ts';
import { startAuspex } from '../openstack/auspex.ts';
import type { CliReply } from '../openstack/lab.ts';
import { addRegion, until } from '../openstack/lab.ts';
import { Client } from './client/client.ts';
import type { Step } from './client/steps.ts';
import { STEPS } from './client/steps.ts';

type Row = Readonly<Record<string, unknown>>;

const REGION = 'client';
const NAME = `client-${process.pid}`;
const SCOPE = [{ compute: [{ availability_zones: [{ name: 'nova' }] }] }];
const SLOWEST_SECONDS = 60;

/** One of the two, and what was kept of its answers. */
interface Side {
  readonly client: Client;
  readonly kept: Map<string, string>;
}

describe("every command of the lab's own openstack optimize, on Watcher and on Auspex (K115)", () => {
  let auspex: AuspexProcess | undefined;
  let removeRegion: (() => Promise<void>) | undefined;
  let watchers: Side;
  let ours: Side;
  before(async () => {
    auspex = await startAuspex();
    removeRegion = await addRegion(await LabCloud.connect(), REGION, { 'infra-optim': auspex.url });
    watchers = openSide('RegionOne');
    ours = openSide(REGION);
  });
  after(async () => {
    await Promise.all([watchers?.client.close(), ours?.client.close()]);
    await removeRegion?.();
    await auspex?.stop();
  });

  it('leaves no command of the client out', async () => {
    const words = ['command', 'list', '--group', 'openstack.infra_optim.v1', '-f', 'json'];
    const { stdout } = await watchers.client.run(words);
    const [group] = JSON.parse(stdout) as { Commands: string[] | string }[];

    const known = [group!.Commands].flat().flatMap(text => text.split('\n'));
    const tried = new Set(STEPS.map(({ command }) => `optimize ${command.split(' ', 2).join(' ')}`));
    expect(known.map(name => name.trim()).toSorted()).to.deep.equal([...tried].toSorted());
  });

  for (const [index, step] of STEPS.entries()) {
    it(`${index + 1}. ${step.command}`, async () => {
      const [watcher, own] = await Promise.all([ask(watchers, step), ask(ours, step)]);

      expect(own).to.deep.equal(watcher);
    });
  }
});

function openSide(region: string): Side {
  const client = new Client(region);
  client.write('scope.yaml', JSON.stringify(SCOPE));
  client.write('scope.json', JSON.stringify(SCOPE));
  const files = ['scope.yaml', 'scope.json'].map(name => [name, client.path(name)] as const);
  return { client, kept: new Map([...files, ['n', NAME]]) };
}

async function ask(side: Side, step: Step): Promise<unknown> {
  const command = step.command.replaceAll(/\{([^}]+)\}/g, (_, name: string) => side.kept.get(name) ?? name);
  const words = ['optimize', ...command.split(' '), ...(isDeletion(step) ? [] : ['-f', 'json'])];
  const answer = async () => {
    const reply = await side.client.run(words);
    const rows = rowsOf(reply);
    const [column = '', value] = step.until ?? [];
    const isOver = reply.exitCode !== 0 || value === undefined || rows[0]?.[column] === value;
    return isOver && { reply, rows };
  };
  const { reply, rows } = await until(command, answer, SLOWEST_SECONDS);
  for (const [name, column] of Object.entries(step.keep ?? {}))
    side.kept.set(name, String(rows[0]?.[column]));
  const onlyColumns = step.onlyColumns === true || step.differs !== undefined;
  if (onlyColumns) return { exitCode: reply.exitCode, columns: Object.keys(rows[0] ?? {}) };
  return normal(reply.exitCode !== 0 || isDeletion(step) ? reply : rows, side);
}

function isDeletion({ command }: Step): boolean {
  return command.split(' ')[1] === 'delete';
}

/** A list of rows, or one. */
function rowsOf({ exitCode, stdout }: CliReply): readonly Row[] {
  return exitCode === 0 && stdout !== '' ? [JSON.parse(stdout) as Row | Row[]].flat() : [];
}

/** Without what cannot be the same in both: identifiers, instants, when the scheduler has looked, how a patch is printed. */
function normal(value: unknown, { client }: Side): unknown {
  const text = JSON.stringify(value, (column, each: unknown) => (UNEQUAL.has(column) ? column : parsed(each)))
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replaceAll(/20[23]\d-\d\d-\d\dT[\d:]+(?:\.\d{6})?(?:\+00:00)?/g, 'TIME')
    .replaceAll(' (Request-ID: req-UUID)', '')
    .replaceAll(/apply patch '\[.*?\]'/g, "apply patch 'PATCH'")
    .replaceAll(client.path(''), 'FOLDER');
  return JSON.parse(text);
}

const UNEQUAL: ReadonlySet<string> = new Set(['Hostname', 'Next Run Time', 'Updated At']);

/** JSON within JSON: its blanks do not count. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value;
}
