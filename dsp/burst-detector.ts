// Finds preambles in one band's baseband, at any motion, and measures their start and time dilation.
// Matched filters for the up and the down chirp run by FFT over whitened blocks; a pair whose two peaks lie as one of the
// tried dilations says is a candidate. Thresholds are relative to the local mean (cell-averaging constant false alarm rate).

import { type ChirpPair, basebandChirp, sweepRateHzPerSecond } from './chirp.js';
import { Fft } from './fft.js';
import { SpectrumWhitener } from './spectrum-whitener.js';

/** What to look for in one band. */
export interface BurstDetectorConfig {
  readonly pair: ChirpPair;
  readonly centerHz: number;
  readonly basebandRateHz: number;
  /** For each kind of burst in this band the number of chirp pairs its preamble repeats. */
  readonly pairCounts: readonly number[];
  /** Largest time dilation looked for: speed over the speed of sound plus clock offset. */
  readonly maxDilation: number;
  /** For each kind: score a candidate must reach; a score is the mean excess over noise times pair count, in noise means. */
  readonly thresholds: readonly number[];
}

/** A place where a burst seems to start. */
export interface BurstCandidate {
  /** Index into `pairCounts`. */
  readonly kind: number;
  /** Start of the preamble, in baseband samples since the stream began (strongest path). */
  readonly startSamples: number;
  /** Received time runs faster than sent time by this fraction: 0.001 is 0.34 m/s of approach or 1,000 ppm. */
  readonly dilation: number;
  /** Sum of matched-filter powers in units of their local mean. */
  readonly score: number;
  /** What the chirps heard of the room: power of the echoes around the strongest path. */
  readonly echoes: EchoProfile;
}

/** Powers by delay, less their median; 0 where nothing stands out. */
export interface EchoProfile {
  /** Baseband samples from the first value to the strongest path. */
  readonly originSamples: number;
  readonly powers: Float32Array;
}

/** One tried dilation: where the up and down peaks of each pair lie, relative to the burst's start. */
interface Hypothesis {
  readonly dilation: number;
  readonly upOffsets: Int32Array;
  readonly downOffsets: Int32Array;
}

/** Candidates closer than this fraction of a chirp are one; so are those a whole pair apart within one preamble. */
const PEAK_SEPARATION_CHIRPS = 0.5;
/** Share of the threshold that a preamble of several pairs must reach without its strongest pair. */
const LEAST_SHARE_WITHOUT_STRONGEST = 0.5;
/** Echo profiles are compared this far to both sides of a peak ... */
const COMPARED_SECONDS = 0.008;
/** ... and reported this far. */
const PROFILE_SECONDS = 0.02;
/** A chirp's worth of samples with less than this share of its block's energy is digital silence beside a sound. */
const SILENT_SHARE = 1e-9;
/** Longest block; a longer one is cheaper a second and later to tell. */
const LONGEST_BLOCK_SECONDS = 0.1;
/** Share of a block that is faded at each end: a block's edges would pass the whitener as clicks. */
const TAPER_SHARE = 1 / 16;

/** The search for one kind of preamble: its hypotheses, and the scores of the latest positions, oldest first. */
interface Search {
  readonly kind: number;
  readonly pairCount: number;
  readonly threshold: number;
  readonly hypotheses: readonly Hypothesis[];
  readonly separationSamples: number;
  /** Powers summed over a preamble's chirps, under the best hypothesis. */
  readonly sums: Float32Array;
  /** The same over their local mean. */
  readonly scores: Float32Array;
  readonly bestHypothesis: Uint8Array;
}

/** Half width of the local mean, in chirps. */
const LEVEL_HALF_WIDTH_CHIRPS = 2;

