// From the tone energies of an FSK burst to soft bits: levels learnt from the burst, metrics of the tones, and both once more
// with what the decoder says of the bits.

import { saturateLlr } from '../src/shared/llr.js';
import { type FskWaveform, fskBitsPerGroup, fskBitsPerSymbol, fskToneCount } from './fsk-grid.js';
import { estimateFskLevels, type FskLevels, RINGING_DECAY, toneMetrics } from './fsk-levels.js';
import { judgeByRinging } from './fsk-tone-chain.js';
import { type ToneMetrics, toneLlrs } from './tone-metrics.js';

/** Symbols whose levels are estimated together: long enough for medians, short enough for changing noise. */
const LEVEL_BLOCK_SYMBOLS = 64;

/**
 * Share of what the decoder says newly in what is believed of the bits; the rest is what was believed before. Heard at its full
 * word, decoder and tones contradict each other in turns and settle on nothing.
 */
const NEWS_SHARE = 0.5;

export class FskToneJudge {
  private readonly toneCount: number;
  // state
  /** Squared magnitudes, [symbol][tone], and the tones known to have sounded. */
  private energies: readonly Float64Array[] = [];
  private knownTones: readonly (Int32Array | undefined)[] = [];
  private snrLinear = 0;
  /** What the decoder says of the payload's coded bits beyond what `latest` told it. */
  private priors: Float32Array = new Float32Array(0);
  private latest: Float32Array = new Float32Array(0);
  /** Log-likelihood ratios of the payload's tones, symbol after symbol; none while they are to be judged anew. */
  private metrics: Float32Array = new Float32Array(0);
  private header: ToneMetrics | undefined;
  private levels: FskLevels | undefined;
  /** Whether the room rings so much that tones are judged by it. */
  private rings = false;
  /** Whether the decoder has said something since the tones were judged, and whether they were judged by what it said. */
  private isToldMore = false;
  private isJudgedByDecoder = false;

  constructor(private readonly waveform: FskWaveform) {
    this.toneCount = fskToneCount(waveform);
  }

  /** In-band SNR as judged last; 0 before. */
  get snrDb(): number {
    return this.snrLinear > 0 ? 10 * Math.log10(this.snrLinear) : 0;
  }

  /**
   * Says what was heard so far: soft bits asked for from now on are of it.
   *
   * @param energies - squared magnitudes, [symbol][tone], kept, not copied
   * @param knownTones - for each symbol the tones known to have sounded, group by group, or undefined
   */
  hear(energies: readonly Float64Array[], knownTones: readonly (Int32Array | undefined)[]): void {
    this.energies = energies;
    this.knownTones = knownTones;
    this.metrics = new Float32Array(0);
  }

  headerLlrs(): Float32Array {
    const { headerSymbolCount, tonesPerGroup } = this.waveform;
    const values = new Float32Array(headerSymbolCount * this.toneCount);
    this.levels = this.judge(0, headerSymbolCount, 0, headerSymbolCount, values, 0);
    this.header = { tonesPerGroup, values };
    return toneLlrs(this.header).map(saturateLlr);
  }

  /** By which the header was judged last. */
  get headerLevels(): FskLevels | undefined {
    return this.levels;
  }

  /** Metrics of the header's tones, symbol after symbol, group after group, as judged last. */
  get headerTones(): ToneMetrics | undefined {
    return this.header;
  }

  payloadLlrs(): Float32Array {
    const { headerSymbolCount } = this.waveform;
    const count = this.energies.length;
    const llrCount = (count - headerSymbolCount) * fskBitsPerSymbol(this.waveform);
    if (this.priors.length !== llrCount) this.priors = new Float32Array(llrCount);
    if (this.metrics.length !== (count - headerSymbolCount) * this.toneCount) this.judgePayload(undefined);
    else if (this.isToldMore && this.rings) this.judgePayload(this.metrics);
    this.isToldMore = false;
    const { tonesPerGroup } = this.waveform;
    this.latest = toneLlrs({ tonesPerGroup, values: this.metrics }, this.priors).map(saturateLlr);
    return this.latest.slice();
  }

  /** What the decoder adds to the soft bits judges the tones anew: a symbol's bits are not independent of each other. */
  refine(appLlrs: Float32Array): void {
    const before = this.priors;
    this.priors = appLlrs.map((app, i) => {
      const told = app - (this.latest[i] ?? 0);
      return saturateLlr(NEWS_SHARE * told + (1 - NEWS_SHARE) * (before[i] ?? 0));
    });
    this.isToldMore = true;
  }

  /** Forgets what the decoder said. */
  restart(): void {
    this.priors = new Float32Array(0);
    this.isToldMore = false;
    if (this.isJudgedByDecoder) this.metrics = new Float32Array(0);
  }

