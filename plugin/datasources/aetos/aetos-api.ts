import type { Session } from '../../openstack/session.ts';
import { readMatrix } from '../prometheus/matrix.ts';
import type { PrometheusApi } from '../prometheus/prometheus-api.ts';
import { subqueryOf } from '../prometheus/subquery.ts';

const TIMEOUT_MILLISECONDS = 180_000;
/** Of a URL with a token beside it: uWSGI takes 4096 bytes for all of it, unless its operator changed that. */
const MAXIMUM_EXPRESSION_LENGTH = 3000;

/**
 * Prometheus behind Keystone. Of its API Aetos offers `GET /api/v1/query` with the one parameter `query`, so that a range is
 * asked for as a subquery: docs/decisions/0012-asking-prometheus.md.
 */
export function createAetosApi(session: Session): PrometheusApi {
  return {
    title: 'Aetos',
    maximumExpressionLength: MAXIMUM_EXPRESSION_LENGTH,
    async read(query, signal) {
      const { body } = await session.request({
        service: 'metric-storage',
        method: 'GET',
        path: '/api/v1/query',
        query: { query: subqueryOf(query) },
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        signal,
      });
      return readMatrix(body);
    },
  };
}
