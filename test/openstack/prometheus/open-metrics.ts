import { STEP } from '../../contract/datasource-truth.ts';
import type { Truth, TruthSeries } from '../../contract/datasource-truth.ts';

const SCRAPE = 60;
/** After each minute. */
const SCRAPE_OFFSET = 10;

/**
 * The truth as Prometheus has it when it scrapes Ceilometer's exporter and node_exporter every minute, in OpenMetrics. What a
 * poll found stays until the next is due.
 */
export function openMetrics(truth: Truth): string {
  const families = Map.groupBy(truth.series, ({ metric }) => `ceilometer_${metric.replaceAll('.', '_')}`);
  const lines = [...families].flatMap(([name, members]) => [
    `# TYPE ${name} gauge`,
    ...members.flatMap(series => scrapesOf(name, series)),
  ]);
  return [...lines, ...hostLines(truth), '# EOF', ''].join('\n');
}

function scrapesOf(name: string, series: TruthSeries): string[] {
  const labels = labelsOf({
    resource: resourceOf(series),
    instance: 'sg-core:3000',
    publisher: 'ceilometer',
    counter: series.metric,
    project: 'p',
  });
  return series.polls.flatMap(([at, value]) => {
    const step = Math.floor(at / STEP) * STEP;
    return minutes(step, step + STEP).map(when => `${name}${labels} ${value} ${when}`);
  });
}

/** As Ceilometer's pollsters name them. */
function resourceOf({ of, instanceId, device }: TruthSeries): string {
  if (of === 'instance') return instanceId;
  return of === 'disk' ? `${instanceId}-${device}` : `instance-0000002a-${instanceId}-${device}`;
}

/** Two CPUs, of which one does all the work. */
function hostLines({ startAt, stopAt, host }: Truth): string[] {
  const target = { instance: '192.0.2.7:9100', fqdn: `${host.name}.example.org` };
  const scrapes = minutes(startAt - STEP, stopAt);
  const idle = ['0', '1'].map(cpu => {
    let total = 1000;
    const labels = labelsOf({ ...target, cpu, mode: 'idle' });
    return scrapes.map((when, n) => {
      total += n === 0 ? 0 : idleSeconds(scrapes[n - 1]!, when, cpu);
      return `node_cpu_seconds_total${labels} ${total} ${when}`;
    });
  });
  const user = labelsOf({ ...target, cpu: '0', mode: 'user' });
  const memory = (name: string, kiB: number) => [
    `# TYPE ${name} gauge`,
    ...scrapes.map(when => `${name}${labelsOf(target)} ${kiB * 1024} ${when}`),
  ];
  return [
    '# TYPE node_cpu_seconds counter',
    ...idle.flat(),
    ...scrapes.map((when, n) => `node_cpu_seconds_total${user} ${n * 5} ${when}`),
    ...memory('node_memory_MemTotal_bytes', host.memoryTotalKiB),
    ...memory('node_memory_MemAvailable_bytes', host.memoryTotalKiB - host.memoryUsedKiB),
  ];

  function idleSeconds(from: number, to: number, cpu: string): number {
    if (cpu === '0') return to - from;
    let seconds = 0;
    for (let at = from; at < to; at += 1) {
      const percent = host.cpuPercent(Math.max(0, Math.floor((at - startAt) / STEP)));
      seconds += 1 - (2 * percent) / 100;
    }
    return seconds;
  }
}

function minutes(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / SCRAPE }, (_, n) => from + n * SCRAPE + SCRAPE_OFFSET);
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;
}
