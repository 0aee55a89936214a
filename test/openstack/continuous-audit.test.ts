import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { nextOfCron, parseCron } from '../../plugin/lifecycle/cron.ts';
import { optimize, optimizeJson } from './api-lab.ts';
import type { AuspexProcess } from './auspex.ts';
import { startAuspex } from './auspex.ts';
import { PROJECT_ROOT, until } from './lab.ts';

type Row = Readonly<Record<string, unknown>>;

interface Plan {
  readonly state: string;
}

const NAME = `lifecycle-${process.pid}`;
const INTERVAL_SECONDS = 4;

describe('audits that run by themselves, with the real openstack optimize', () => {
  let auspex: AuspexProcess;
  let token: string;
  before(async () => {
    ({ token } = await LabCloud.connect());
    auspex = await startAuspex();
  });
  after(() => auspex.stop());

  const cli = (...args: string[]) => optimizeJson<Row>(auspex.url, token, 'audit', ...args);
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${auspex.url}/v1/${path}`, {
      ...init,
      headers: {
        'X-Auth-Token': token,
        'OpenStack-API-Version': 'infra-optim latest',
        ...(init.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
    });
  const plansOf = async (audit: Row): Promise<readonly Plan[]> => {
    const reply = await call(`action_plans?audit_uuid=${String(audit['UUID'])}`);
    return ((await reply.json()) as { action_plans: Plan[] }).action_plans;
  };

  it('a CONTINUOUS one runs again and again, is suspended, resumed and cancelled', async () => {
    const how = ['-g', 'dummy', '-t', 'CONTINUOUS', '-i', String(INTERVAL_SECONDS), '--name', NAME];
    const created = await cli('create', ...how);
    const plans = await until('it ran twice', async () => {
      const found = await plansOf(created);
      return found.length >= 2 && found;
    });
    const running = await cli('show', NAME);

    expect(created).to.include({ 'State': 'PENDING', 'Audit Type': 'CONTINUOUS', 'Interval': '4' }); // prettier-ignore
    expect(running).to.include({ State: 'ONGOING' });
    expect(running['Next Run Time']).to.match(/^\d{4}-\d\d-\d\dT/);
    expect(running['Hostname']).to.be.a('string').that.is.not.empty;
    expect(plans.slice(0, -1).every(({ state }) => state === 'CANCELLED')).to.equal(true);
    expect(plans.at(-1)!.state).to.equal('RECOMMENDED');

    const suspended = await cli('update', NAME, 'replace', 'state=SUSPENDED');
    const before = (await plansOf(created)).length;
    await delay(2 * INTERVAL_SECONDS * 1000);
    const meanwhile = (await plansOf(created)).length;

    expect(suspended).to.include({ State: 'SUSPENDED' });
    expect(suspended['Next Run Time']).to.be.oneOf([null, 'None']);
    expect(meanwhile).to.equal(before);

    const resumed = await cli('update', NAME, 'replace', 'state=ONGOING', 'interval=3');
    await until('it runs again', async () => (await plansOf(created)).length > before);
    const cancelled = await cli('update', NAME, 'replace', 'state=CANCELLED');
    const deleted = await optimize(auspex.url, token, 'audit', 'delete', NAME);

    expect(resumed).to.include({ State: 'ONGOING', Interval: '3' });
    expect(resumed['Next Run Time']).to.match(/^\d{4}-\d\d-\d\dT/);
    expect(cancelled).to.include({ State: 'CANCELLED' });
    expect(deleted.exitCode).to.equal(0);
  });

  it('an EVENT one runs when a webhook is called', async () => {
    const created = await cli('create', '-g', 'dummy', '-t', 'EVENT', '--name', `${NAME}-event`);
    const fire = () => call(`webhooks/${NAME}-event`, { method: 'POST', body: '{"current": "alarm"}' });
    const stateNow = async () =>
      ((await (await call(`audits/${NAME}-event`)).json()) as { state: string }).state;

    const first = await fire();
    await until(
      'it has run',
      async () => (await plansOf(created)).length === 1 && (await stateNow()) === 'SUCCEEDED',
    );
    const second = await fire();
    await until('it has run again', async () => (await plansOf(created)).length === 2);
    const shown = await cli('show', `${NAME}-event`);

    expect(created).to.include({ 'State': 'PENDING', 'Audit Type': 'EVENT' }); // prettier-ignore
    expect([first.status, await first.text(), second.status]).to.deep.equal([202, '', 202]);
    expect(shown['State']).to.be.oneOf(['SUCCEEDED', 'ONGOING']);
  });
});

/** Prints the next three instants after noon on 1 March 2026 of each expression, or null when croniter refuses it. */
const ASK_CRONITER = `
import datetime, json, sys
from croniter import croniter
def ask(text):
    try:
        c = croniter(text, datetime.datetime(2026, 3, 1, 12))
        return [c.get_next(datetime.datetime).isoformat() for _ in range(3)]
    except Exception:
        return None
print(json.dumps([ask(text) for text in json.loads(sys.argv[1])]))
`;

describe('cron expressions', () => {
  // prettier-ignore
  const EXPRESSIONS = [
    '*/5 * * * *', '0 12 * * mon-fri', '0 0 1,15 * 3', '0 0 L * *', '0 0 * * L5', '0 0 * * 5#2', '0 0 * * 0#5', '0 0 * * 7', '0 0 * * * 30',
    '30 */5 * * * *', '*/7 3-5 * * * */20', '@daily', '@hourly', '0 0 29 2 *', '5/10 * * * *', '0 0 * jan-mar sun', '0 0 ? * *', '*/90 * * * *', '0 0 */2 * 1',
    '0 0 13 * 5', '0 0 15,L * *', '59 23 31 12 *', '0 6-18/4 * 4,10 1-5', '', 'zzz', '60 * * * *', '* * * *', '* * * * * * *', '-1 * * * *', '*/0 * * * *', '1,,2 * * * *',
    '0 0 * * 1#6', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8',
  ];

  it('mean here what they mean to the croniter of the lab (B44)', async () => {
    const inLab = join(PROJECT_ROOT, 'devstack/lab/in-lab');
    const { stdout } = await promisify(execFile)(inLab, [
      'python3',
      '-c',
      ASK_CRONITER,
      JSON.stringify(EXPRESSIONS),
    ]);
    const theirs = JSON.parse(stdout) as (string[] | null)[];

    const ours = EXPRESSIONS.map(text => {
      const instants = [Date.parse('2026-03-01T12:00:00Z')];
      try {
        const cron = parseCron(text);
        while (instants.length < 4) instants.push(nextOfCron(cron, instants.at(-1)!)!);
        return instants.slice(1).map(instant => new Date(instant).toISOString().slice(0, 19));
      } catch {
        return null;
      }
    });

    const both = (found: readonly (string[] | null)[]) =>
      EXPRESSIONS.map((text, n) => `${text}: ${found[n]?.join(' ')}`);
    expect(both(ours)).to.deep.equal(both(theirs));
  });
});
