import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

describe('lint', () => {
  let project: string;

  before(() => {
    project = mkdtempSync(join(tmpdir(), 'auspex-lint-'));
    for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
      cpSync(join(ROOT, file), join(project, file));
    symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  });

  after(() => rmSync(project, { recursive: true }));

  // Each planted violation must be refused.
  for (const [file, source, rule] of [
    [
      'cluster/a.ts',
      "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;",
      'no-restricted-imports',
    ],
    ['forecast/b.ts', "import { c } from '../plugin/c.ts';\nexport const b = c;", 'no-restricted-imports'],
    ['strategies/d.ts', 'export const d = (): number => Math.random();', 'no-restricted-properties'],
    ['candidates/e.ts', 'export const e = (): number => Date.now();', 'no-restricted-properties'],
    [
      'goals/f.ts',
      'export const f = (): unknown => setTimeout(() => undefined, 1);',
      'no-restricted-globals',
    ],
    ['simulator/world/j.ts', 'export const j = (): number => Math.random();', 'no-restricted-properties'],
    ['plugin/g.ts', "export const g = process.env['HOME'];", 'no-process-env'],
    ['plugin/h.ts', 'export const h = (x: any): unknown => x;', 'no-explicit-any'],
    [
      'plugin/i.ts',
      'const late = async (): Promise<number> => 1;\nexport function i(): void {\n  late();\n}',
      'no-floating-promises',
    ],
  ] as const) {
    it(`refuses ${file} (${rule})`, () => {
      mkdirSync(join(project, file, '..'), { recursive: true });
      writeFileSync(join(project, file), source);
      const args = ['--type-aware', '--deny-warnings', file];
      const { stdout, status } = spawnSync(join(ROOT, 'node_modules/.bin/oxlint'), args, {
        cwd: project,
        encoding: 'utf8',
      });

      expect(stdout).to.include(rule);
      expect(status).to.equal(1);
    }).timeout(30_000);
  }
});
