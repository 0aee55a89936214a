import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { newAction, newAudit, newPlan, newTemplate } from '../../db/rows.ts';
import { auspex } from './terminal.ts';

const DAY_MS = 86_400_000;

describe('auspex db purge and sync', () => {
  let folder: string;
  let url: string;
  let repositories: Repositories;
  let now: Date;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-cli-'));
    url = `sqlite:///${join(folder, 'auspex.sqlite')}`;
    now = new Date(Date.now() - 40 * DAY_MS);
    repositories = createRepositories(await openDatabase(url, { now: () => now }));
  });
  afterEach(async () => {
    await repositories.close();
    rmSync(folder, { recursive: true });
  });

  const run = (args: string, saysYes = false) =>
    auspex(args.split(' '), { env: { AUSPEX_DATABASE_URL: url }, saysYes });

  /** An audit with a plan and an action, and a template, deleted 40 days ago; a template deleted yesterday. */
  async function deleteSome(): Promise<void> {
    const audit = await repositories.audits.create(newAudit());
    const plan = newPlan({ auditUuid: audit.uuid });
    await repositories.actionPlans.createWithActions(plan, [newAction({ actionPlanUuid: plan.uuid })]);
    await repositories.actionPlans.softDelete(plan.uuid);
    await repositories.audits.softDelete(audit.uuid);
    const [old, recent] = [newTemplate(), newTemplate({ goalName: 'dummy' })];
    for (const template of [old, recent]) await repositories.auditTemplates.create(template);
    await repositories.auditTemplates.softDelete(old.uuid);
    now = new Date(Date.now() - DAY_MS);
    await repositories.auditTemplates.softDelete(recent.uuid);
    await repositories.auditTemplates.create(newTemplate({ name: 'alive' }));
  }

  const numbers = (output: string) =>
    Object.fromEntries(
      [...output.matchAll(/^\| (\w+) +\| +(\d+) \| +(\d+) \|$/gm)].map(([, table, rows, kept]) => [
        table,
        [Number(rows), Number(kept)],
      ]),
    );

  it('removes what is old enough, while a service has the database open, and says how much (112)', async () => {
    await deleteSome();

    const rehearsed = await run('db purge -d 30 --dry-run');
    const purged = await run('db purge --age-in-days 30 --exclude-orphans');

    expect(rehearsed.output).to.contain('| to be removed |');
    expect(numbers(rehearsed.output)).to.deep.equal(numbers(purged.output));
    expect(purged.exitCode).to.equal(0);
    expect(numbers(purged.output)).to.deep.equal({
      actions: [1, 0],
      action_plans: [1, 0],
      audits: [1, 0],
      audit_templates: [1, 0],
      catalogue: [0, 0],
      all: [4, 0],
    });
    const templates = await repositories.auditTemplates.list({ includeDeleted: true });
    expect(templates.map(({ goalName }) => goalName)).to.deep.equal(['dummy', 'predictive_migration']);
  });

  it('removes what serves one goal, by its name or UUID', async () => {
    await deleteSome();
    const uuid = (await repositories.catalogue.sync('goal', ['dummy'])).get('dummy')?.uuid;

    const byUuid = await run(`db purge -t ${uuid} --dry-run`);
    const byName = await run('db purge --goal Dummy');
    const unknown = await run('db purge -t zork');

    expect(numbers(byUuid.output)['all']).to.deep.equal([1, 0]);
    expect(numbers(byName.output)['all']).to.deep.equal([1, 0]);
    expect(unknown).to.include({ exitCode: 1, complaint: 'auspex: There is no goal zork.' });
  });

  it('removes nothing when it would be too much, or as much as it may after a yes', async () => {
    await deleteSome();

    const refused = await run('db purge -n 3');
    const kept = await run('db purge --dry-run');
    const agreed = await run('db purge -n 3', true);

    expect(refused).to.deep.include({
      exitCode: 1,
      complaint: 'auspex: Nothing was removed: it would be 5 rows, more than --max-number 3.',
      questions: ['These are 5 rows, more than 3. Remove 3 of them?'],
    });
    expect(numbers(kept.output)['all']).to.deep.equal([5, 0]);
    expect(numbers(agreed.output)['all']).to.deep.equal([3, 0]);
    expect(numbers((await run('db purge -n 3')).output)['all']).to.deep.equal([2, 0]);
  });

  it('refuse a number that is none', async () => {
    for (const args of ['-d -1', '-d=-1', '-d x', '-n 1.5', '-n']) {
      expect((await run(`db purge ${args}`)).exitCode, args).to.equal(2);
    }
  });

  it('ask for the tables to be brought up to date first', async () => {
    await run('db downgrade --to 0001 --yes');

    for (const command of ['db purge', 'sync']) {
      const { exitCode, complaint } = await run(command);
      expect(exitCode).to.equal(1);
      expect(complaint).to.match(
        /^auspex: The tables of the database are not up to date: "auspex db upgrade"/,
      );
    }
  });

  it('bring the catalogue in line with what this version offers (111)', async () => {
    await repositories.catalogue.sync('goal', ['from_an_old_version']);
    await repositories.audits.create(newAudit({ name: 'old one', goalName: 'from_an_old_version' }));

    const rehearsed = await run('sync --dry-run');
    const synced = await run('sync');
    const again = await run('sync');

    expect(rehearsed.output).to.contain('To be cancelled: audit old one');
    expect(synced.output).to.match(/\| goal +\| from_an_old_version +\| vanished +\|/);
    expect(synced.output).to.match(/\| goal +\| predictive_migration +\| new +\|/);
    expect(synced.output).to.contain('Cancelled: audit old one');
    expect(again.output).to.match(/\| goal +\| from_an_old_version +\| gone +\|/);
    expect(again.output).to.match(/\| strategy +\| predictive_migration +\| unchanged +\|/);
    expect(again.output).to.not.contain('Cancelled');
  });
});
