import { Router } from 'express';
import type { ActionRecord, MigrationRecord } from '../../world/inventory.ts';
import type { SimulatorContext } from '../context.ts';
import { instantOf, one, PROJECT_ID, USER_ID } from '../context.ts';
import { minorOf } from '../microversion.ts';
import { pageOf } from '../paging.ts';
import { novaFailure } from './failures.ts';

const LARGEST_PAGE = 1000;
const MIB = 2 ** 20;
/** Nova lists these, and only these, as a server's live migrations under way. */
const UNDER_WAY = ['queued', 'preparing', 'running', 'post-migrating'];

/** Records of migrations, live ones under way, and what Nova noted of them. */
export function migrationRoutes(context: SimulatorContext): Router {
  const router = Router();
  const { world } = context;

  router.get('/os-migrations', (request, response) => {
    const { query } = request;
    const minor = minorOf(response);
    const since = one(query['changes-since']);
    const sinceAt = since === undefined ? -Infinity : Date.parse(since) / 1000;
    if (Number.isNaN(sinceAt)) throw novaFailure(400, `Invalid input for changes-since: ${since}`);
    const all = world.migrations.filter(
      record =>
        isAsked(one(query['instance_uuid']), record.guestId) &&
        isAsked(one(query['status']), record.status) &&
        isAsked(one(query['migration_type']), record.type) &&
        (query['host'] === undefined ||
          [record.sourceName, record.targetName].includes(one(query['host']) ?? '')) &&
        (record.updatedAt ?? record.createdAt) >= sinceAt,
    );
    if (minor < 59) {
      response.json({ migrations: all.map(record => recordView(record, minor)) });
      return;
    }
    const { items, next } = pageOf(all, request, {
      largest: LARGEST_PAGE,
      idOf: ({ uuid }) => uuid,
      unknownMarker: marker => novaFailure(400, `Migration ${marker} could not be found.`),
    });
    const href = `${context.url()}/compute/v2.1/os-migrations?${next}`;
    response.json({
      migrations: items.map(record => recordView(record, minor)),
      ...(next === undefined ? {} : { migrations_links: [{ rel: 'next', href }] }),
    });
  });

  router.get('/servers/:id/migrations', (request, response) => {
    const { id } = request.params;
    checkServer(id);
    const underWay = world.migrations.filter(
      record =>
        record.guestId === id && record.type === 'live-migration' && UNDER_WAY.includes(record.status),
    );
    response.json({ migrations: underWay.map(progressView) });
  });

  router.delete('/servers/:id/migrations/:migrationId', (request, response) => {
    world.abort(request.params.id, Number(request.params.migrationId), {
      mayWait: minorOf(response) >= 65,
    });
    response.status(202).end();
  });

  router.post('/servers/:id/migrations/:migrationId/action', (request, response) => {
    world.forceComplete(request.params.id, Number(request.params.migrationId));
    response.status(202).end();
  });

  router.get('/servers/:id/os-instance-actions', (request, response) => {
    const actions = world.actions.filter(action => action.guestId === request.params.id);
    if (actions.length === 0) checkServer(request.params.id);
    response.json({ instanceActions: actions.map(actionView) });
  });

  router.get('/servers/:id/os-instance-actions/:requestId', (request, response) => {
    const { id, requestId } = request.params;
    const action = world.actions.find(each => each.guestId === id && each.requestId === requestId);
    if (action === undefined) throw novaFailure(404, `Action for request_id ${requestId} not found`);
    const minor = minorOf(response);
    const events = action.events.map(event => ({
      event: event.event,
      start_time: instantOf(event.startedAt),
      finish_time: event.finishedAt === undefined ? null : instantOf(event.finishedAt),
      result: event.result ?? null,
      traceback: null,
      ...(minor >= 84 ? { details: event.details } : {}),
    }));
    response.json({
      instanceAction: { ...actionView(action), ...(minor >= 51 ? { events: events.toReversed() } : {}) },
    });
  });
  return router;

  function checkServer(id: string): void {
    if (!world.guests.has(id)) throw novaFailure(404, `Instance ${id} could not be found.`);
  }
}

function isAsked(asked: string | undefined, value: string): boolean {
  return asked === undefined || asked === value;
}

function recordView(record: MigrationRecord, minor: number): object {
  return {
    id: record.id,
    ...(minor >= 59 ? { uuid: record.uuid } : {}),
    instance_uuid: record.guestId,
    source_compute: record.sourceName,
    source_node: record.sourceName,
    dest_compute: record.targetName ?? null,
    dest_node: record.targetName ?? null,
    dest_host: null,
    old_instance_type_id: 1,
    new_instance_type_id: 1,
    ...(minor >= 23 ? { migration_type: record.type } : {}),
    status: record.status,
    created_at: instantOf(record.createdAt),
    updated_at: record.updatedAt === undefined ? null : instantOf(record.updatedAt),
    ...(minor >= 80 ? { user_id: USER_ID, project_id: PROJECT_ID } : {}),
  };
}

function progressView(record: MigrationRecord): object {
  const { progress } = record;
  const bytes = (mib: number | undefined) => (mib === undefined ? null : Math.round(mib * MIB));
  return {
    id: record.id,
    status: record.status,
    source_compute: record.sourceName,
    source_node: record.sourceName,
    dest_compute: record.targetName ?? null,
    dest_node: record.targetName ?? null,
    dest_host: null,
    server_uuid: record.guestId,
    memory_total_bytes: bytes(progress?.totalMiB),
    memory_processed_bytes: bytes(progress?.processedMiB),
    memory_remaining_bytes: bytes(progress?.remainingMiB),
    disk_total_bytes: progress === undefined ? null : 0,
    disk_processed_bytes: progress === undefined ? null : 0,
    disk_remaining_bytes: progress === undefined ? null : 0,
    created_at: instantOf(record.createdAt),
    updated_at: record.updatedAt === undefined ? null : instantOf(record.updatedAt),
  };
}

function actionView({ requestId, guestId, action, startedAt, message }: ActionRecord): object {
  return {
    action,
    instance_uuid: guestId,
    request_id: requestId,
    user_id: USER_ID,
    project_id: PROJECT_ID,
    start_time: instantOf(startedAt),
    message,
  };
}
