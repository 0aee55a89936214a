/** Probability that a standard normal variable is below `x`. Hart 1968, as given by West 2005: about 15 digits. */
export function normalCdf(x: number): number {
  if (x < -38) return 0;
  if (x > 38) return 1;
  const a = Math.abs(x);
  const density = Math.exp((-a * a) / 2);
  const tail =
    a < HART_LIMIT ? (density * polynomial(HART_TOP, a)) / polynomial(HART_BOTTOM, a) : farTail(density, a);
  return x > 0 ? 1 - tail : tail;
}

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / SQRT_2_PI;
}

/** The `p` quantile of a standard normal variable, 0 < p < 1: Acklam's rational approximation and one Halley step. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a quantile lies between 0 and 1, not at ${p}`);
  const x = p < 0.5 ? -acklam(1 - p) : acklam(p);
  const error = (normalCdf(x) - p) * SQRT_2_PI * Math.exp((x * x) / 2);
  return x - error / (1 + (x * error) / 2);
}

/** Mean of max(X - threshold, 0) for a normal X. */
export function expectedExcess(mean: number, deviation: number, threshold: number): number {
  if (deviation <= 0) return Math.max(0, mean - threshold);
  const d = (mean - threshold) / deviation;
  return deviation * normalDensity(d) + (mean - threshold) * normalCdf(d);
}

/**
 * Probability that two standard normal variables with correlation `rho`, -1 < rho < 1, are both below `a` and `b`:
 * Drezner and Wesolowsky's integral over the correlation, ten-point Gauss-Legendre. Error < 1e-4 for |rho| <= 0.95.
 */
export function bothBelow(a: number, b: number, rho: number): number {
  const top = Math.asin(rho);
  let sum = 0;
  for (let n = 0; n < GAUSS_NODES.length; n += 1) {
    for (const sign of [-1, 1]) {
      const sine = Math.sin((top * (1 + sign * GAUSS_NODES[n]!)) / 2);
      sum += GAUSS_WEIGHTS[n]! * Math.exp((sine * a * b - (a * a + b * b) / 2) / (1 - sine * sine));
    }
  }
  return Math.min(1, Math.max(0, normalCdf(a) * normalCdf(b) + (sum * top) / 2 / (2 * Math.PI)));
}

const SQRT_2_PI = Math.sqrt(2 * Math.PI);
const HART_LIMIT = 7.07106781186547;
const HART_TOP = [
  220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165, 0.700383064443688,
  0.0352624965998911,
];
const HART_BOTTOM = [
  440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461, 16.064177579207,
  1.75566716318264, 0.0883883476483184,
];
const GAUSS_NODES = [
  0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717,
];
const GAUSS_WEIGHTS = [
  0.2955242247147529, 0.2692667193099963, 0.219086362515982, 0.1494513491505806, 0.0666713443086881,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let n = coefficients.length - 1; n >= 0; n -= 1) value = value * x + coefficients[n]!;
  return value;
}

function farTail(density: number, a: number): number {
  return density / (a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65))))) / SQRT_2_PI;
}

/** For p >= 0.5. */
function acklam(p: number): number {
  if (p > 0.97575) {
    const q = Math.sqrt(-2 * Math.log(1 - p));
    return -(
      polynomial(
        [
          2.938163982698783, 4.374664141464968, -2.549732539343734, -2.400758277161838, -0.3223964580411365,
          -0.007784894002430293,
        ],
        q,
      ) / polynomial([1, 3.754408661907416, 2.445134137142996, 0.3224671290700398, 0.007784695709041462], q)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    (q *
      polynomial(
        [
          2.506628277459239, -30.66479806614716, 138.357751867269, -275.9285104469687, 220.9460984245205,
          -39.69683028665376,
        ],
        r,
      )) /
    polynomial(
      [1, -13.28068155288572, 66.80131188771972, -155.6989798598866, 161.5858368580409, -54.47609879822406],
      r,
    )
  );
}
