/** A machine that is arriving takes a tenth of what it asks for; one that is leaving gets nine tenths. */
export const ARRIVING = 0.1;
export const LEAVING = 0.9;

/** How a machine stands to the host that shares its CPU. */
export type Standing = 'here' | 'arriving' | 'leaving';

export interface Sharer {
  readonly requestMips: number;
  readonly standing: Standing;
}

export interface Shared {
  /** What each gets, MIPS. */
  readonly got: readonly number[];
  /** What is left, MIPS: nothing where requests were scaled, although rounding leaves something. */
  readonly free: number;
}

/**
 * Shares a host's CPU: everybody gets the request, capped to a core; where that is too much all are scaled and rounded
 * down to a whole MIPS.
 */
export function shareCpu(sharers: readonly Sharer[], coreMips: number, totalMips: number): Shared {
  let free = totalMips;
  let asked = 0;
  let isShort = false;
  for (const { requestMips, standing } of sharers) {
    const capped = Math.min(requestMips, coreMips);
    const weight = standing === 'arriving' ? capped * ARRIVING : capped;
    asked += weight;
    if (free < weight) isShort = true;
    else free -= weight;
  }
  const scale = isShort ? totalMips / asked : 1;
  const got = sharers.map(({ requestMips, standing }) => {
    const mips = factorOf(standing, Math.min(requestMips, coreMips) * scale);
    return isShort ? Math.floor(mips) : mips;
  });
  return { got, free: isShort ? 0 : free };
}

function factorOf(standing: Standing, mips: number): number {
  switch (standing) {
    case 'here':
      return mips;
    case 'arriving':
      return mips * ARRIVING;
    case 'leaving':
      return mips * LEAVING;
  }
}
