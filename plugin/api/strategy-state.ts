import type { Strategy } from '../../strategies/strategy.ts';
import { usageMetricsOf } from '../audits/gather.ts';
import type { DatasourceState } from './options.ts';

/** One row of `openstack optimize strategy state`. */
export interface RequirementState {
  readonly type: 'Datasource' | 'Metrics' | 'CDM' | 'Name';
  readonly state: string | readonly Readonly<Record<string, string>>[];
  /** Empty where the question makes no sense. */
  readonly mandatory: boolean | '';
  readonly comment: string;
}

/** What the strategy needs, and whether it is there. */
export async function strategyState(
  strategy: Strategy<unknown>,
  datasource: DatasourceState,
  signal: AbortSignal,
): Promise<readonly RequirementState[]> {
  const metrics = metricsOf(strategy);
  const isThere = metrics.length > 0 && (await datasource.isAvailable(signal));
  return [
    {
      type: 'Datasource',
      state:
        metrics.length === 0
          ? 'Datasource is not presented for this strategy'
          : `${datasource.name}: ${word(isThere)}`,
      mandatory: true,
      comment: '',
    },
    {
      type: 'Metrics',
      state: metrics.map(metric => ({ [metric]: word(isThere && datasource.metrics.includes(metric)) })),
      mandatory: false,
      comment: '',
    },
    {
      type: 'CDM',
      state: [
        { compute_model: 'available' },
        { storage_model: 'not available' },
        { baremetal_model: 'not available' },
      ],
      mandatory: true,
      comment: '',
    },
    { type: 'Name', state: strategy.name, mandatory: '', comment: '' },
  ];
}

/** Of a strategy that cannot do without parameters it is not known before an audit. */
function metricsOf(strategy: Strategy<unknown>): readonly string[] {
  const defaults = strategy.parameters.safeParse({});
  return defaults.success ? usageMetricsOf(strategy.needs(defaults.data).metrics) : [];
}

function word(isAvailable: boolean): string {
  return isAvailable ? 'available' : 'not available';
}
