// The least energy that any modem needs, whatever its waveform and bandwidth: the curve beside ours.

/** Complementary error function, within 1.2e-7 of itself (Numerical Recipes, Chebyshev fit of section 6.2). */
function erfc(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const series = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  const tail = t * Math.exp(-x * x + series);
  return x >= 0 ? tail : 2 - tail;
}

/**
 * Lowest packet error rate of k bits sent with k times Eb over additive white Gaussian noise of density N0, without limit of
 * bandwidth, by the normal approximation: k = E log2(e) - sqrt(2E) log2(e) Q^-1(p) + log2(E) / 2, with E = k Eb / N0.
 *
 * @param bitCount - k >= 100, for the approximation to hold
 * @see Polyanskiy, Poor, Verdu, "Minimum energy to send k bits through the Gaussian channel with and without feedback",
 *   IEEE Trans. Inf. Theory 57, 2011, theorem 3
 */
export function lowestErrorRate(bitCount: number, ebN0Db: number): number {
  const energy = bitCount * 10 ** (ebN0Db / 10);
  const argument = (energy * Math.LOG2E + Math.log2(energy) / 2 - bitCount) / (Math.sqrt(2 * energy) * Math.LOG2E);
  return erfc(argument / Math.SQRT2) / 2;
}
