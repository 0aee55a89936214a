/** Calls to a service of the cloud go wrong. What is not given fits all. */
export interface CallFault {
  readonly kind: 'slow' | 'fail' | 'hang' | 'drop';
  /** `identity`, `compute`, `placement`, `metric`, `network`, `volumev3`, `image`. */
  readonly service?: string | undefined;
  readonly method?: string | undefined;
  /** A piece of the path: `/os-migrations`. */
  readonly path?: string | undefined;
  /** Of these calls, the share (0–1) that goes wrong; default all. */
  readonly share?: number | undefined;
  /** So many calls, then no more; default without end. */
  readonly times?: number | undefined;
  /** Of a `slow` call; these are seconds of the wall clock. */
  readonly seconds?: number | undefined;
  /** Of a `fail`; default 503. */
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}

/** Something happens to a host, or to what is measured, at some time after the start. */
export interface WorldFault {
  readonly kind:
    'host_dies' | 'host_returns' | 'cell_down' | 'cell_returns' | 'metrics_lost' | 'metrics_return';
  /** Epoch seconds. */
  readonly at: number;
  /** Name of a host, or of a guest for metrics; undefined: all. */
  readonly name?: string | undefined;
}
