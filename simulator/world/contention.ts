/**
 * What each vCPU gets when more is wanted than there is: all get what they want up to one level, as a fair scheduler with
 * equal shares per vCPU gives it (max-min fairness). Infinity when there is enough for everybody.
 *
 * `wanted` in busy vCPUs, one entry for each guest; `vcpus` their numbers of vCPUs; `capacity` in CPUs. O(n log n) when there
 * is too little, else O(n).
 */
export function fairLevel(wanted: readonly number[], vcpus: readonly number[], capacity: number): number {
  if (wanted.reduce((sum, value) => sum + value, 0) <= capacity) return Infinity;
  const order = wanted.map((_, n) => n).sort((a, b) => wanted[a]! / vcpus[a]! - wanted[b]! / vcpus[b]!);
  let left = Math.max(0, capacity);
  let cpus = vcpus.reduce((sum, value) => sum + value, 0);
  for (const n of order) {
    const level = left / cpus;
    if (wanted[n]! / vcpus[n]! > level) return level;
    left -= wanted[n]!;
    cpus -= vcpus[n]!;
  }
  return Infinity;
}

/** Busy vCPUs that a guest gets at that level. */
export function grantedCpus(wanted: number, vcpus: number, level: number): number {
  return Math.min(wanted, level * vcpus);
}

/** Watts of a host: linear in its CPU use (Fan, Weber, Barroso: ISCA 2007). */
export function watts(
  host: { readonly idleWatts: number; readonly peakWatts: number },
  cpuShare: number,
): number {
  return host.idleWatts + (host.peakWatts - host.idleWatts) * Math.min(1, Math.max(0, cpuShare));
}
