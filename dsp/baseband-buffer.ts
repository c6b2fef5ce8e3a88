// The receiver's short memory of one band: complex baseband in a ring, read at any time, rate and frequency offset.

import { assertInteger } from '../src/shared/assert.js';
import type { RealArray } from './fft.js';
import { besselI0, kaiserBeta } from './window.js';

/** Taps on each side of the wanted time. With the band within half of the rate, 2 x 8 taps give 70 dB. */
const HALF_TAP_COUNT = 8;
const TAP_COUNT = 2 * HALF_TAP_COUNT;
/** Table steps between two samples; values between steps are interpolated linearly (error below -75 dB). */
const PHASE_COUNT = 128;
const INTERPOLATION_DB = 70;

/** Rows of TAP_COUNT taps for the times 0, 1/128 ... 128/128 after a sample. */
function interpolationTable(): Float64Array {
  const table = new Float64Array((PHASE_COUNT + 1) * TAP_COUNT);
  const beta = kaiserBeta(INTERPOLATION_DB);
  for (let phase = 0; phase <= PHASE_COUNT; phase++) {
    for (let tap = 0; tap < TAP_COUNT; tap++) {
      const t = tap - HALF_TAP_COUNT + 1 - phase / PHASE_COUNT;
      const edge = t / HALF_TAP_COUNT;
      const window = Math.abs(edge) >= 1 ? 0 : besselI0(beta * Math.sqrt(1 - edge * edge)) / besselI0(beta);
      table[phase * TAP_COUNT + tap] = (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t)) * window;
    }
  }
  return table;
}

const TABLE = Object.freeze({ taps: interpolationTable() });

/** How to read a stretch of baseband: equally spaced times and a rotation that undoes a frequency offset. */
export interface ReadPlan {
  /** First time, in baseband samples since the stream began; need not be whole. */
  readonly startSamples: number;
  /** Time from one value to the next, in baseband samples; 1 / (1 + dilation) follows a moving sender. */
  readonly stepSamples: number;
  /** Rotation of the first value: the value is multiplied by exp(-i phase). */
  readonly phaseRad: number;
  /** Growth of that phase from one value to the next. */
  readonly phaseStepRad: number;
  /** Added to the times, times the square of a value's index, where the sender's speed changes; 0 if not given. */
  readonly curveSamples?: number;
  /** Added to the phases alike. */
  readonly curveRad?: number;
}

/** A ring of complex baseband. Positions count from the first sample ever pushed. */
export class BasebandBuffer {
  private readonly mask: number;
  private readonly re: Float32Array;
  private readonly im: Float32Array;
  private written = 0;
  /** Scratch: real and imaginary parts in turns of the stretch that is read, as long as the longest so far. */
  private span = new Float64Array(0);

  /** @param capacitySamples - at least this many of the latest samples are kept */
  constructor(capacitySamples: number) {
    assertInteger('capacitySamples', capacitySamples, 2 * TAP_COUNT, 1 << 24);
    const size = 2 ** Math.ceil(Math.log2(capacitySamples));
    this.mask = size - 1;
    this.re = new Float32Array(size);
    this.im = new Float32Array(size);
  }

  /** Position after the last sample. */
  get endSamples(): number {
    return this.written;
  }

  /** Position of the oldest sample still held. */
  get startSamples(): number {
    return Math.max(0, this.written - this.re.length);
  }

  /** As newly made. */
  reset(): void {
    this.re.fill(0);
    this.im.fill(0);
    this.written = 0;
  }

  /**
   * @param re - real parts; the oldest samples make room
   * @param count - how many of re and im to take
   */
  append(re: Float32Array, im: Float32Array, count = re.length): void {
    const { mask, re: ringRe, im: ringIm } = this;
    for (let i = 0, j = this.written; i < count; i++, j++) {
      ringRe[j & mask] = re[i];
      ringIm[j & mask] = im[i];
    }
    this.written += count;
  }

  /** @returns whether a read of this span, filter included, lies within what is held */
  holds(firstSamples: number, lastSamples: number): boolean {
    return firstSamples - TAP_COUNT >= this.startSamples && lastSamples + TAP_COUNT <= this.written;
  }