export class BurstDetector {
  // derived
  readonly chirpSamples: number;
  /** Samples by which a peak moves per unit of dilation: carrier over sweep rate. */
  private readonly shiftPerDilation: number;
  private readonly profileRoomSamples: number;
  private readonly fft: Fft;
  private readonly taperSamples: number;
  private readonly taper: Float64Array;
  private readonly hopSamples: number;
  private readonly templates: readonly { re: Float64Array; im: Float64Array }[];
  private readonly searches: readonly Search[];
  private readonly marginSamples: number;
  private readonly lookAheadSamples: number;
  private readonly whitener: SpectrumWhitener;
  // scratch
  private readonly spectrumRe: Float64Array;
  private readonly spectrumIm: Float64Array;
  private readonly workRe: Float64Array;
  private readonly workIm: Float64Array;
  private readonly prefix: Float64Array;
  /** Energy of the block's input before each of its samples. */
  private readonly energyBefore: Float64Array;
  // state: matched-filter powers of the latest positions, oldest first
  private readonly up: Float32Array;
  private readonly down: Float32Array;
  private firstPosition = 0;
  private inputRe: Float32Array;
  private inputIm: Float32Array;
  private inputCount = 0;

  constructor(private readonly config: BurstDetectorConfig) {
    const { pair, basebandRateHz } = config;
    this.chirpSamples = Math.round(pair.chirpSeconds * basebandRateHz);
    const least = Math.ceil(Math.log2(this.chirpSamples * 4));
    const size = 2 ** Math.max(least, Math.floor(Math.log2(LONGEST_BLOCK_SECONDS * basebandRateHz)));
    this.fft = new Fft(size);
    this.taperSamples = size * TAPER_SHARE;
    this.taper = Float64Array.from(
      { length: this.taperSamples },
      (_, n) => 0.5 - 0.5 * Math.cos((Math.PI * (n + 0.5)) / this.taperSamples),
    );
    this.hopSamples = size - 2 * this.taperSamples - this.chirpSamples + 1;
    this.shiftPerDilation = (config.centerHz / sweepRateHzPerSecond(pair)) * basebandRateHz;
    this.searches = config.pairCounts.map((pairCount, kind) => this.makeSearch(pairCount, kind));
    const longest = Math.max(...config.pairCounts) * 2 * this.chirpSamples;
    this.profileRoomSamples = Math.ceil(PROFILE_SECONDS * basebandRateHz);
    const slack = Math.ceil((longest + this.shiftPerDilation) * config.maxDilation) + this.profileRoomSamples + 3;
    const oldest = 2 * Math.max(...this.searches.map((search) => search.separationSamples));
    this.marginSamples = LEVEL_HALF_WIDTH_CHIRPS * this.chirpSamples + slack + oldest;
    this.lookAheadSamples = longest + LEVEL_HALF_WIDTH_CHIRPS * this.chirpSamples + slack;
    const length = this.marginSamples + this.lookAheadSamples + this.hopSamples;
    this.up = new Float32Array(length);
    this.down = new Float32Array(length);
    this.prefix = new Float64Array(length + 1);
    this.templates = (['up', 'down'] as const).map((direction) => this.templateSpectrum(direction));
    this.whitener = new SpectrumWhitener(size, this.hopSamples / basebandRateHz);
    this.spectrumRe = new Float64Array(size);
    this.spectrumIm = new Float64Array(size);
    this.workRe = new Float64Array(size);
    this.workIm = new Float64Array(size);
    this.energyBefore = new Float64Array(size + 1);
    this.inputRe = new Float32Array(size);
    this.inputIm = new Float32Array(size);
    this.reset();
  }

  reset(): void {
    this.up.fill(0);
    this.down.fill(0);
    for (const { sums, scores } of this.searches) {
      sums.fill(0);
      scores.fill(0);
    }
    this.firstPosition = -this.up.length - (this.chirpSamples - 1) - this.taperSamples;
    this.inputRe.fill(0);
    this.inputIm.fill(0);
    this.inputCount = this.fft.size - this.hopSamples;
    this.whitener.reset();
  }

  /** @returns candidates that became certain; a candidate is told about one block after its preamble ended */
  push(re: Float32Array, im: Float32Array): BurstCandidate[] {
    const found: BurstCandidate[] = [];
    for (let used = 0; used < re.length; ) {
      const count = Math.min(re.length - used, this.fft.size - this.inputCount);
      this.inputRe.set(re.subarray(used, used + count), this.inputCount);
      this.inputIm.set(im.subarray(used, used + count), this.inputCount);
      this.inputCount += count;
      used += count;
      if (this.inputCount === this.fft.size) this.processBlock(found);
    }
    return found;
  }

