import type { LiveMigrationProgress } from '../../openstack/nova.ts';
import type { Progress } from '../action-type.ts';
import { routeOf } from './move.ts';
import type { Move } from './move.ts';

const WORTH_TELLING_MS = 30_000;

/** Memory and disk left to copy; undefined while the hypervisor has not told. */
export function remainingBytes(progress: LiveMigrationProgress): number | undefined {
  const { memoryRemainingBytes, diskRemainingBytes } = progress;
  return memoryRemainingBytes === undefined ? undefined : memoryRemainingBytes + (diskRemainingBytes ?? 0);
}

/** `stalledMs`: since the last progress. */
export function progressOf(progress: LiveMigrationProgress, move: Move, stalledMs: number): Progress {
  const remaining = remainingBytes(progress);
  const total = (progress.memoryTotalBytes ?? 0) + (progress.diskTotalBytes ?? 0);
  if (remaining === undefined || total === 0) {
    return { percent: undefined, message: `Migration of ${routeOf(move)} is ${progress.status}` };
  }
  const percent = Math.min(100, Math.max(0, 100 * (1 - remaining / total)));
  const left = `${mebibytes(remaining)} of ${mebibytes(total)} MiB left to copy`;
  const stalled = stalledMs < WORTH_TELLING_MS ? '' : `, no progress for ${Math.round(stalledMs / 1000)} s`;
  return { percent, message: `Migration of ${routeOf(move)} is ${progress.status}, ${left}${stalled}` };
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
