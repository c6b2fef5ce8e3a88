// The least energy that any modem needs, whatever its waveform and bandwidth: the curve beside ours.

import { gaussianTail } from '../gaussian-tail.js';

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
  return gaussianTail((energy * Math.LOG2E + Math.log2(energy) / 2 - bitCount) / (Math.sqrt(2 * energy) * Math.LOG2E));
}
