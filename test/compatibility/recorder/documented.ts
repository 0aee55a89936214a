import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Difference } from './compare.ts';

/** A row of the table of differences: `*` stands for any text, and there may be several of `what`, with commas between them. */
export interface Documented extends Difference {
  readonly why: string;
}

/** Depends on what else is in the lab: need not be seen in every run. */
export function isOccasional({ why }: Documented): boolean {
  return why.startsWith('Sometimes: ');
}

const PAGE = join(import.meta.dirname, '../../../docs/compatibility.md');

/** The rows of the tables whose head is Requests, What, Watcher, Auspex, Why. */
export function documentedDifferences(page = readFileSync(PAGE, 'utf8')): readonly Documented[] {
  const rows: Documented[] = [];
  let isTable = false;
  for (const line of page.split('\n')) {
    const cells = cellsOf(line);
    if (cells === undefined) isTable = false;
    else if (cells[0] === 'Requests' && cells[4] === 'Why') isTable = true;
    else if (isTable && !/^:?-+:?$/.test(cells[0]!)) {
      const [request = '', what = '', watcher = '', auspex = '', why = ''] = cells;
      rows.push({ request, what, watcher, auspex, why });
    }
  }
  return rows;
}

export function isDocumentedBy(difference: Difference, row: Documented): boolean {
  const isOne = row.what.split(', ').some(what => patternOf(what).test(difference.what));
  return (
    isOne &&
    (['request', 'watcher', 'auspex'] as const).every(part => patternOf(row[part]).test(difference[part]))
  );
}

function cellsOf(line: string): string[] | undefined {
  if (!line.startsWith('|')) return undefined;
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map(cell =>
      cell
        .trim()
        .replaceAll('\\|', '|')
        .replace(/^`(.*)`$/s, '$1'),
    );
}

function patternOf(text: string): RegExp {
  const parts = text.split('*').map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
