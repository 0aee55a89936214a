import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Folders in the order the data flows: each may import itself and those named. The longest matching folder counts. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  cluster: [],
  forecast: ['cluster'],
  candidates: ['cluster', 'forecast'],
  goals: ['cluster', 'forecast', 'candidates'],
  scoring: [],
  strategies: ['cluster', 'forecast', 'candidates', 'goals', 'scoring'],
  'plugin/openstack': ['cluster'],
  'plugin/lifecycle': ['goals'],
  db: ['goals', 'plugin/lifecycle'],
  'plugin/datasources': ['forecast', 'plugin/openstack'],
  'plugin/actions': ['cluster', 'plugin/openstack', 'plugin/lifecycle'],
  'plugin/audits': [
    'cluster',
    'forecast',
    'goals',
    'strategies',
    'plugin/actions',
    'plugin/datasources',
    'plugin/lifecycle',
    'plugin/openstack',
  ],
  'plugin/applier': ['plugin/actions', 'plugin/lifecycle', 'plugin/openstack'],
  'plugin/replicas': ['plugin/lifecycle'],
  'plugin/metrics': ['plugin/datasources', 'plugin/lifecycle'],
  'plugin/notifications': ['goals', 'strategies', 'plugin/lifecycle'],
  'plugin/api': [
    'cluster',
    'forecast',
    'db',
    'goals',
    'scoring',
    'strategies',
    'plugin/actions',
    'plugin/applier',
    'plugin/audits',
    'plugin/lifecycle',
    'plugin/metrics',
    'plugin/replicas',
  ],
  'simulator/world': ['cluster'],
  'simulator/http': ['simulator/world'],
  'simulator/scenario': ['simulator/world'],
};

/** Files at the edge, which put everything together. */
const COMPOSITION = [
  'plugin/main.ts',
  'plugin/service.ts',
  'plugin/config.ts',
  'plugin/listen.ts',
  'plugin/log.ts',
  'plugin/periodic.ts',
  'simulator/demo.ts',
  'simulator/simulated-service.ts',
];
/** A demonstration and the commands are put together of everything, too. */
const COMPOSITION_FOLDERS = ['simulator/demo/', 'plugin/cli/'];
const PURE = ['cluster', 'forecast', 'candidates', 'goals', 'scoring', 'strategies', 'simulator/world'];
/** What the pure zone may use from outside. */
const PURE_PACKAGES = ['zod'];

/** Sentences that name each import that breaks a rule; `files` by path from the project's root. */
export function violations(files: ReadonlyMap<string, string>): readonly string[] {
  const found: string[] = [];
  for (const [file, source] of files) {
    for (const imported of importsOf(source)) {
      const why = judge(file, imported);
      if (why !== undefined) found.push(`${file} imports ${imported}: ${why}`);
    }
  }
  return found;
}

/** All sources that the rules are about. */
export function projectSources(root: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const folder of [...PURE, 'db', 'plugin', 'simulator']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const file = join(folder, entry);
      if (file.endsWith('.ts')) files.set(file, readFileSync(join(root, file), 'utf8'));
    }
  }
  return files;
}

function judge(file: string, imported: string): string | undefined {
  if (isComposition(file)) return undefined;
  const from = folderOf(file);
  if (from === undefined) return 'its folder has no rule';
  if (!imported.startsWith('.')) {
    const isForbidden = PURE.includes(from) && !PURE_PACKAGES.includes(imported);
    return isForbidden ? 'the pure zone has no effects' : undefined;
  }
  const target = normalize(join(dirname(file), imported));
  if (isComposition(target)) return 'nothing imports what puts everything together';
  const to = folderOf(target);
  if (to === undefined) return 'it lies outside';
  if (from === 'strategies' && to === 'strategies') return strategyRule(file, target);
  if (from === to || MAY_IMPORT[from]!.includes(to)) return undefined;
  return `${from} must not know ${to}`;
}

function isComposition(file: string): boolean {
  return COMPOSITION.includes(file) || COMPOSITION_FOLDERS.some(folder => file.startsWith(folder));
}

/** A strategy is a file, or a folder with private helpers; only the list of all strategies knows several. */
function strategyRule(file: string, target: string): string | undefined {
  const strategyOf = (path: string): string | undefined => /^strategies\/([^/]+)\//.exec(path)?.[1];
  const [from, to] = [strategyOf(file), strategyOf(target)];
  if (to === undefined || from === to || file === 'strategies/strategies.ts') return undefined;
  return 'strategies never import each other';
}

function folderOf(file: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter(folder => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function importsOf(source: string): readonly string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+'([^']+)'|import\(\s*'([^']+)'|(?:^|\n)import\s+'([^']+)'/g;
  return [...source.matchAll(pattern)].map(match => match[1] ?? match[2] ?? match[3]!);
}