  /** @returns candidates in what was heard last, as if silence followed */
  flush(): BurstCandidate[] {
    const zeros = new Float32Array(this.lookAheadSamples + this.marginSamples + 2 * this.fft.size);
    return this.push(zeros, zeros);
  }

  /** Where the first (down) or second (up) chirp of pair p peaks for a dilation, exactly, after the burst's start. */
  private peakOffset(half: 0 | 1, p: number, dilation: number): number {
    const T = this.chirpSamples;
    // The middle of a chirp arrives (1 - a) earlier; there its frequency is off by a fc, which moves the matched
    // filter's peak by a fc / k: later for a falling chirp, earlier for a rising one.
    const middle = ((2 * p + half + 0.5) * T) / (1 + dilation);
    return middle - T / 2 + (half === 0 ? 1 : -1) * this.shiftPerDilation * dilation;
  }

  private makeSearch(pairCount: number, kind: number): Search {
    const separationSamples = Math.round((2 * (pairCount - 1) + PEAK_SEPARATION_CHIRPS) * this.chirpSamples);
    const length = this.hopSamples + 2 * separationSamples;
    return {
      kind,
      pairCount,
      threshold: this.config.thresholds[kind],
      hypotheses: this.makeHypotheses(pairCount),
      separationSamples,
      sums: new Float32Array(length),
      scores: new Float32Array(length),
      bestHypothesis: new Uint8Array(length),
    };
  }

  private makeHypotheses(pairCount: number): Hypothesis[] {
    const { maxDilation } = this.config;
    const drift = (pairCount - 1) * this.chirpSamples;
    const half = Math.ceil(maxDilation * Math.max(this.shiftPerDilation, drift));
    const hypotheses: Hypothesis[] = [];
    for (let j = -half; j <= half; j++) {
      const dilation = (maxDilation * j) / half;
      const offsets = ([0, 1] as const).map((chirp) =>
        Int32Array.from({ length: pairCount }, (_, p) => Math.round(this.peakOffset(chirp, p, dilation))),
      );
      hypotheses.push({ dilation, downOffsets: offsets[0], upOffsets: offsets[1] });
    }
    return hypotheses;
  }

  private templateSpectrum(direction: 'up' | 'down'): { re: Float64Array; im: Float64Array } {
    const { pair, centerHz, basebandRateHz } = this.config;
    const chirp = basebandChirp(pair, direction, centerHz, basebandRateHz);
    const re = new Float64Array(this.fft.size);
    const im = new Float64Array(this.fft.size);
    re.set(chirp.re);
    im.set(chirp.im);
    this.fft.forward(re, im, re, im);
    return { re, im };
  }

  private processBlock(found: BurstCandidate[]): void {
    const { fft, inputRe, inputIm, hopSamples } = this;
    this.sumEnergy();
    this.spectrumRe.set(inputRe);
    this.spectrumIm.set(inputIm);
    this.fadeEdges(this.spectrumRe);
    this.fadeEdges(this.spectrumIm);
    fft.forward(this.spectrumRe, this.spectrumIm, this.spectrumRe, this.spectrumIm);
    this.whitener.whiten(this.spectrumRe, this.spectrumIm);
    this.up.copyWithin(0, hopSamples);
    this.down.copyWithin(0, hopSamples);
    this.firstPosition += hopSamples;
    this.correlate(0, this.up);
    this.correlate(1, this.down);
    inputRe.copyWithin(0, hopSamples);
    inputIm.copyWithin(0, hopSamples);
    this.inputCount = fft.size - hopSamples;
    this.fillPrefix();
    for (const search of this.searches) this.findPeaks(search, found);
  }

  private sumEnergy(): void {
    const { inputRe, inputIm, energyBefore } = this;
    let sum = 0;
    for (let n = 0; n < inputRe.length; n++) {
      sum += inputRe[n] * inputRe[n] + inputIm[n] * inputIm[n];
      energyBefore[n + 1] = sum;
    }
  }

  private fadeEdges(block: Float64Array): void {
    const { taper } = this;
    for (let n = 0; n < taper.length; n++) {
      block[n] *= taper[n];
      block[block.length - 1 - n] *= taper[n];
    }
  }

