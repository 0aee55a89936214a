import type { PlanRun } from './tools.ts';

/** How a plan came to be taken up in its middle. */
export interface Interruption {
  /** The host that ran it before. */
  readonly host: string;
  /** For how long nobody ran it. */
  readonly seconds: number;
}

/** The cloud may have changed too much to begin anything more of it. */
export function isTooLate({ interruption, settings }: PlanRun): boolean {
  return (interruption?.seconds ?? 0) > settings.resumeWithinSeconds;
}

export function interruptionNote(run: PlanRun): string {
  const { host = run.hostname, seconds = 0 } = run.interruption ?? {};
  const broken = `The service on ${host} was interrupted while the plan was under way`;
  if (isTooLate(run))
    return `${broken}, for ${Math.round(seconds)} s: too long to begin anything more of it.`;
  return host === run.hostname ? `${broken}.` : `${broken}; ${run.hostname} took it over.`;
}
