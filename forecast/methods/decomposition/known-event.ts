/** Something known to change the load while it lasts: a campaign, a batch window. Events of one name have one effect. */
export interface KnownEvent {
  readonly name: string;
  /** Seconds since 1970, UTC. */
  readonly startAt: number;
  /** Exclusive. */
  readonly endAt: number;
}

/** Events and the instant of the history's first sample, in seconds since 1970, UTC. */
export interface EventCalendar {
  readonly historyStartAt: number;
  readonly events: readonly KnownEvent[];
}

export const NO_EVENTS: EventCalendar = { historyStartAt: 0, events: [] };
