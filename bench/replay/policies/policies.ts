import type { ReplayPolicy } from '../policy.ts';
import { auspex } from './auspex.ts';
import {
  interquartileRange,
  localRegression,
  medianAbsoluteDeviation,
  staticThreshold,
} from './detectors.ts';
import { packOnce } from './pack-once.ts';
import { reactive } from './reactive.ts';
import { frequencyScaling, nonPowerAware } from './still.ts';

/** All policies by name, each made anew for every replay. */
export const POLICIES: Readonly<Record<string, () => ReplayPolicy>> = {
  NPA: nonPowerAware,
  DVFS: frequencyScaling,
  'THR-MMT-0.8': () => reactive(staticThreshold(0.8)),
  'IQR-MMT-1.5': () => reactive(interquartileRange(1.5)),
  'MAD-MMT-2.5': () => reactive(medianAbsoluteDeviation(2.5)),
  'LR-MMT-1.2': () => reactive(localRegression(1.2)),
  'PACK-ONCE-60': () => packOnce(60),
  'PACK-ONCE-70': () => packOnce(70),
  'PACK-ONCE-80': () => packOnce(80),
  auspex: () => auspex(),
};
