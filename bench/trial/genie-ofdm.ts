// The OFDM receiver of a burst, with one stage after the other replaced by what the sender knows.

import {
  type BasebandBuffer,
  type BurstSync,
  demapQpsk,
  OfdmDemodulator,
  OfdmGrid,
  type OfdmWaveform,
} from 'tillsong/dsp';
import { exactWindows, type GenieBurst, placementOf, type Windows } from './genie-burst.js';

/** Neighbouring carriers that the true channel is averaged over: it is smooth, what the peak limiter adds is not. */
const CHANNEL_HALF_WIDTH = 8;

/** What is known of a burst's cells. */
export class OfdmGenie {
  private readonly grid: OfdmGrid;
  private readonly points: Windows;
  private readonly heard: Windows;
  private readonly channelRe: Float64Array;
  private readonly channelIm: Float64Array;
  private readonly noiseVariance: number;

  /**
   * @param clean - baseband of the burst without noise
   * @param heard - with the noise
   */
  constructor(
    private readonly burst: GenieBurst,
    clean: BasebandBuffer,
    heard: BasebandBuffer,
  ) {
    this.grid = new OfdmGrid(burst.profile.waveform as OfdmWaveform);
    this.points = pointsOf(burst, this.grid);
    this.heard = exactWindows(burst, heard);
    const sent = exactWindows(burst, clean);
    [this.channelRe, this.channelIm] = channelOf(sent, this.points);
    this.noiseVariance = meanPower(difference(this.heard, sent));
  }

  /** Soft bits of the payload with channel, time and noise known. */
  llrs(): Float32Array {
    const { heard, channelRe, channelIm, noiseVariance } = this;
    return this.demap((s, c) => [heard.re[s][c], heard.im[s][c], channelRe[c], channelIm[c], noiseVariance]);
  }

  /** Soft bits with the demodulator's own channel and time, and the true variance of its error, whatever its kind. */
  llrsOf(demodulator: OfdmDemodulator): Float32Array {
    const cells = Array.from({ length: this.burst.symbolCount }, (_, s) => demodulator.cells(s));
    const carrierCount = cells[0].re.length;
    // The front end's gain per carrier, in power: both saw the same samples.
    const gain = new Float64Array(carrierCount);
    const own = new Float64Array(carrierCount);
    let error = 0;
    for (let c = 0; c < carrierCount; c++) {
      for (let s = 0; s < cells.length; s++) {
        gain[c] += cells[s].re[c] ** 2 + cells[s].im[c] ** 2;
        own[c] += this.heard.re[s][c] ** 2 + this.heard.im[s][c] ** 2;
      }
      gain[c] /= own[c];
      for (let s = 0; s < cells.length; s++) {
        const { re, im, channelRe, channelIm } = cells[s];
        const [x, y] = [this.points.re[s][c], this.points.im[s][c]];
        const errorRe = re[c] - channelRe[c] * x + channelIm[c] * y;
        const errorIm = im[c] - channelRe[c] * y - channelIm[c] * x;
        error += (errorRe ** 2 + errorIm ** 2) / gain[c];
      }
    }
    error /= carrierCount * cells.length;
    return this.demap((s, c) => {
      const { re, im, channelRe, channelIm } = cells[s];
      return [re[c], im[c], channelRe[c], channelIm[c], error * gain[c]];
    });
  }

  /** A demodulator that knows when the burst starts and that nobody moves. */
  demodulator(): OfdmDemodulator {
    const { profile } = this.burst;
    return new OfdmDemodulator(profile.waveform as OfdmWaveform, placementOf(profile), syncOf(this.burst));
  }

  private demap(cellAt: (symbol: number, carrier: number) => readonly [number, number, number, number, number]) {
    const { symbolCount } = this.burst;
    const out = new Float32Array(this.grid.payloadBitCount(symbolCount));
    let at = 0;
    for (let s = 0; s < symbolCount; s++)
      for (let c = 0; c < this.points.re[s].length; c++) {
        if (this.grid.cellKind(s, c) !== 'payload') continue;
        demapQpsk(...cellAt(s, c), out, at);
        at += 2;
      }
    return out;
  }
}

/** Where the burst starts, in the profile's baseband. */
export function syncOf({ profile, startSamples }: GenieBurst): BurstSync {
  const { chirpSamples, pairCount } = profile.preamble;
  return {
    startSamples: startSamples / profile.decimation,
    dilation: 0,
    offsetSamples: (2 * chirpSamples * pairCount) / profile.decimation,
  };
}

/** Nominal points of all cells. */
function pointsOf({ headerBits, payloadBits, symbolCount }: GenieBurst, grid: OfdmGrid): Windows {
  const { carrierCount } = grid.waveform;
  const next = { header: 0, payload: 0 };
  const bits = { header: headerBits, payload: payloadBits };
  const points: Windows = { re: [], im: [] };
  for (let s = 0; s < symbolCount; s++) {
    const re = new Float64Array(carrierCount);
    const im = new Float64Array(carrierCount);
    for (let c = 0; c < carrierCount; c++) {
      const kind = grid.cellKind(s, c);
      if (kind === 'pilot') {
        re[c] = grid.pilotRe(s, c);
        im[c] = grid.pilotIm(s, c);
        continue;
      }
      re[c] = bits[kind][next[kind]++] ? -Math.SQRT1_2 : Math.SQRT1_2;
      im[c] = bits[kind][next[kind]++] ? -Math.SQRT1_2 : Math.SQRT1_2;
    }
    points.re.push(re);
    points.im.push(im);
  }
  return points;
}

/** Mean of y conj(x) over the symbols, smoothed over carriers. */
function channelOf(sent: Windows, points: Windows): [Float64Array, Float64Array] {
  const carrierCount = points.re[0].length;
  const rawRe = new Float64Array(carrierCount);
  const rawIm = new Float64Array(carrierCount);
  for (let s = 0; s < points.re.length; s++)
    for (let c = 0; c < carrierCount; c++) {
      rawRe[c] += (sent.re[s][c] * points.re[s][c] + sent.im[s][c] * points.im[s][c]) / points.re.length;
      rawIm[c] += (sent.im[s][c] * points.re[s][c] - sent.re[s][c] * points.im[s][c]) / points.re.length;
    }
  const smooth = (raw: Float64Array) =>
    raw.map((_, c) => {
      const near = raw.subarray(Math.max(0, c - CHANNEL_HALF_WIDTH), c + CHANNEL_HALF_WIDTH + 1);
      return near.reduce((sum, x) => sum + x, 0) / near.length;
    });
  return [smooth(rawRe), smooth(rawIm)];
}

/** a - b, window by window. */
export function difference(a: Windows, b: Windows): Windows {
  const minus = (x: readonly Float64Array[], y: readonly Float64Array[]) =>
    x.map((row, s) => row.map((value, k) => value - y[s][k]));
  return { re: minus(a.re, b.re), im: minus(a.im, b.im) };
}

/** Mean squared magnitude of all bins. */
export function meanPower({ re, im }: Windows): number {
  let sum = 0;
  let count = 0;
  re.forEach((row, s) => {
    for (let k = 0; k < row.length; k++) sum += row[k] ** 2 + im[s][k] ** 2;
    count += row.length;
  });
  return sum / count;
}
