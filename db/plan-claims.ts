import type { PlanClaimRepository } from '../plugin/lifecycle/repositories.ts';
import { ACTION_PLAN_TABLE } from './action-plans.ts';
import type { DatabaseRow } from './columns.ts';
import { fromColumns } from './columns.ts';
import type { Database } from './connect.ts';
import { sharedNow } from './connect.ts';
import { holdingClaim } from './claim.ts';

const UNDER_WAY = ['ONGOING', 'CANCELLING'];
const PLANS = ACTION_PLAN_TABLE.name;

export function planClaimRepository(database: Database): PlanClaimRepository {
  const { knex } = database;
  const now = async (): Promise<string> => (await sharedNow(database)).toISOString();
  return {
    async list() {
      const rows = await knex<DatabaseRow>(PLANS)
        .where({ deleted: 0 })
        .whereIn('state', UNDER_WAY)
        .orderBy('id');
      return rows.map(row => ({
        plan: fromColumns(ACTION_PLAN_TABLE, row),
        token: row['claim'] as string | null,
        wasHeld: row['claim_seen_at'] !== null,
        beats: Number(row['claim_beats']),
      }));
    },

    async prepare({ planUuid, token }) {
      const claim = { claim: token, claim_beats: 0, claim_seen_at: await now() };
      const changed = await knex(PLANS).where({ uuid: planUuid, deleted: 0, state: 'PENDING' }).update(claim);
      return changed === 1;
    },

    async takeOver({ planUuid, token, beats }, by) {
      const at = await now();
      return knex.transaction(async transaction => {
        const seen = { uuid: planUuid, deleted: 0, claim: token, claim_beats: beats };
        const [row] = await transaction<DatabaseRow>(PLANS)
          .where(seen)
          .whereIn('state', UNDER_WAY)
          .forUpdate();
        if (row === undefined) return undefined;
        const plan = fromColumns(ACTION_PLAN_TABLE, row);
        await transaction(PLANS).where({ uuid: planUuid }).update({
          claim: by.token,
          claim_beats: 0,
          claim_seen_at: at,
          hostname: by.hostname,
          updated_at: database.now().toISOString(),
        });
        const seenAt = (row['claim_seen_at'] as string | null) ?? plan.updatedAt ?? plan.createdAt;
        return {
          plan: { ...plan, hostname: by.hostname },
          previousHost: plan.hostname,
          silentSeconds: Math.max(0, (Date.parse(at) - Date.parse(seenAt)) / 1000),
        };
      });
    },

    async renew(tokens) {
      if (tokens.length === 0) return new Set();
      const beat = { claim_beats: knex.raw('claim_beats + 1'), claim_seen_at: await now() };
      const held = () => knex<DatabaseRow>(PLANS).whereIn('claim', tokens).whereIn('state', UNDER_WAY);
      await knex(PLANS).whereIn('claim', tokens).whereIn('state', UNDER_WAY).update(beat);
      return new Set((await held().select('claim')).map(row => String(row['claim'])));
    },

    async release({ planUuid, token }) {
      await knex(PLANS).where({ uuid: planUuid, claim: token }).update({ claim: null });
    },

    async intend(claim, actionUuid, intent) {
      const at = await now();
      await holdingClaim(knex, claim, async transaction => {
        await transaction(PLANS)
          .where({ uuid: claim.planUuid })
          .update({ claim_beats: knex.raw('claim_beats + 1'), claim_seen_at: at });
        await transaction('actions')
          .where({ uuid: actionUuid })
          .update({ intent: JSON.stringify(intent) });
      });
    },

    async intentOf(actionUuid) {
      const [row] = await knex<DatabaseRow>('actions').where({ uuid: actionUuid }).select('intent');
      const text = row?.['intent'];
      return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined;
    },
  };
}
