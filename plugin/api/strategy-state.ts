import type { UsageMetric } from '../../forecast/usage-batch.ts';
import type { Strategy } from '../../strategies/strategy.ts';
import { usageMetricsOf } from '../audits/gather.ts';
import type { DatasourceState, Requirements } from './options.ts';

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
  requirements: Requirements,
  signal: AbortSignal,
): Promise<readonly RequirementState[]> {
  const usages = usagesOf(strategy);
  const [sources, compute, storage] = await Promise.all([
    usages.length === 0 ? [] : requirements.datasources(strategy.name, usages, signal),
    requirements.hasModel('compute', signal),
    requirements.hasModel('storage', signal),
  ]);
  return [
    {
      type: 'Datasource',
      state:
        usages.length === 0
          ? 'Datasource is not presented for this strategy'
          : sources.map(({ name, isAvailable }) => `${name}: ${word(isAvailable)}`).join(', '),
      mandatory: true,
      comment: '',
    },
    {
      type: 'Metrics',
      state: usages.flatMap(usage => metricsOf(usage, sources)),
      mandatory: false,
      comment: '',
    },
    {
      type: 'CDM',
      state: [
        { compute_model: word(compute) },
        { storage_model: word(storage) },
        // this service takes no picture of Ironic's nodes
        { baremetal_model: word(false) },
      ],
      mandatory: true,
      comment: '',
    },
    { type: 'Name', state: strategy.name, mandatory: '', comment: '' },
  ];
}

/** Of a strategy that cannot do without parameters it is not known before an audit. */
function usagesOf(strategy: Strategy<unknown>): readonly UsageMetric[] {
  const defaults = strategy.parameters.safeParse({});
  return defaults.success ? usageMetricsOf(strategy.needs(defaults.data).metrics) : [];
}

/** What the usage is read from: of the first source that holds it, else of the first that should. */
function metricsOf(
  usage: UsageMetric,
  sources: readonly DatasourceState[],
): readonly Readonly<Record<string, string>>[] {
  const offers = sources
    .map(({ metrics }) => metrics.filter(metric => metric.usage === usage))
    .filter(metrics => metrics.length > 0);
  const chosen = offers.find(metrics => metrics.every(({ isAvailable }) => isAvailable)) ?? offers[0];
  return (
    chosen?.map(({ name, isAvailable }) => ({ [name]: word(isAvailable) })) ?? [{ [usage]: word(false) }]
  );
}

function word(isAvailable: boolean): string {
  return isAvailable ? 'available' : 'not available';
}