  /** Matched-filter powers of this block's new positions, at the end of out. */
  private correlate(template: number, out: Float32Array): void {
    const { workRe, workIm, spectrumRe, spectrumIm, hopSamples } = this;
    const { re, im } = this.templates[template];
    for (let k = 0; k < workRe.length; k++) {
      workRe[k] = spectrumRe[k] * re[k] + spectrumIm[k] * im[k];
      workIm[k] = spectrumIm[k] * re[k] - spectrumRe[k] * im[k];
    }
    this.fft.inverse(workRe, workIm, workRe, workIm);
    const start = out.length - hopSamples;
    const { energyBefore, chirpSamples } = this;
    const silent = SILENT_SHARE * energyBefore[energyBefore.length - 1];
    for (let n = 0, m = this.taperSamples; n < hopSamples; n++, m++) {
      // In silence next to a sound there is only the whitener's ringing.
      const heard = energyBefore[m + chirpSamples] - energyBefore[m] > silent;
      out[start + n] = heard ? workRe[m] * workRe[m] + workIm[m] * workIm[m] : 0;
    }
  }

  /** Scores the positions that now have their whole preamble and its surroundings, and reports the peaks. */
  private findPeaks(search: Search, found: BurstCandidate[]): void {
    const { sums, scores, bestHypothesis, separationSamples, threshold } = search;
    const { hopSamples, marginSamples } = this;
    sums.copyWithin(0, hopSamples);
    scores.copyWithin(0, hopSamples);
    bestHypothesis.copyWithin(0, hopSamples);
    this.scorePositions(search);
    for (let i = separationSamples; i < separationSamples + hopSamples; i++) {
      if (scores[i] < threshold || !isPeak(sums, i, separationSamples)) continue;
      const n = marginSamples + hopSamples - scores.length + i;
      if (this.hasSeveralPairs(search, n, bestHypothesis[i])) found.push(this.refine(search, n, i));
    }
  }

  /** A single pair, however strong, is no preamble of several. */
  private hasSeveralPairs(search: Search, n: number, hypothesis: number): boolean {
    const { pairCount, hypotheses, threshold } = search;
    if (pairCount === 1) return true;
    const { upOffsets, downOffsets } = hypotheses[hypothesis];
    let sum = 0;
    let strongest = 0;
    for (let p = 0; p < pairCount; p++) {
      const power = this.up[n + upOffsets[p]] + this.down[n + downOffsets[p]];
      sum += power;
      strongest = Math.max(strongest, power);
    }
    return sum - strongest >= LEAST_SHARE_WITHOUT_STRONGEST * threshold * this.levelAround(n, pairCount);
  }

  /** Local mean of the matched-filter powers around a preamble that starts at n. */
  private levelAround(n: number, pairCount: number): number {
    const before = LEVEL_HALF_WIDTH_CHIRPS * this.chirpSamples;
    const from = Math.max(0, n - before);
    const to = Math.min(this.up.length, n + (2 * pairCount - 1) * this.chirpSamples + before);
    return (this.prefix[to] - this.prefix[from]) / (2 * (to - from));
  }

  private fillPrefix(): void {
    const { prefix, up, down } = this;
    let sum = 0;
    for (let n = 0; n < up.length; n++) {
      sum += up[n] + down[n];
      prefix[n + 1] = sum;
    }
  }

  private scorePositions({ pairCount, hypotheses, sums, scores, bestHypothesis }: Search): void {
    const { up, down, marginSamples, hopSamples } = this;
    const first = scores.length - hopSamples;
    for (let i = 0; i < hopSamples; i++) {
      const n = marginSamples + i;
      let best = 0;
      let bestIndex = 0;
      for (let h = 0; h < hypotheses.length; h++) {
        const { upOffsets, downOffsets } = hypotheses[h];
        let sum = 0;
        for (let p = 0; p < pairCount; p++) sum += up[n + upOffsets[p]] + down[n + downOffsets[p]];
        if (sum > best) {
          best = sum;
          bestIndex = h;
        }
      }
      const level = this.levelAround(n, pairCount);
      sums[first + i] = best;
      scores[first + i] = level > 0 ? best / level : 0;
      bestHypothesis[first + i] = bestIndex;
    }
  }