  /**
   * Fills `metrics` for all payload symbols so far, with levels that may change from block to block.
   *
   * @param before - the metrics as judged last, if the decoder has said something since
   */
  private judgePayload(before: Float32Array | undefined): void {
    const { headerSymbolCount } = this.waveform;
    const count = this.energies.length;
    this.metrics = new Float32Array((count - headerSymbolCount) * this.toneCount);
    this.rings = false;
    this.isJudgedByDecoder = before !== undefined;
    for (let first = headerSymbolCount; first < count; first += LEVEL_BLOCK_SYMBOLS) {
      const last = Math.min(count, first + LEVEL_BLOCK_SYMBOLS);
      const from = Math.max(0, Math.min(first - headerSymbolCount, last - LEVEL_BLOCK_SYMBOLS));
      const at = (first - headerSymbolCount) * this.toneCount;
      const levels = this.judge(from, last, first, last, this.metrics, at);
      if (levels.decay < RINGING_DECAY) continue;
      this.rings = true;
      this.judgeByRinging(levels, from, last, first, before);
    }
  }

  /** Judges symbols [from, to) once more by what rings, and writes the metrics of those from `first` on. */
  private judgeByRinging(
    levels: FskLevels,
    from: number,
    to: number,
    first: number,
    before: Float32Array | undefined,
  ): void {
    const { waveform, toneCount, metrics, energies, knownTones } = this;
    const { headerSymbolCount } = waveform;
    const rowOf = (table: Float32Array, symbol: number) => {
      const row = new Float64Array(toneCount);
      const at = (symbol - headerSymbolCount) * toneCount;
      if (at >= 0) row.set(table.subarray(at, at + toneCount));
      return row;
    };
    const symbols = Array.from({ length: to - from }, (_, i) => from + i);
    const judged = judgeByRinging(waveform, {
      energies: energies.slice(from, to),
      known: knownTones.slice(from, to),
      levels,
      metrics: symbols.map((symbol) => rowOf(before ?? metrics, symbol)),
      logPriors: symbols.map((symbol) => this.tonePriors(symbol)),
    });
    for (let symbol = first; symbol < to; symbol++)
      metrics.set(judged[symbol - from], (symbol - headerSymbolCount) * toneCount);
  }

  /** What the decoder says of a symbol's tones: sums of its soft bits. */
  private tonePriors(symbol: number): Float64Array {
    const { waveform, toneCount, priors } = this;
    const { headerSymbolCount, tonesPerGroup } = waveform;
    const bitCount = fskBitsPerGroup(waveform);
    const firstBit = (symbol - headerSymbolCount) * fskBitsPerSymbol(waveform);
    const sums = new Float64Array(toneCount);
    if (firstBit < 0) return sums;
    for (let tone = 0; tone < toneCount; tone++) {
      const groupBit = firstBit + Math.floor(tone / tonesPerGroup) * bitCount;
      for (let b = 0; b < bitCount; b++) if ((tone >> (bitCount - 1 - b)) & 1) sums[tone] -= priors[groupBit + b];
    }
    return sums;
  }

  /** Estimates levels over [from, to) and writes the metrics of the tones of symbols [first, last) to out[at] on. */
  private judge(from: number, to: number, first: number, last: number, out: Float32Array, at: number): FskLevels {
    const { groupCount, tonesPerGroup } = this.waveform;
    const levels = estimateFskLevels(this.waveform, this.energies.slice(from, to), this.knownTones.slice(from, to));
    const metrics = new Float64Array(tonesPerGroup);
    let next = at;
    for (let symbol = first; symbol < last; symbol++) {
      for (let group = 0; group < groupCount; group++) {
        toneMetrics(tonesPerGroup, this.energies[symbol], levels, symbol - from, group, metrics);
        out.set(metrics, next);
        next += tonesPerGroup;
      }
    }
    this.snrLinear = meanSnr(levels.steady, levels.diffuse, levels.noise, this.waveform);
    return levels;
  }
}

/** In-band SNR: power of all sounding tones over the noise of all bins. */
function meanSnr(
  steady: Float64Array,
  diffuse: Float64Array,
  noise: readonly Float64Array[],
  { tonesPerGroup }: FskWaveform,
): number {
  let signal = 0;
  let level = 0;
  for (let group = 0; group < steady.length; group++) signal += steady[group] + diffuse[group];
  for (const row of noise) for (let tone = 0; tone < row.length; tone++) level += row[tone] / row.length / noise.length;
  return level > 0 ? signal / steady.length / tonesPerGroup / level : 0;
}
