import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const TESTS = join(import.meta.dirname, '..');

/** What of Watcher must be the same on the wire, by the numbers that the titles of the tests carry: `(K17)` or `(K17, K18)`. */
const ROWS: Readonly<Record<number, string>> = {
  1: 'GET / version document, public',
  2: 'GET /v1 resource document with conditional data_model and webhooks',
  3: 'implicit /v1, trailing and double slash',
  4: 'microversions 1.0-1.7, list syntax, latest, 406 rules, version headers',
  5: 'X-Openstack-Request-Id',
  6: 'error envelope error_message → faultstring',
  7: '401 body and WWW-Authenticate',
  8: '403 policy message',
  9: 'mapping to 404, 400, 409, 415, 405',
  11: 'X-Show-Deleted',
  12: 'pagination: limit, marker, next',
  13: 'sort_key and sort_dir with virtual keys',
  15: 'goals list, detail, show',
  16: 'strategies list, detail, show, goal filter',
  17: 'strategies/{id}/state',
  18: 'audit templates and their filters',
  19: 'scope validation of templates',
  20: 'default_parameters and their conflict rule',
  21: 'audits create, list, detail, show, patch, delete',
  22: 'merge rules of an audit from a template',
  23: 'validation of audit parameters with defaults and strict keys',
  24: 'names of audits: default, 63 characters, unique',
  25: 'start_time and end_time in UTC',
  26: 'force',
  27: 'auto_trigger',
  28: 'action plans list, detail, show, delete, patch',
  29: 'POST start',
  30: 'actions list, detail, show; exclusive filters',
  31: 'PATCH of actions: skip with a reason',
  32: 'description of an action by its type',
  33: 'scoring engines list, detail, show',
  34: 'services list, detail, show with computed status',
  35: 'data_model with frozen keys and audit scope',
  36: 'webhooks and their optional authentication',
  37: 'soft delete and cascades',
  38: 'identifiers uuid, name, id; names without case',
  40: 'policy rules and policy.yaml',
  56: 'efficacy indicators and global efficacy',
  58: 'status_message of skipped and cancelled',
  59: 'states of actions with SKIPPED and CANCELLING',
  60: 'graph of parents',
  65: 'the ten goals with their specifications',
  80: 'requirement report of strategies',
  108: 'versioned notifications',
  115: 'all commands of openstack optimize',
  116: "the calls of Horizon's panels",
  117: 'tempest',
};

/** Of the whole checklist, what need not be the same on the wire included. */
const LAST_ROW = 118;

/** Rows whose tests are still to be written. */
const TO_DO: readonly number[] = [];

describe('the checklist of what must be as in Watcher', () => {
  const titled = rowsInTitles();
  for (const [row, what] of Object.entries(ROWS)) {
    if (TO_DO.includes(Number(row))) continue;

    it(`has a test of row ${row}: ${what}`, () => {
      expect([...titled]).to.include(Number(row));
    });
  }

  it('is told of by no title that names a row beyond its end', () => {
    expect([...titled].filter(row => row < 1 || row > LAST_ROW)).to.deep.equal([]);
  });
});

function rowsInTitles(): ReadonlySet<number> {
  const files = globSync('**/*.ts', { cwd: TESTS });
  const titles = files.flatMap(file => {
    const text = readFileSync(join(TESTS, file), 'utf8');
    return [...text.matchAll(/\b(?:it|describe)\(\s*(['"`])(?<title>.*?)\1,/gs)].map(
      found => found.groups?.['title'] ?? '',
    );
  });
  const marks = titles.flatMap(title => [...title.matchAll(/\((?:K\d+(?:, )?)+\)/g)].map(([mark]) => mark));
  return new Set(marks.flatMap(mark => [...mark.matchAll(/\d+/g)].map(Number)));
}
