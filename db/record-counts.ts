import type { RecordCounts } from '../plugin/lifecycle/repositories.ts';
import type { Database } from './connect.ts';

/** How many live rows there are of each kind and state: three queries, however many rows. */
export function recordCountRepository({ knex }: Database): { byState(): Promise<RecordCounts> } {
  const grouped = async (table: string, type: string | undefined) => {
    const columns = type === undefined ? ['state'] : [type, 'state'];
    const rows = await knex<Record<string, string | number>>(table)
      .where({ deleted: 0 })
      .groupBy(columns)
      .select(columns)
      .count({ count: '*' });
    return (rows as Record<string, string | number>[]).map(row => ({
      type: type === undefined ? '' : String(row[type]),
      state: String(row['state']),
      count: Number(row['count']),
    }));
  };
  return {
    byState: async () => ({
      audits: await grouped('audits', 'audit_type'),
      actionPlans: await grouped('action_plans', undefined),
      actions: await grouped('actions', 'action_type'),
    }),
  };
}
