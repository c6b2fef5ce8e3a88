// One FSK burst from baseband to soft bits: energies of all tones symbol by symbol, following the sender's motion.
// What they say of the bits is judged in fsk-tone-judge.ts.

import { assertInteger } from '../src/shared/assert.js';
import type { BasebandBuffer } from './baseband-buffer.js';
import type { BasebandPlacement, BurstDemodulator, BurstSync, Refinement } from './burst-demodulator.js';
import type { RealArray } from './fft.js';
import { type FskWaveform, fskBitsPerGroup, fskBitsPerSymbol, fskSymbolSamples, fskToneCount } from './fsk-grid.js';
import type { FskLevels } from './fsk-levels.js';
import { FskMotion } from './fsk-motion.js';
import { FskToneJudge } from './fsk-tone-judge.js';
import { FskToneSpectrum } from './fsk-tone-spectrum.js';
import { windowReachSamples, windowShiftSamples } from './fsk-window.js';
import { limitImpulses } from './impulse-limiter.js';
import { dilationByRepetition } from './preamble-repetition.js';
import { TimeMap } from './time-map.js';
import type { ToneMetrics } from './tone-metrics.js';

/** d/dx of (sinc^2(q - x) - sinc^2(q + x)) / (sinc^2(q - x) + sinc^2(q + x)) at x = 0 for q = 1/4. */
const DISCRIMINATOR_SLOPE = 1.717;
/** Share of a measured frequency error that is taken for motion. */
const DILATION_GAIN = 0.2;
/**
 * Speeds that change are tried first if they are likelier by this many nats than those followed: more than noise at the limit makes of a
 * constant speed (fsk-motion.test.ts).
 */
const LEAST_GAIN = 12;
/** Windows moved by less than this share of their length hear much the same where they were. */
const LEAST_SHIFT_SHARE = 0.125;

/**
 * Judging tones by judged bits starts from half of the information wanted and ends after many small steps; twice as many rounds would
 * help few bursts more. The way there goes up and down, so that no round need gain anything; but a series that has known less than
 * `leastCertainty` of the bits for `patienceRounds` without rising does not lead to the message any more, and most rounds at bursts that
 * fail would come after that.
 */
const REFINEMENT: Refinement = {
  mostRounds: 20,
  hopelessShare: 0.4,
  promisingShare: 0.5,
  leastProgress: -1,
  leastCertainty: 0.6,
  patienceRounds: 4,
  cost: 0.3,
};

export class FskDemodulator implements BurstDemodulator {
  readonly refinement = REFINEMENT;
  // derived
  private readonly spectra: FskToneSpectrum;
  private readonly toneCount: number;
  private readonly carrierRad: number;
  private readonly omegaRadPerSample: Float64Array;
  private readonly readRe: Float64Array;
  private readonly readIm: Float64Array;
  private readonly spectrum: Float64Array;
  // state
  private map: TimeMap;
  /** As the preamble told; undefined until it has been looked at. */
  private preambleDilation: number | undefined;
  /** By what the preamble heard of the room; 0 once it is no longer believed. */
  private shiftSamples = 0;
  private readonly motion: FskMotion;
  private readonly energies: Float64Array[] = [];
  /** Squared magnitudes, [symbol][tone], and the map that the next window is read by, once the speed was seen to change. */
  private moving: { readonly energies: Float64Array[]; readonly map: TimeMap } | undefined;
  private isMovingBelieved = false;
  private readonly knownTones: (Int32Array | undefined)[] = [];
  private readonly judge: FskToneJudge;

  constructor(
    private readonly waveform: FskWaveform,
    private readonly placement: BasebandPlacement,
    private readonly sync: BurstSync,
  ) {
    const { fftSize } = waveform;
    this.toneCount = fskToneCount(waveform);
    this.judge = new FskToneJudge(waveform);
    this.carrierRad = (2 * Math.PI * placement.centerHz) / placement.basebandRateHz;
    this.map = this.mapFrom(sync.startSamples, sync.dilation);
    this.omegaRadPerSample = Float64Array.from(
      { length: this.toneCount },
      (_, tone) => this.carrierRad + (2 * Math.PI * (tone - this.toneCount / 2)) / fftSize,
    );
    this.readRe = new Float64Array(fftSize);
    this.readIm = new Float64Array(fftSize);
    this.spectra = new FskToneSpectrum(waveform, this.omegaRadPerSample);
    this.motion = new FskMotion(waveform, this.spectra);
    this.spectrum = new Float64Array(this.spectra.length);
  }

  get dilation(): number {
    return this.believed.map.dilation;
  }

  get snrDb(): number {
    return this.judge.snrDb;
  }

