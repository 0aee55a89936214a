import type { ReplayPolicy } from '../policy.ts';

/** No power management: machines spread over all hosts, which all run at full power. */
export function nonPowerAware(): ReplayPolicy {
  return { name: 'NPA', start: 'most free cores', power: 'always full', decide: () => [] };
}

/** Frequency scaling only: machines stay where the start put them, power follows use. */
export function frequencyScaling(): ReplayPolicy {
  return { name: 'DVFS', start: 'first fit', power: 'measured', decide: () => [] };
}
