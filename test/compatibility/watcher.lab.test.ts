import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { WATCHER_URL } from '../openstack/api-lab.ts';
import type { AuspexProcess } from '../openstack/auspex.ts';
import { startAuspex } from '../openstack/auspex.ts';
import type { Difference } from './recorder/compare.ts';
import { differencesOf } from './recorder/compare.ts';
import { documentedDifferences, isDocumentedBy } from './recorder/documented.ts';
import type { CompatibilityRequest } from './recorder/request.ts';
import { nameOf } from './recorder/request.ts';
import { Side } from './recorder/side.ts';
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

  it('is told from all others by its name', () => {
    const names = REQUESTS.map(nameOf);

    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
  });

  it('is answered alike, but for what docs/compatibility.md tells', () => {
    const documented = documentedDifferences();
    const undocumented = differences.filter(found => !documented.some(row => isDocumentedBy(found, row)));

    expect(undocumented.map(lineOf)).to.deep.equal([]);
  });

  it('still shows all the differences of docs/compatibility.md', () => {
    const gone = documentedDifferences().filter(
      row => !differences.some(found => isDocumentedBy(found, row)),
    );

    expect(gone.map(lineOf)).to.deep.equal([]);
  });
});

function lineOf({ request, what, watcher, auspex }: Difference): string {
  return `| ${request} | ${what} | ${watcher} | ${auspex} |`;
}

/** What is left of this run in the lab's Watcher. */
async function sweep(token: string): Promise<void> {
  for (const list of ['audits', 'audit_templates']) {
    const side = new Side(WATCHER_URL, token, {});
    const { json } = await side.ask({ method: 'GET', path: `/v1/${list}`, options: {} });
    for (const { uuid, name } of (json as Record<string, { uuid: string; name: string }[]>)[list]!) {
      if (!name.startsWith(NAME)) continue;
      if (list === 'audits') {
        const body = [{ op: 'replace', path: '/state', value: 'CANCELLED' }];
        await side.ask({ method: 'PATCH', path: `/v1/audits/${uuid}`, options: { body } });
      }
      await side.ask({ method: 'DELETE', path: `/v1/${list}/${uuid}`, options: {} });
    }
  }
}