  get headerBitCount(): number {
    return this.waveform.headerSymbolCount * fskBitsPerSymbol(this.waveform);
  }

  endOfSymbol(symbol: number): number {
    const sentSamples = this.windowStart(symbol) + this.waveform.fftSize;
    const end = Math.max(this.map.at(sentSamples), this.moving?.map.at(sentSamples) ?? 0);
    return this.preambleDilation === undefined ? end + windowReachSamples(this.placement) : end;
  }

  endOfBurst(symbolCount: number): number {
    return this.believed.map.at(
      this.sync.offsetSamples + symbolCount * fskSymbolSamples(this.waveform) + this.waveform.rampSamples,
    );
  }

  /**
   * A copy of what one symbol's soft bits are made of, for diagnosis and pictures.
   *
   * @param symbol - index in the burst, header symbols first; it has been demodulated
   * @returns the energy heard at each tone, group after group: squared magnitudes, on one scale for the whole burst
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` for a symbol that has not
   */
  toneEnergies(symbol: number): Float64Array {
    assertInteger('symbol', symbol, 0, this.energies.length - 1);
    return this.believed.energies[symbol].slice();
  }

  /** Without pilots, symbols that carry nothing look like faint ones: they cost little. */
  readonly isGone = false;

  /** A header of tones has no pilots to tell by. */
  headerCoherence(): number {
    return Number.POSITIVE_INFINITY;
  }

  demodulateHeader(buffer: BasebandBuffer): Float32Array {
    this.map = this.mapByPreamble(buffer);
    this.preambleDilation = this.map.dilation;
    return this.hearHeader(buffer);
  }

  private hearHeader(buffer: BasebandBuffer): Float32Array {
    const { headerSymbolCount } = this.waveform;
    this.motion.forget();
    for (let symbol = 0; symbol < headerSymbolCount; symbol++) {
      const { dilation } = this.map;
      this.hear(buffer, symbol);
      this.motion.nextSpectrum.set(this.spectrum);
      this.motion.record(dilation);
    }
    this.judge.hear(this.energies, this.knownTones);
    return this.judge.headerLlrs();
  }

  get headerTones(): ToneMetrics | undefined {
    return this.judge.headerTones;
  }

  /** The speed may have changed since the preamble, or be changing; or what moved the windows may have been chance. */
  retryHeader(buffer: BasebandBuffer, attempt: number): Float32Array | undefined {
    if (attempt === 1) {
      this.judgeHeaderMotion(this.judge.headerLevels);
      if (this.moving) return this.judge.headerLlrs();
    }
    if (Math.abs(this.shiftSamples) < this.waveform.fftSize * LEAST_SHIFT_SHARE) return undefined;
    this.map = this.mapFrom(this.sync.startSamples, this.preambleDilation ?? this.sync.dilation);
    this.shiftSamples = 0;
    this.moving = undefined;
    this.isMovingBelieved = false;
    return this.hearHeader(buffer);
  }

  acceptHeader(headerBits: Uint8Array): void {
    const perSymbol = fskBitsPerSymbol(this.waveform);
    for (let symbol = 0; symbol < this.waveform.headerSymbolCount; symbol++)
      this.knownTones[symbol] = this.tonesOf(headerBits, symbol * perSymbol);
    this.moving = undefined;
    this.judgeHeaderMotion();
  }

  demodulateSymbol(buffer: BasebandBuffer, symbol: number): void {
    const { motion, moving } = this;
    const { dilation } = moving?.map ?? this.map;
    this.hear(buffer, symbol);
    if (moving) this.readSpectrum(buffer, moving.map, symbol, motion.nextSpectrum);
    else motion.nextSpectrum.set(this.spectrum);
    const gain = motion.follow(dilation);
    if (moving || gain >= LEAST_GAIN) this.move(symbol);
    this.judge.hear(this.believed.energies, this.knownTones);
  }

  /** Takes a symbol's energies, and follows the leaning of its tones. */
  private hear(buffer: BasebandBuffer, symbol: number): void {
    this.readSpectrum(buffer, this.map, symbol, this.spectrum);
    this.energies[symbol] = this.spectra.energies(this.spectrum, 0);
    const change = this.measureDilationError() * DILATION_GAIN;
    this.map.correct(this.windowMiddle(symbol), 0, change);
  }

  private readSpectrum(buffer: BasebandBuffer, map: TimeMap, symbol: number, out: RealArray): void {
    buffer.read(map.plan(this.windowStart(symbol)), this.readRe, this.readIm);
    limitImpulses(this.readRe, this.readIm);
    this.spectra.transform(this.readRe, this.readIm, out);
  }

