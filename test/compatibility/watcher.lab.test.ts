import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { WATCHER_URL } from '../openstack/api-lab.ts';
import type { AuspexProcess } from '../openstack/auspex.ts';
import { startAuspex } from '../openstack/auspex.ts';
import type { Difference } from './recorder/compare.ts';
import { differencesOf } from './recorder/compare.ts';
import { documentedDifferences, isDocumentedBy, isOccasional } from './recorder/documented.ts';
import type { CompatibilityRequest } from './recorder/request.ts';
import { get, nameOf, patch, remove } from './recorder/request.ts';
import { Side } from './recorder/side.ts';
import { DASHBOARD_REQUESTS } from './requests/dashboard.ts';
import { DOCUMENT_REQUESTS } from './requests/documents.ts';
import { READING_REQUESTS } from './requests/reading.ts';
import {
  AUDIT_REQUESTS,
  BODY_REQUESTS,
  CLEANING_REQUESTS,
  MAKING_REQUESTS,
  PLAN_REQUESTS,
  TEMPLATE_REQUESTS,
} from './requests/writing.ts';

const NAME = `wire-${process.pid}`;
/** In order: later ones use what earlier ones have made. */
const REQUESTS: readonly CompatibilityRequest[] = [
  ...MAKING_REQUESTS,
  ...DASHBOARD_REQUESTS,
  ...DOCUMENT_REQUESTS,
  ...READING_REQUESTS,
  ...TEMPLATE_REQUESTS,
  ...AUDIT_REQUESTS,
  ...PLAN_REQUESTS,
  ...BODY_REQUESTS,
  ...CLEANING_REQUESTS,
];

describe("every request beside the lab's Watcher", () => {
  let auspex: AuspexProcess;
  const differences: Difference[] = [];
  before(async () => {
    const { token } = await LabCloud.connect();
    auspex = await startAuspex({ AUSPEX_WWW_AUTHENTICATE_URI: 'http://127.0.0.1:15000' });
    const variables = {
      n: NAME,
      N: NAME.toUpperCase(),
      missing: randomUUID(),
      scoring_engines: 'dummy_scorer',
    };
    const [watcher, ours] = [WATCHER_URL, auspex.url].map(
      url => new Side(url, token, { ...variables, goals: 'dummy', strategies: 'dummy', services: '1' }),
    );
    for (const request of REQUESTS) {
      const [one, other] = await Promise.all([watcher!.ask(request), ours!.ask(request)]);
      differences.push(...differencesOf(request, one, other));
    }
    await sweep(token);
  });
  after(() => auspex.stop());

  const undocumented = (): readonly Difference[] => {
    const documented = documentedDifferences();
    return differences.filter(found => !documented.some(row => isDocumentedBy(found, row)));
  };

  it('is told from all others by its name', () => {
    const names = REQUESTS.map(nameOf);

    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
  });

  it('is answered alike, but for what docs/compatibility.md tells', () => {
    expect(undocumented().map(lineOf)).to.deep.equal([]);
  });

  it("is answered alike when it is one of Horizon's panels' (K116)", () => {
    const calls = new Set(DASHBOARD_REQUESTS.map(nameOf));

    expect(undocumented().filter(({ request }) => calls.has(request))).to.deep.equal([]);
  });

  it('still shows all the differences of docs/compatibility.md', () => {
    const gone = documentedDifferences().filter(
      row => !isOccasional(row) && !differences.some(found => isDocumentedBy(found, row)),
    );

    expect(gone.map(lineOf)).to.deep.equal([]);
  });
});

function lineOf({ request, what, watcher, auspex }: Difference): string {
  return `| ${request} | ${what} | ${watcher} | ${auspex} |`;
}

/** What is left of this run, or of one that broke off, in the lab's Watcher; plans go before their audits. */
async function sweep(token: string): Promise<void> {
  const side = new Side(WATCHER_URL, token, {});
  const list = async (plural: string, query = ''): Promise<readonly Listed[]> => {
    const { json } = await side.ask(get(`/v1/${plural}${query}`));
    return (json as Record<string, Listed[]>)[plural] ?? [];
  };
  const isOurs = ({ name = '' }: Listed): boolean => /^wire-\d+-/.test(name);
  for (const { uuid } of (await list('audits')).filter(isOurs)) {
    await side.ask(patch(`/v1/audits/${uuid}`, [{ op: 'replace', path: '/state', value: 'CANCELLED' }]));
    for (const plan of await list('action_plans', `?audit_uuid=${uuid}`)) {
      await side.ask(remove(`/v1/action_plans/${plan.uuid}`));
    }
    await side.ask(remove(`/v1/audits/${uuid}`));
  }
  for (const { uuid } of (await list('audit_templates')).filter(isOurs)) {
    await side.ask(remove(`/v1/audit_templates/${uuid}`));
  }
}

interface Listed {
  readonly uuid: string;
  readonly name?: string;
}
