// The tail of the normal distribution, which every finite-length bound needs.

/** Chebyshev fit of Numerical Recipes, section 6.2: erfc(z) = t exp(-z^2 + P(t)), t = 1 / (1 + z / 2). */
const ERFC_COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

/** @returns Q(x), the probability that a standard normal number exceeds x, to 1.2e-7 of itself */
export function gaussianTail(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + z / 2);
  const fit = ERFC_COEFFICIENTS.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  const tail = (t * Math.exp(fit - z * z)) / 2;
  return x >= 0 ? tail : 1 - tail;
}
