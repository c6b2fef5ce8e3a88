// First step of the receiver: real samples -> complex baseband of one band at a lower rate.

import { assertInteger } from '../src/shared/assert.js';
import { lowPassTaps } from './window.js';

/** Where a band lies and at which rate it is handled. */
export interface Band {
  /** Rate of the real samples. */
  readonly sampleRateHz: number;
  /** Middle of the band: 0 Hz of the baseband. */
  readonly centerHz: number;
  /** Width of the band. */
  readonly widthHz: number;
  /** Baseband rate = sampleRateHz / decimation; at least 1.8 times the width, so that the filters can be short. */
  readonly decimation: number;
}

/** Complex samples as two arrays of one length. */
export interface ComplexSamples {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** Alias rejection of the decimating filter: ambient noise below 1 kHz is 40 to 60 dB above that at 18 kHz. */
const STOP_BAND_DB = 80;

/** What is louder is no sound (full scale is 1) and would overflow single precision further on. */
const LOUDEST = 1e6;

/** Motion of 1.5 m/s moves the band's edges by 0.45 % of the frequency: kept within the pass band. */
const PASS_BAND_MARGIN = 1.06;

/**
 * Mixes a band to 0 Hz, filters and decimates: y[m] = sum_k h[k] x[mD - k] exp(-i w (mD - k)). The filter's delay is taken
 * out, so output m belongs to input sample mD. The taps carry the mixing, so that only kept samples are computed.
 */
export class DownConverter {
  // derived
  private readonly tapsRe: Float64Array;
  private readonly tapsIm: Float64Array;
  private readonly delaySamples: number;
  private readonly stepRad: number;
  // state
  private history: Float32Array;
  private historyCount = 0;
  private phaseRad = 0;

  constructor(private readonly band: Band) {
    assertInteger('decimation', band.decimation, 1, 64);
    const basebandRateHz = band.sampleRateHz / band.decimation;
    const passHz = (band.widthHz / 2) * PASS_BAND_MARGIN;
    const transitionHz = basebandRateHz - 2 * passHz;
    const wanted = ((STOP_BAND_DB - 8) / 14.36) * (band.sampleRateHz / transitionHz);
    this.delaySamples = Math.ceil(wanted / 2);
    const taps = lowPassTaps(2 * this.delaySamples + 1, basebandRateHz / 2 / band.sampleRateHz, STOP_BAND_DB);
    const omega = (2 * Math.PI * band.centerHz) / band.sampleRateHz;
    this.tapsRe = taps.map((tap, k) => tap * Math.cos(omega * (k - this.delaySamples)));
    this.tapsIm = taps.map((tap, k) => -tap * Math.sin(omega * (k - this.delaySamples)));
    this.stepRad = (omega * band.decimation) % (2 * Math.PI);
    this.history = new Float32Array(4096);
    this.reset();
  }

  /** As newly made: the past is silence. */
  reset(): void {
    this.history.fill(0);
    this.historyCount = this.delaySamples;
    this.phaseRad = 0;
  }

  /**
   * @param samples - any number; values that are not finite or beyond 1e6 count as 0
   * @returns the baseband samples that became complete
   */
  push(samples: Float32Array): ComplexSamples {
    this.append(samples);
    const { history, tapsRe, tapsIm, band, stepRad } = this;
    const tapCount = tapsRe.length;
    const count = Math.max(0, Math.floor((this.historyCount - tapCount) / band.decimation) + 1);
    const re = new Float32Array(count);
    const im = new Float32Array(count);
    let phaseRad = this.phaseRad;
    for (let m = 0, start = 0; m < count; m++, start += band.decimation) {
      let sumRe = 0;
      let sumIm = 0;
      for (let k = 0; k < tapCount; k++) {
        const x = history[start + k];
        sumRe += tapsRe[k] * x;
        sumIm += tapsIm[k] * x;
      }
      const cos = Math.cos(phaseRad);
      const sin = Math.sin(phaseRad);
      re[m] = sumRe * cos + sumIm * sin;
      im[m] = sumIm * cos - sumRe * sin;
      phaseRad += stepRad;
      if (phaseRad > Math.PI) phaseRad -= 2 * Math.PI;
    }
    this.phaseRad = phaseRad;
    history.copyWithin(0, count * band.decimation, this.historyCount);
    this.historyCount -= count * band.decimation;
    return { re, im };
  }

  private append(samples: Float32Array): void {
    const needed = this.historyCount + samples.length;
    if (needed > this.history.length) {
      const grown = new Float32Array(2 * needed);
      grown.set(this.history.subarray(0, this.historyCount));
      this.history = grown;
    }
    const { history } = this;
    for (let i = 0, j = this.historyCount; i < samples.length; i++, j++) {
      const x = samples[i];
      history[j] = Math.abs(x) <= LOUDEST ? x : 0; // false for NaN too
    }
    this.historyCount = needed;
  }
}
