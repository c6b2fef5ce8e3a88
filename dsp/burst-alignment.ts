// From a peak on the sample grid to a burst's start and dilation between samples, and to what its chirps heard of the room.
// Last step of the burst detector.

import { type ChirpPowers, sumAt } from './chirp-powers.js';
import type { PreamblePeak } from './preamble-search.js';
import type { Hypothesis, PreambleTiming } from './preamble-timing.js';

/** Echo profiles of down and up chirps are compared this far to both sides of a peak ... */
const COMPARED_SECONDS = 0.008;
/** ... and reported this far. */
const PROFILE_SECONDS = 0.02;
/** A measured dilation may exceed the largest one tried by this factor. */
const DILATION_LEEWAY = 1.2;

/** Powers by delay, less their median; 0 where nothing stands out. */
export interface EchoProfile {
  /** Baseband samples from the first value to the strongest path. */
  readonly originSamples: number;
  readonly powers: Float32Array;
}

/** Where a burst begins, exactly. */
export interface BurstAlignment {
  /** Start of the preamble by its strongest path, in baseband samples since the stream began. */
  readonly startSamples: number;
  /** Received time runs faster than sent time by this fraction. */
  readonly dilation: number;
  /** Power of the echoes around the strongest path. */
  readonly echoes: EchoProfile;
}

/** Refines peaks. Looks at the powers `reachSamples` beyond a preamble's chirps to both sides. */
export class BurstAligner {
  readonly reachSamples: number;
  private readonly comparedSamples: number;

  /** @param maxDilation - largest one among the hypotheses */
  constructor(
    private readonly timing: PreambleTiming,
    basebandRateHz: number,
    private readonly maxDilation: number,
  ) {
    this.reachSamples = Math.ceil(PROFILE_SECONDS * basebandRateHz);
    this.comparedSamples = Math.round(COMPARED_SECONDS * basebandRateHz);
  }

  /**
   * Start and dilation by parabolas through the powers summed over the pairs.
   *
   * @param hypotheses - those of the search the peak comes from
   */
  align(powers: ChirpPowers, peak: PreamblePeak, hypotheses: readonly Hypothesis[]): BurstAlignment {
    const { chirpSamples: T, shiftPerDilation } = this.timing;
    const hypothesis = this.mostAgreed(powers, peak, hypotheses);
    const { downOffsets, upOffsets } = hypothesis;
    const n = this.strongestPath(powers, peak.index, hypothesis);
    const down = peakNear(powers.down, n, downOffsets) + this.timing.meanRounding('down', hypothesis);
    const up = peakNear(powers.up, n, upOffsets) + this.timing.meanRounding('up', hypothesis);
    // Derivatives of peakOffset after the dilation, averaged over the pairs, are s - (P - 1/2) T and -s - (P + 1/2) T.
    const error = (down - up) / (2 * shiftPerDilation + T);
    const shift = down - error * (shiftPerDilation - (downOffsets.length - 0.5) * T);
    const limit = this.maxDilation * DILATION_LEEWAY;
    return {
      startSamples: powers.firstPosition + n + shift,
      dilation: Math.max(-limit, Math.min(limit, hypothesis.dilation + error)),
      echoes: this.echoProfile(powers, n, hypothesis),
    };
  }

  /**
   * The dilation by which the whole echo profiles of down and up chirps agree best: with two paths of like strength, the
   * sum of two single peaks may favour one chirp's first and the other's second.
   */
  private mostAgreed(powers: ChirpPowers, peak: PreamblePeak, hypotheses: readonly Hypothesis[]): Hypothesis {
    const { up, down } = powers;
    const from = peak.index - this.comparedSamples;
    const to = peak.index + this.comparedSamples;
    let best = peak.hypothesis;
    let bestAgreement = 0;
    for (const hypothesis of hypotheses) {
      const { downOffsets, upOffsets } = hypothesis;
      let agreement = 0;
      for (let m = from; m <= to; m++) agreement += sumAt(down, m, downOffsets) * sumAt(up, m, upOffsets);
      if (agreement <= bestAgreement) continue;
      bestAgreement = agreement;
      best = hypothesis;
    }
    return best;
  }

  /** Index of the strongest path near a peak, under a hypothesis. */
  private strongestPath({ up, down }: ChirpPowers, index: number, { downOffsets, upOffsets }: Hypothesis): number {
    let n = index;
    let strongest = 0;
    for (let m = index - this.comparedSamples; m <= index + this.comparedSamples; m++) {
      const power = sumAt(down, m, downOffsets) + sumAt(up, m, upOffsets);
      if (power <= strongest) continue;
      strongest = power;
      n = m;
    }
    return n;
  }

  private echoProfile({ up, down }: ChirpPowers, n: number, { downOffsets, upOffsets }: Hypothesis): EchoProfile {
    const originSamples = this.reachSamples;
    const powers = new Float32Array(2 * originSamples + 1);
    for (let i = 0; i < powers.length; i++) {
      const m = n - originSamples + i;
      powers[i] = sumAt(down, m, downOffsets) + sumAt(up, m, upOffsets);
    }
    const median = powers.slice().sort()[originSamples];
    for (let i = 0; i < powers.length; i++) powers[i] = Math.max(0, powers[i] - median);
    return { originSamples, powers };
  }
}

/** Distance from n to the top of the powers summed over the offsets, within one and a half samples. */
function peakNear(powers: Float32Array, n: number, offsets: Int32Array): number {
  const at = (delta: number) => Math.sqrt(sumAt(powers, n + delta, offsets));
  let center = 0;
  if (at(1) > at(center)) center = 1;
  if (at(-1) > at(center)) center = -1;
  const [left, middle, right] = [at(center - 1), at(center), at(center + 1)];
  const curvature = left - 2 * middle + right;
  const offset = curvature < 0 ? (left - right) / (2 * curvature) : 0;
  return center + Math.max(-0.5, Math.min(0.5, offset));
}
