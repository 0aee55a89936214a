import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { credentials, LabCloud } from './cloud.ts';
import { STEP_SECONDS } from './columns.ts';
import { loadsFromCsv } from './csv-load.ts';
import { feed, settle } from './feed.ts';
import { syntheticLoad } from './synthetic-load.ts';

const HELP = `feed: gives every server and host of the lab a metric history in Gnocchi, as Ceilometer (Epoxy) stores it.

  feed                         two weeks that end now, from the built-in generator
  feed --days 2 --seed 7       another length, other loads
  feed --ahead 2               goes on for two hours into the future, on the hosts where the servers are now
  feed --only e2e-             only servers whose names begin so, for the hosts' metrics too
  feed --csv load.csv          lines "vm,cpu_percent[,memory_percent]": one per 5 minutes in time order, the last
                               one is now; vm is an index into the servers sorted by name, used round and round

Run again later it continues each series after its last point.
Per server: cpu (cumulative ns), memory.usage and memory.resident (MB) every 5 minutes; vcpus, memory,
disk.root.size and disk.ephemeral.size every hour; disk.device.* on an instance_disk, network.* on an
instance_network_interface (cumulative). Per host: compute.node.cpu.percent on a nova_compute named HOST_HOST.`;

const { values: options } = parseArgs({
  options: {
    days: { type: 'string', default: '14' },
    seed: { type: 'string', default: '1' },
    ahead: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
    csv: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (options.help) {
  console.log(HELP);
} else {
  try {
    await main();
  } catch (error) {
    console.error(`feed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function main(): Promise<void> {
  const given = options.csv === undefined ? undefined : loadsFromCsv(readFileSync(options.csv, 'utf8'));
  const past = given ? given.steps : (number('days') * 86_400) / STEP_SECONDS;
  const ahead = (number('ahead') * 3600) / STEP_SECONDS;
  const now = Math.floor(Date.now() / 1000 / STEP_SECONDS) * STEP_SECONDS;
  const times = Array.from(
    { length: Math.round(past + ahead) },
    (_, n) => now + (n + 1 - past) * STEP_SECONDS,
  );
  const cloud = await LabCloud.connect(credentials(process.env));
  await feed(cloud, {
    times,
    only: options.only,
    loadOf: (_server, index) =>
      given ? given.at(index, times.length) : syntheticLoad(index, options.seed, times),
    report: line => console.log(line),
  });
  await settle(cloud);
  console.log('Gnocchi has processed them all');
}

function number(name: 'days' | 'ahead'): number {
  const value = Number(options[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} takes a number, not "${options[name]}"`);
}