  /** Start and dilation of a peak, between samples, by parabolas through the powers summed over the pairs. */
  private refine(search: Search, peak: number, scoreIndex: number): BurstCandidate {
    const { hypothesis, n } = this.alignProfiles(search, peak, search.bestHypothesis[scoreIndex]);
    const { dilation: tried, downOffsets, upOffsets } = hypothesis;
    const T = this.chirpSamples;
    const pairCount = downOffsets.length;
    const down = peakNear(this.down, n, downOffsets) + this.meanRounding(0, downOffsets, tried);
    const up = peakNear(this.up, n, upOffsets) + this.meanRounding(1, upOffsets, tried);
    // Derivatives of peakOffset after the dilation, averaged over the pairs, are s - (P - 1/2) T and -s - (P + 1/2) T.
    const error = (down - up) / (2 * this.shiftPerDilation + T);
    const shift = down - error * (this.shiftPerDilation - (pairCount - 0.5) * T);
    const limit = this.config.maxDilation * 1.2;
    return {
      kind: search.kind,
      startSamples: this.firstPosition + n + shift,
      dilation: Math.max(-limit, Math.min(limit, tried + error)),
      score: search.scores[scoreIndex],
      echoes: this.echoProfile(n, downOffsets, upOffsets),
    };
  }

  /**
   * Chooses the dilation by which the whole echo profiles of down and up chirps agree best, and the strongest path under
   * it: with two paths of like strength, the sum of two single peaks may favour one chirp's first and the other's second.
   */
  private alignProfiles(search: Search, peak: number, first: number): { hypothesis: Hypothesis; n: number } {
    const span = Math.round(COMPARED_SECONDS * this.config.basebandRateHz);
    let best = search.hypotheses[first];
    let bestAgreement = 0;
    for (const hypothesis of search.hypotheses) {
      let agreement = 0;
      for (let m = peak - span; m <= peak + span; m++)
        agreement += sumAt(this.down, m, hypothesis.downOffsets) * sumAt(this.up, m, hypothesis.upOffsets);
      if (agreement <= bestAgreement) continue;
      bestAgreement = agreement;
      best = hypothesis;
    }
    let n = peak;
    let strongest = 0;
    for (let m = peak - span; m <= peak + span; m++) {
      const power = sumAt(this.down, m, best.downOffsets) + sumAt(this.up, m, best.upOffsets);
      if (power <= strongest) continue;
      strongest = power;
      n = m;
    }
    return { hypothesis: best, n };
  }

  private echoProfile(n: number, downOffsets: Int32Array, upOffsets: Int32Array): EchoProfile {
    const originSamples = this.profileRoomSamples;
    const powers = new Float32Array(2 * originSamples + 1);
    for (let i = 0; i < powers.length; i++) {
      const m = n - originSamples + i;
      powers[i] = sumAt(this.down, m, downOffsets) + sumAt(this.up, m, upOffsets);
    }
    const median = powers.slice().sort()[originSamples];
    for (let i = 0; i < powers.length; i++) powers[i] = Math.max(0, powers[i] - median);
    return { originSamples, powers };
  }

  private meanRounding(chirp: 0 | 1, offsets: Int32Array, dilation: number): number {
    let sum = 0;
    for (let p = 0; p < offsets.length; p++) sum += offsets[p] - this.peakOffset(chirp, p, dilation);
    return sum / offsets.length;
  }
}

/**
 * Whether sums[i] is the largest within the separation; of equal ones the first. Sums, not scores: where a preamble has
 * only begun the local mean is still low, and the score of half of it may exceed that of the whole.
 */
function isPeak(sums: Float32Array, i: number, separation: number): boolean {
  for (let j = i - separation; j <= i + separation; j++)
    if (sums[j] > sums[i] || (sums[j] === sums[i] && j < i)) return false;
  return true;
}

/** Powers at n plus each offset, summed. */
function sumAt(powers: Float32Array, n: number, offsets: Int32Array): number {
  let sum = 0;
  for (let p = 0; p < offsets.length; p++) sum += powers[n + offsets[p]];
  return sum;
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
