const ENDED: ReadonlySet<string> = new Set([
  'completed',
  'confirmed',
  'reverted',
  'finished',
  'done',
  'error',
  'failed',
  'cancelled',
]);

/** Of a status of Nova's migration records. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}
