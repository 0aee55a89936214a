#!/usr/bin/env node
import packageJson from '../package.json' with { type: 'json' };
import { runCommandLine } from './cli/command-line.ts';
import { COMMANDS } from './cli/commands.ts';
import { processTerminal } from './cli/terminal.ts';

const { version } = packageJson;
process.exit(
  await runCommandLine(process.argv.slice(2), { commands: COMMANDS, version, terminal: processTerminal }),
);
