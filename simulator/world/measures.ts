import { STEP_SECONDS, stepOf } from './demand.ts';
import type { Guest, WorldSettings } from './inventory.ts';
import type { Loads } from './loads.ts';
import { uniform } from './random.ts';

/** Names of Ceilometer's metrics, by Gnocchi's resource type. */
export const METRICS = {
  instance: ['cpu', 'memory.usage', 'memory.resident'],
  instance_disk: ['disk.device.read.bytes', 'disk.device.write.bytes'],
  instance_network_interface: ['network.incoming.bytes', 'network.outgoing.bytes'],
  nova_compute: ['compute.node.cpu.percent', 'hardware.memory.used'],
} as const;

export type ResourceType = keyof typeof METRICS;

/** Points of one series: the steps that have a sample, and their values. */
export interface Series {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

export interface Span {
  /** Steps since the epoch, from inclusive to exclusive. */
  readonly from: number;
  readonly to: number;
}

interface Source {
  readonly loads: Loads;
  readonly settings: WorldSettings;
  readonly nowAt: number;
}

/** What is stored of a guest's metric; counters are cumulative since the guest's process began. Undefined: nothing ever. */
export function guestSeries(source: Source, guest: Guest, metric: string, span: Span): Series | undefined {
  if (guest.metricsLost) return undefined;
  const { loads } = source;
  const kept = storedSpan(source, span);
  const { flavor, demand } = guest;
  switch (metric) {
    case 'cpu':
      return counter(source, guest, kept, cpus => cpus * 1e9);
    case 'disk.device.read.bytes':
    case 'disk.device.write.bytes':
      return counter(source, guest, kept, cpus => (cpus * demand.diskBytesPerBusyCpu) / 2);
    case 'network.incoming.bytes':
    case 'network.outgoing.bytes':
      return counter(source, guest, kept, cpus => (cpus * demand.networkBytesPerBusyCpu) / 2);
    case 'memory.usage':
      return gauge(source, guest.id, kept, step => loads.memoryOf(guest, step));
    case 'memory.resident':
      // A hypervisor keeps more than the guest uses, and never more than the guest has.
      return gauge(source, guest.id, kept, step =>
        Math.min(flavor.memoryMiB, 1.05 * loads.memoryOf(guest, step)),
      );
    default:
      return undefined;
  }
}

export function hostSeries(source: Source, hostName: string, metric: string, span: Span): Series | undefined {
  const kept = storedSpan(source, span);
  switch (metric) {
    case 'compute.node.cpu.percent':
      return gauge(source, hostName, kept, step => source.loads.hostAt(hostName, step)?.cpuPercent ?? NaN);
    case 'hardware.memory.used':
      return gauge(
        source,
        hostName,
        kept,
        step => (source.loads.hostAt(hostName, step)?.memoryMiB ?? NaN) * 1024,
      );
    default:
      return undefined;
  }
}

/** No sample is older than the history, none is newer than the last step that has ended and been stored. */
function storedSpan({ settings, nowAt }: Source, { from, to }: Span): Span {
  return {
    from: Math.max(from, stepOf(settings.startAt - settings.historySeconds)),
    to: Math.min(to, stepOf(nowAt - settings.metricLagSeconds)),
  };
}

/** Growth per second × the step's length, summed up since the process began or the history does. */
function counter(source: Source, guest: Guest, span: Span, perSecond: (cpus: number) => number): Series {
  const steps: number[] = [];
  const values: number[] = [];
  const base = stepOf(source.settings.startAt - source.settings.historySeconds);
  const resetAt = stepOf(guest.countersFromAt);
  let total = 0;
  for (let step = base; step < span.to; step += 1) {
    if (step === resetAt) total = 0;
    const cpus = source.loads.cpusOf(guest, step);
    if (Number.isNaN(cpus)) continue;
    total += perSecond(cpus) * STEP_SECONDS;
    if (step < span.from || isLost(source, guest.id, step)) continue;
    steps.push(step);
    values.push(Math.trunc(total));
  }
  return { steps, values };
}

function gauge(source: Source, id: string, span: Span, valueAt: (step: number) => number): Series {
  const steps: number[] = [];
  const values: number[] = [];
  for (let step = span.from; step < span.to; step += 1) {
    const value = valueAt(step);
    if (Number.isNaN(value) || isLost(source, id, step)) continue;
    steps.push(step);
    values.push(value);
  }
  return { steps, values };
}

function isLost({ settings }: Source, id: string, step: number): boolean {
  const { lostSampleShare, seed } = settings;
  return (
    lostSampleShare > 0 &&
    uniform(seed ^ Number.parseInt(id.slice(0, 6), 16) ^ 0x27d4eb2f, step) < lostSampleShare
  );
}
