import type { UsageMetric } from '../../../forecast/usage-batch.ts';
import type { SourceMetric } from '../../datasources/report.ts';

/** What makes a source have the usage, in half a sentence. `metrics`: what it is read from there. */
export function howToGet(source: string, usage: UsageMetric, metrics: readonly SourceMetric[]): string {
  const names = metrics.map(({ name }) => name).join(', ') || usage;
  if (source === 'gnocchi') return fromCeilometer(usage, names);
  return usage.startsWith('host_')
    ? `in Prometheus: run node_exporter on the hosts (${names}), scraped with the label that fqdnLabel names`
    : `in Prometheus: scrape Ceilometer's exporter or sg-core (${names}), with the meters of polling.yaml on the hosts`;
}

function fromCeilometer(usage: UsageMetric, names: string): string {
  switch (usage) {
    case 'host_cpu_usage':
      return (
        `set compute_monitors = cpu.virt_driver in nova.conf of the hosts and let Ceilometer's notification agent store ${names} ` +
        "(without it, only a host's instances count)"
      );
    case 'host_ram_usage':
      return `today's Ceilometer has no ${names}: let node_exporter and Prometheus tell it (without it, only a host's instances count)`;
    case 'instance_cpu_usage':
    case 'instance_ram_usage':
    case 'instance_disk_io':
    case 'instance_network_io':
      return `name ${names} under meters in Ceilometer's polling.yaml on the hosts and restart ceilometer-agent-compute there`;
  }
}
