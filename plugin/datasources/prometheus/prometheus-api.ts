import type { MatrixSeries } from './matrix.ts';

/** An expression, evaluated at `points` instants. */
export interface MatrixQuery {
  readonly expression: string;
  /** Epoch seconds of the first instant; a multiple of `stepSeconds`. */
  readonly firstAt: number;
  readonly stepSeconds: number;
  readonly points: number;
}

/** How Prometheus is asked: directly, or through Aetos. */
export interface PrometheusApi {
  /** In sentences: `Prometheus`. */
  readonly title: string;
  /** Of an expression, URL-encoded. */
  readonly maximumExpressionLength: number;
  /** Throws the transport's errors, `PrometheusError` and `MalformedReplyError`. */
  read(query: MatrixQuery, signal: AbortSignal): Promise<readonly MatrixSeries[]>;
}

/** Prometheus refused a query or failed at it; the message is a clause that names where. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
  readonly code = 'prometheus_error';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
