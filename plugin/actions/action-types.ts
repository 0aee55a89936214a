import type { ActionType } from './action-type.ts';
import { changeNovaServiceState } from './change-nova-service-state.ts';
import { migrate } from './migrate/migrate.ts';
import { nop } from './nop.ts';
import { resize } from './resize/resize.ts';
import { sleep } from './sleep.ts';

/** Every kind of action that plans may hold. */
export const ACTION_TYPES: readonly ActionType<unknown>[] = [
  nop,
  sleep,
  migrate,
  changeNovaServiceState,
  resize,
];
