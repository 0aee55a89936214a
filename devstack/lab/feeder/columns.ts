/** Ceilometer's polling interval: the distance of all points of time here. */
export const STEP_SECONDS = 300;

/** What the guest of one server does at each of the points of time of a feed. */
export interface GuestLoad {
  /** Percent (0–100) of its vCPUs, mean over the 5 minutes before the point. */
  readonly cpuPercent: ArrayLike<number>;
  /** Percent (0–100) of its flavor's memory. */
  readonly memoryPercent: ArrayLike<number>;
}

/** What Nova says of a server's flavor. */
export interface GuestSize {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
}

/** The values of one metric, one for each point of time of the feed. */
export interface Column {
  readonly unit: string;
  /** gauge: the value itself; counter: the growth in the 5 minutes before the point. */
  readonly kind: 'gauge' | 'counter';
  /** Ceilometer posts what hardly changes once an hour. */
  readonly everySeconds: number;
  readonly values: Float64Array;
}

export type Columns = Readonly<Record<string, Column>>;

/** A time in epoch seconds and a value. */
export type Point = readonly [at: number, value: number];

/** Of an `instance`: `cpu` in cumulative ns, memory in MB, sizes. */
export function instanceColumns(size: GuestSize, load: GuestLoad): Columns {
  const { vcpus, memoryMiB, diskGiB } = size;
  const count = load.cpuPercent.length;
  const used = fill(count, n => (memoryMiB * (load.memoryPercent[n] ?? 0)) / 100);
  return {
    cpu: counter(
      'ns',
      fill(count, n => ((load.cpuPercent[n] ?? 0) / 100) * vcpus * STEP_SECONDS * 1e9),
    ),
    'memory.usage': gauge('MB', used),
    'memory.resident': gauge(
      'MB',
      used.map(value => 0.95 * value),
    ),
    vcpus: hourly('vcpu', vcpus, count),
    memory: hourly('MB', memoryMiB, count),
    'disk.root.size': hourly('GB', diskGiB, count),
    'disk.ephemeral.size': hourly('GB', 0, count),
  };
}

/** Of an `instance_disk`. Traffic follows the CPU: the lab's guests do nothing that it could be measured on. */
export function diskColumns(load: GuestLoad): Columns {
  return traffic(load, {
    'disk.device.read.bytes': ['B', 3e5],
    'disk.device.write.bytes': ['B', 6e5],
    'disk.device.read.requests': ['request', 20],
    'disk.device.write.requests': ['request', 40],
  });
}

/** Of an `instance_network_interface`. */
export function interfaceColumns(load: GuestLoad): Columns {
  return traffic(load, {
    'network.incoming.bytes': ['B', 1e6],
    'network.outgoing.bytes': ['B', 7e5],
    'network.incoming.packets': ['packet', 1000],
    'network.outgoing.packets': ['packet', 800],
  });
}

/** What the host itself needs, besides its guests. */
const HOST_CPU_PERCENT = 2;
const HOST_MEMORY_MIB = 2048;

/**
 * Of a `nova_compute`, from the guests that run on it. `hardware.memory.used` is not Epoxy's: Ceilometer dropped it, but
 * Watcher's Gnocchi data source still asks for it.
 */
export function hostColumns(
  host: { readonly vcpus: number; readonly count: number },
  guests: readonly { readonly size: GuestSize; readonly load: GuestLoad }[],
): Columns {
  const cpu = fill(host.count, n => {
    const busy = guests.reduce((sum, { size, load }) => sum + size.vcpus * (load.cpuPercent[n] ?? 0), 0);
    return Math.min(100, HOST_CPU_PERCENT + busy / host.vcpus);
  });
  const memory = fill(host.count, n => {
    const used = guests.reduce(
      (sum, { size, load }) => sum + (size.memoryMiB * (load.memoryPercent[n] ?? 0)) / 100,
      0,
    );
    return (HOST_MEMORY_MIB + used) * 1024;
  });
  return { 'compute.node.cpu.percent': gauge('percent', cpu), 'hardware.memory.used': gauge('KB', memory) };
}

/**
 * The points of a column that come after `last`, the newest one that is stored; a counter goes on from its value.
 * `times` are epoch seconds, `STEP_SECONDS` apart.
 */
export function pointsAfter(column: Column, times: readonly number[], last: Point = [0, 0]): Point[] {
  const points: Point[] = [];
  let total = last[1];
  for (const [n, at] of times.entries()) {
    if (at < last[0] + STEP_SECONDS) continue;
    const value = column.values[n] ?? 0;
    total += value;
    const due = (n * STEP_SECONDS) % column.everySeconds === 0 || n === times.length - 1;
    if (due) points.push([at, column.kind === 'counter' ? Math.trunc(total) : value]);
  }
  return points;
}

function traffic(load: GuestLoad, perCpuPercent: Record<string, [unit: string, factor: number]>): Columns {
  return Object.fromEntries(
    Object.entries(perCpuPercent).map(([name, [unit, factor]]) => [
      name,
      counter(
        unit,
        fill(load.cpuPercent.length, n => (load.cpuPercent[n] ?? 0) * factor),
      ),
    ]),
  );
}

function gauge(unit: string, values: Float64Array): Column {
  return { unit, kind: 'gauge', everySeconds: STEP_SECONDS, values };
}

function counter(unit: string, values: Float64Array): Column {
  return { unit, kind: 'counter', everySeconds: STEP_SECONDS, values };
}

function hourly(unit: string, value: number, count: number): Column {
  return { unit, kind: 'gauge', everySeconds: 3600, values: new Float64Array(count).fill(value) };
}

function fill(count: number, valueAt: (n: number) => number): Float64Array {
  return Float64Array.from({ length: count }, (_, n) => valueAt(n));
}
