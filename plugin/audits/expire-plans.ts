import type { Repositories } from '../lifecycle/repositories.ts';

const MILLISECONDS_PER_HOUR = 3_600_000;

/** Supersedes recommended plans older than `hours` (0: never): what they were to prevent has come or gone. How many there were. */
export async function expirePlans(
  { actionPlans }: Pick<Repositories, 'actionPlans'>,
  { hours, now }: { readonly hours: number; readonly now: number },
): Promise<number> {
  if (hours === 0) return 0;
  let count = 0;
  for (const plan of await actionPlans.list({ where: { state: 'RECOMMENDED' } })) {
    if (now - Date.parse(plan.createdAt) < hours * MILLISECONDS_PER_HOUR) continue;
    const statusMessage = `Not started within ${hours} h: its forecast no longer holds.`;
    if (
      (await actionPlans.transition(plan.uuid, 'RECOMMENDED', 'SUPERSEDED', { statusMessage })) !== undefined
    )
      count += 1;
  }
  return count;
}