  /** @returns whether all samples needed up to this time have arrived */
  reaches(lastSamples: number): boolean {
    return lastSamples + TAP_COUNT <= this.written;
  }

  /**
   * Copies whole samples; what lies before the beginning or after the end reads as 0.
   *
   * @param startSamples - integer position of the first
   */
  copy(startSamples: number, outRe: RealArray, outIm: RealArray): void {
    const { mask, re, im } = this;
    const count = outRe.length;
    const from = Math.min(count, Math.max(0, this.startSamples - startSamples));
    const to = Math.max(from, Math.min(count, this.written - startSamples));
    outRe.fill(0, 0, from).fill(0, to);
    outIm.fill(0, 0, from).fill(0, to);
    for (let i = from, j = startSamples + from; i < to; i++, j++) {
      outRe[i] = re[j & mask];
      outIm[i] = im[j & mask];
    }
  }

  /** Fills outRe and outIm with band-limited interpolation at the plan's times, rotated. */
  read(plan: ReadPlan, outRe: RealArray, outIm: RealArray): void {
    const { startSamples, stepSamples, phaseRad, phaseStepRad, curveSamples = 0, curveRad = 0 } = plan;
    const count = outRe.length;
    const first = Math.floor(startSamples) - HALF_TAP_COUNT;
    const end = Math.ceil(startSamples + count * (stepSamples + count * curveSamples)) + HALF_TAP_COUNT + 1;
    this.unroll(first, end - first);
    const { span } = this;
    const taps = TABLE.taps;
    // The rotation, its growth, and the growth of that: three products instead of a sine and a cosine for every value.
    let cos = Math.cos(phaseRad);
    let sin = Math.sin(phaseRad);
    let stepCos = Math.cos(phaseStepRad + curveRad);
    let stepSin = Math.sin(phaseStepRad + curveRad);
    const curveCos = Math.cos(2 * curveRad);
    const curveSin = Math.sin(2 * curveRad);
    for (let i = 0; i < count; i++) {
      const t = startSamples + i * (stepSamples + i * curveSamples);
      const whole = Math.floor(t);
      const position = (t - whole) * PHASE_COUNT;
      const row = Math.floor(position);
      const blend = position - row;
      const rest = 1 - blend;
      // Two sums each, of every other tap: additions that need not wait for each other.
      let sumRe = 0;
      let sumIm = 0;
      let otherRe = 0;
      let otherIm = 0;
      const lastTap = (row + 1) * TAP_COUNT;
      for (let tap = row * TAP_COUNT, at = 2 * (whole - HALF_TAP_COUNT + 1 - first); tap < lastTap; tap += 2, at += 4) {
        const weight = rest * taps[tap] + blend * taps[tap + TAP_COUNT];
        const otherWeight = rest * taps[tap + 1] + blend * taps[tap + 1 + TAP_COUNT];
        sumRe += weight * span[at];
        sumIm += weight * span[at + 1];
        otherRe += otherWeight * span[at + 2];
        otherIm += otherWeight * span[at + 3];
      }
      sumRe += otherRe;
      sumIm += otherIm;
      outRe[i] = sumRe * cos + sumIm * sin;
      outIm[i] = sumIm * cos - sumRe * sin;
      const nextCos = cos * stepCos - sin * stepSin;
      sin = cos * stepSin + sin * stepCos;
      cos = nextCos;
      const nextStepCos = stepCos * curveCos - stepSin * curveSin;
      stepSin = stepCos * curveSin + stepSin * curveCos;
      stepCos = nextStepCos;
    }
  }

  /** Copies a stretch of the ring to where it is in one piece. */
  private unroll(first: number, count: number): void {
    if (2 * count > this.span.length) this.span = new Float64Array(2 * count);
    const { re, im, mask, span } = this;
    for (let i = 0, j = first; i < count; i++, j++) {
      span[2 * i] = re[j & mask];
      span[2 * i + 1] = im[j & mask];
    }
  }
}
