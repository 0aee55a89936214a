import { existsSync } from 'node:fs';
import type { RequestHandler } from 'express';
import { methodNotAllowed } from './dispatch.ts';
import { send } from './exchange.ts';
import type { ApiSettings } from './settings.ts';

interface Result {
  readonly isHealthy: boolean;
  readonly reason: string;
  readonly details: string;
}

/** Asking the database anew for each who looks would let anybody keep it busy. */
const FRESH_MILLISECONDS = 1000;
const TIMEOUT_MILLISECONDS = 5000;

/**
 * Whether the service can serve, as oslo.middleware's healthcheck answers: 200 and OK, or 503 and why not, as text or (on `Accept: application/json`) JSON;
 * HEAD 204 or 503. `askDatabase` rejects when the database is gone.
 */
export function healthcheck(
  settings: ApiSettings['healthcheck'],
  { askDatabase, now }: { readonly askDatabase: () => Promise<unknown>; readonly now: () => number },
): RequestHandler {
  let asked: { readonly at: number; readonly result: Promise<Result> } | undefined;
  const database = (): Promise<Result> => {
    if (asked === undefined || Math.abs(now() - asked.at) >= FRESH_MILLISECONDS) {
      asked = { at: now(), result: resultOf(askDatabase) };
    }
    return asked.result;
  };
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw methodNotAllowed(request, response, 'GET, HEAD');
    }
    const results = [await database(), fileResult(settings.disableByFile)];
    const bad = results.filter(({ isHealthy }) => !isHealthy);
    const shown = bad.length > 0 ? bad : results.slice(0, 1);
    const status = bad.length > 0 ? 503 : 200;
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'HEAD') {
      send(response, { status: status === 200 ? 204 : status });
    } else if (request.accepts(['text/plain', 'application/json']) === 'application/json') {
      send(response, { status, body: documentOf(settings.detailed ? results : shown, settings.detailed) });
    } else {
      response.statusCode = status;
      response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
      response.end(shown.map(({ reason }) => reason).join('\n'));
    }
  };
}

function documentOf(results: readonly Result[], detailed: boolean): object {
  if (!detailed) return { detailed, reasons: results.map(({ reason }) => reason) };
  return { detailed, reasons: results.map(({ reason, details }) => ({ reason, details })) };
}

async function resultOf(askDatabase: () => Promise<unknown>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer')), TIMEOUT_MILLISECONDS);
  try {
    await Promise.race([askDatabase(), late.promise]);
    return { isHealthy: true, reason: 'OK', details: 'The database answers.' };
  } catch {
    // why, and which database, is in the log and no business of the public
    return {
      isHealthy: false,
      reason: 'DATABASE UNAVAILABLE',
      details: 'The database does not answer or cannot be read.',
    };
  } finally {
    clearTimeout(timer);
  }
}

function fileResult(file: string): Result {
  if (file === '' || !existsSync(file))
    return { isHealthy: true, reason: 'OK', details: 'No file disables the service.' };
  return {
    isHealthy: false,
    reason: 'DISABLED BY FILE',
    details: 'The file that disables the service exists.',
  };
}
