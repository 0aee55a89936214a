import type { Peak } from '../../candidates/overload.ts';
import type { Host } from '../../cluster/host.ts';
import type { LoadMetric, LoadProfile } from '../../cluster/load-profile.ts';
import type { Move, Relief } from './relieve-host.ts';
import type { Settings } from './settings.ts';

const METRIC_NAMES: Readonly<Record<LoadMetric, string>> = {
  cpu: 'CPU',
  memory: 'memory',
  disk: 'disk I/O',
  network: 'network I/O',
};

/** What is known of a host before anything is moved. */
export interface Outlook {
  readonly host: Host;
  /** Probability of overload within the horizon. */
  readonly pressure: number;
  /** Expected minutes of overload within the horizon. */
  readonly minutes: number;
  /** Along the upper quantile. */
  readonly peak: Peak | undefined;
}

/** "compute-1 reaches 91 % CPU at 14:20 UTC (p95), 80 % allowed". */
export function outlookSentence(
  { host, peak, pressure, minutes }: Outlook,
  profile: LoadProfile,
  settings: Settings,
): string {
  if (peak === undefined) return `${host.name} has no threshold`;
  return (
    `${host.name} reaches ${percent(peak.percent)} ${METRIC_NAMES[peak.metric]} at ${timeOf(peak.step, profile)} ` +
    `(${quantileName(settings)}; ${percent(settings.hostThresholds.get(peak.metric) ?? 100)} allowed), ` +
    `over for ${minutes.toFixed(0)} min expected, with probability ${share(pressure)}`
  );
}

/** Why this instance goes there, with all the numbers of the decision. */
export function moveReason(
  move: Move,
  relief: Relief,
  known: {
    readonly outlook: Outlook;
    readonly target: Host;
    readonly targetPeak: Peak | undefined;
    readonly instancePressure: number | undefined;
    readonly profile: LoadProfile;
    readonly settings: Settings;
  },
): string {
  const { outlook, target, targetPeak, instancePressure, profile, settings } = known;
  const { cost } = move.candidate;
  const stays =
    targetPeak === undefined
      ? ''
      : `; ${target.name} then stays under ${percent(targetPeak.percent)} ${METRIC_NAMES[targetPeak.metric]}`;
  const own = instancePressure === undefined ? '' : `, the instance itself ${share(instancePressure)}`;
  const throttled = cost.speed < 1 ? `, throttled to ${share(cost.speed)} at the assumed dirty rate` : '';
  return (
    `${outlookSentence(outlook, profile, settings)}${stays}. ` +
    `Pressure: host ${share(outlook.pressure)}${own}. ` +
    `${relief.moves.length} move(s) save ${relief.moves.reduce((sum, { benefit }) => sum + benefit, 0).toFixed(1)} min of overload expected, ` +
    `${relief.certainMinutes.toFixed(1)} min at the lower quantile, for ${relief.costMinutes.toFixed(2)} min of cost; ` +
    `this one takes about ${cost.seconds.toFixed(0)} s with ${(cost.downtimeSeconds * 1000).toFixed(0)} ms of downtime${throttled}.`
  );
}

function timeOf(step: number, profile: LoadProfile): string {
  const at = new Date(Date.parse(profile.startAt) + step * profile.stepSeconds * 1000);
  return `${at.toISOString().slice(11, 16)} UTC`;
}

function percent(value: number): string {
  return `${value.toFixed(0)} %`;
}

function share(value: number): string {
  return percent(100 * value);
}

function quantileName({ parameters }: Settings): string {
  return `p${Number((100 * parameters.quantile).toFixed(1))}`;
}
