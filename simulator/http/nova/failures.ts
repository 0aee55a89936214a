import type { Refusal } from '../../world/refusal.ts';
import { Failure } from '../context.ts';

const KEYS: Readonly<Record<number, string>> = {
  400: 'badRequest',
  403: 'forbidden',
  404: 'itemNotFound',
  409: 'conflictingRequest',
};
const STATUSES = { bad_request: 400, not_found: 404, conflict: 409 } as const;

/** An error in Nova's shape. */
export function novaFailure(code: number, message: string): Failure {
  return new Failure(code, { [KEYS[code] ?? 'computeFault']: { code, message } });
}

/** What the world refuses, as Nova would answer it. */
export function novaRefusal({ code, message }: Refusal): Failure {
  return novaFailure(STATUSES[code], message);
}
