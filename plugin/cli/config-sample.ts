import { z } from 'zod';
import { settingsSchema, VARIABLES } from '../config.ts';
import type { Command } from './command.ts';
import { sampleOf } from './config/sample.ts';

export const configSample: Command = {
  name: 'config sample',
  summary: 'print a configuration file with every setting, its default and what it does',
  details:
    'Everything in it is commented out, so that it changes nothing: auspex config sample > auspex.yaml',
  async run(_given, terminal) {
    const schema = z.toJSONSchema(settingsSchema, { unrepresentable: 'any' });
    terminal.print(sampleOf(schema, VARIABLES));
    return 0;
  },
};