  /** Looks for the header's speeds, and believes them if they are far likelier than those it was read at. */
  private judgeHeaderMotion(levelsAsRead?: FskLevels): void {
    const start = this.preambleDilation ?? this.sync.dilation;
    const gain = this.motion.judgeHeader(start, this.energies, this.knownTones, levelsAsRead);
    if (gain >= LEAST_GAIN) this.move(this.waveform.headerSymbolCount - 1);
    this.judge.hear(this.believed.energies, this.knownTones);
  }

  /** Tells the energies of the latest symbols again at the speeds that are likeliest by now, and reads on at the last. */
  private move(latest: number): void {
    const { motion } = this;
    const { keptCount } = motion;
    const isNew = this.moving === undefined;
    this.moving ??= { energies: this.energies.slice(), map: this.map.copy() };
    const { energies, map } = this.moving;
    for (let i = 0; i < keptCount; i++) energies[latest - keptCount + 1 + i] = motion.energiesOf(i);
    const early = isNew ? motion.missedDilation * fskSymbolSamples(this.waveform) : 0;
    map.correct(this.windowMiddle(latest), early, motion.dilation - map.dilation);
    if (isNew) this.isMovingBelieved = true;
  }

  private get believed(): { readonly energies: Float64Array[]; readonly map: TimeMap } {
    return this.isMovingBelieved && this.moving ? this.moving : { energies: this.energies, map: this.map };
  }

  assumeOtherMotion(): boolean {
    if (!this.moving) return false;
    this.isMovingBelieved = !this.isMovingBelieved;
    this.judge.hear(this.believed.energies, this.knownTones);
    return true;
  }

  payloadLlrs(): Float32Array {
    this.motion.forget();
    return this.judge.payloadLlrs();
  }

  refine(appLlrs: Float32Array): void {
    this.judge.refine(appLlrs);
  }

  restart(): void {
    this.judge.restart();
  }

  /** The burst's clock, by what its preamble heard of the room. */
  private mapByPreamble(buffer: BasebandBuffer): TimeMap {
    const { placement, sync, waveform } = this;
    const { startSamples, offsetSamples } = sync;
    const dilation = dilationByRepetition(buffer, placement, sync);
    const search = {
      placement,
      preambleSamples: offsetSamples,
      fftSize: waveform.fftSize,
      groupCount: waveform.groupCount,
    };
    this.shiftSamples = windowShiftSamples(buffer, this.mapFrom(startSamples, dilation), search);
    return this.mapFrom(startSamples + this.shiftSamples, dilation);
  }

  private mapFrom(startSamples: number, dilation: number): TimeMap {
    return new TimeMap(startSamples, dilation, this.carrierRad);
  }

  private windowStart(symbol: number): number {
    return this.sync.offsetSamples + symbol * fskSymbolSamples(this.waveform) + this.waveform.rampSamples;
  }

  private windowMiddle(symbol: number): number {
    return this.windowStart(symbol) + this.waveform.fftSize / 2;
  }

  /** Dilation still left, from the strongest tones' leaning to one side, weighted by their strength. */
  private measureDilationError(): number {
    const { spectrum, spectra } = this;
    const { groupCount, tonesPerGroup, fftSize } = this.waveform;
    let sum = 0;
    let weight = 0;
    for (let group = 0; group < groupCount; group++) {
      let best = group * tonesPerGroup;
      let strongest = 0;
      let others = 0;
      for (let tone = best; tone < (group + 1) * tonesPerGroup; tone++) {
        const energy = spectrum[spectra.pointOf(tone, 0)];
        others += energy;
        if (energy <= strongest) continue;
        strongest = energy;
        best = tone;
      }
      others = (others - strongest) / (tonesPerGroup - 1);
      const strength = Math.max(0, strongest - 3 * others);
      const point = spectra.pointOf(best, 0);
      const above = spectrum[point + 1];
      const below = spectrum[point - 1];
      const leaning = (above - below) / (above + below + 1e-30);
      const errorRad = ((leaning / DISCRIMINATOR_SLOPE) * 2 * Math.PI) / fftSize;
      const omega = this.omegaRadPerSample[best];
      sum += strength * omega * errorRad;
      weight += strength * omega * omega + others * omega * omega;
    }
    return weight > 0 ? Math.max(-1e-3, Math.min(1e-3, sum / weight)) : 0;
  }

  private tonesOf(bits: Uint8Array, firstBit: number): Int32Array {
    const { groupCount, tonesPerGroup } = this.waveform;
    const bitsPerGroup = fskBitsPerGroup(this.waveform);
    return Int32Array.from({ length: groupCount }, (_, group) => {
      let tone = 0;
      for (let b = 0; b < bitsPerGroup; b++) tone = 2 * tone + bits[firstBit + group * bitsPerGroup + b];
      return group * tonesPerGroup + tone;
    });
  }
}
