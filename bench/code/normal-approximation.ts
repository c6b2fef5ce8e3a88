// The best that any code of a given length can do over BPSK in white noise, to a very good approximation: the curve beside ours.
// Polyanskiy, Poor, Verdu, "Channel coding rate in the finite blocklength regime", IEEE Trans. Inf. Theory 56, 2010.

import { gaussianTail } from '../gaussian-tail.js';

/** Mean (capacity, bits) and variance (dispersion, bits^2) of the information density of a channel use. */
export interface DensityMoments {
  readonly capacity: number;
  readonly dispersion: number;
}

/** The normal distribution is integrated over +-RANGE standard deviations; the trapezoid rule is exact to 1e-12 at this step. */
const RANGE = 9;
const STEP = 1 / 32;

/**
 * Capacity and dispersion of BPSK over additive white Gaussian noise (each rail of Gray-mapped QPSK is such a channel).
 *
 * The LLR of a bit sent as 0 is normal with mean 4 Es/N0 and variance twice that; its information density is
 * 1 - log2(1 + e^-LLR).
 *
 * @param esN0 - energy a symbol over noise density, linear, >= 0
 */
export function bpskMoments(esN0: number): DensityMoments {
  let mean = 0;
  let square = 0;
  for (let z = -RANGE; z <= RANGE; z += STEP) {
    const weight = (STEP * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
    const llr = 4 * esN0 + Math.sqrt(8 * esN0) * z;
    const density = 1 - (Math.log1p(Math.exp(-Math.abs(llr))) + Math.max(-llr, 0)) * Math.LOG2E;
    mean += weight * density;
    square += weight * density * density;
  }
  return { capacity: mean, dispersion: square - mean * mean };
}

/**
 * Packet error rate of the best code: Q((n C - k + log2(n) / 2) / sqrt(n V)).
 *
 * @param infoBitCount - k
 * @param codedBitCount - n, BPSK symbols
 * @param ebN0Db - energy an information bit over noise density, dB
 */
export function lowestPacketError(infoBitCount: number, codedBitCount: number, ebN0Db: number): number {
  const { capacity, dispersion } = bpskMoments((10 ** (ebN0Db / 10) * infoBitCount) / codedBitCount);
  const surplus = codedBitCount * capacity - infoBitCount + Math.log2(codedBitCount) / 2;
  return gaussianTail(surplus / Math.sqrt(codedBitCount * dispersion));
}

/** @returns Eb/N0 in dB, -2 to 12, at which `lowestPacketError` is packetError; to 1e-6 dB */
export function lowestEbN0Db(infoBitCount: number, codedBitCount: number, packetError: number): number {
  let low = -2;
  let high = 12;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (lowestPacketError(infoBitCount, codedBitCount, middle) > packetError) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
