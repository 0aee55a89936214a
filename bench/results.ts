import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Prints rows as a table and keeps them, with the machine's Node, as JSON in `bench/results/`. */
export function report(name: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  console.table(rows);
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(
    file,
    `${JSON.stringify({ node: process.version, at: new Date().toISOString(), rows }, null, 2)}\n`,
  );
  console.log(`written to bench/results/${name}.json`);
}
