import type { Command } from './command.ts';
import { dbDowngrade } from './db-downgrade.ts';
import { dbUpgrade } from './db-upgrade.ts';
import { dbVersion } from './db-version.ts';
import { start } from './start.ts';

/** In the order in which `auspex --help` lists them. */
export const COMMANDS: readonly Command[] = [start, dbUpgrade, dbDowngrade, dbVersion];
