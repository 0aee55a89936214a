import type { Command } from './command.ts';
import { completionOf } from './completion.ts';
import { configCheck } from './config-check.ts';
import { configSample } from './config-sample.ts';
import { dbDowngrade } from './db-downgrade.ts';
import { dbPurge } from './db-purge.ts';
import { dbUpgrade } from './db-upgrade.ts';
import { dbVersion } from './db-version.ts';
import { doctor } from './doctor.ts';
import { importWatcherCommand } from './import-watcher.ts';
import { pause, resume } from './pause.ts';
import { start } from './start.ts';
import { statusCheck } from './status-check.ts';
import { sync } from './sync.ts';

/** In the order in which `auspex --help` lists them. */
export const COMMANDS: readonly Command[] = [
  start,
  dbUpgrade,
  dbDowngrade,
  dbVersion,
  dbPurge,
  sync,
  configSample,
  configCheck,
  statusCheck,
  doctor,
  importWatcherCommand,
  pause,
  resume,
  completionOf(() => COMMANDS),
];
