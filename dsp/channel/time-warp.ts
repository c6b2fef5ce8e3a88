// Reading a recording at any times: what motion and clocks do to sound. Band-limited interpolation by a windowed sinc.
// Reference: Laakso et al., "Splitting the unit delay", IEEE Signal Processing Magazine, 1996, section on windowed sinc.

import { assertFloats } from '../../src/shared/assert.js';
import { besselI0, kaiserBeta } from '../window.js';

/** Taps on each side. At 48 kHz the pass band ends and the images begin 4 kHz either side of 24 kHz: 20 kHz comes through. */
const HALF_TAP_COUNT = 24;
const TAP_COUNT = 2 * HALF_TAP_COUNT;
/** Table rows between two samples; between rows the taps are blended, with an error below -110 dB. */
const ROW_COUNT = 1024;
const ATTENUATION_DB = 100;

function interpolationTable(): Float64Array {
  const table = new Float64Array((ROW_COUNT + 1) * TAP_COUNT);
  const beta = kaiserBeta(ATTENUATION_DB);
  for (let row = 0; row <= ROW_COUNT; row++) {
    for (let tap = 0; tap < TAP_COUNT; tap++) {
      const t = tap - HALF_TAP_COUNT + 1 - row / ROW_COUNT;
      const edge = Math.min(1, Math.abs(t) / HALF_TAP_COUNT);
      const window = besselI0(beta * Math.sqrt(1 - edge * edge)) / besselI0(beta);
      const sinc = Number.isInteger(t) ? Number(t === 0) : Math.sin(Math.PI * t) / (Math.PI * t);
      table[row * TAP_COUNT + tap] = sinc * window;
    }
  }
  return table;
}

/** Made once and never written again. */
const TABLE = interpolationTable();

/**
 * y[n] = x(positionAt(n)), band-limited.
 *
 * Meant for times that run nearly as fast as the samples (within some per cent): a faster reading would fold back what lies
 * above its half rate.
 *
 * @param samples - x; before and after it there is silence
 * @param outputCount - how many samples to read
 * @param positionAt - finite position in x, in samples, for each n in [0, outputCount)
 * @returns outputCount samples; up to 20/48 of the sample rate within -80 dB of the ideal
 */
export function warpTime(samples: Float32Array, outputCount: number, positionAt: (n: number) => number): Float32Array {
  assertFloats('samples', samples);
  const out = new Float32Array(outputCount);
  for (let n = 0; n < outputCount; n++) {
    const position = positionAt(n);
    const whole = Math.floor(position);
    const row = (position - whole) * ROW_COUNT;
    const blend = row - Math.floor(row);
    const offset = Math.floor(row) * TAP_COUNT;
    const start = whole - HALF_TAP_COUNT + 1;
    const from = Math.max(0, -start);
    const to = Math.min(TAP_COUNT, samples.length - start);
    let sum = 0;
    for (let k = from; k < to; k++) {
      const tap = TABLE[offset + k];
      sum += samples[start + k] * (tap + blend * (TABLE[offset + TAP_COUNT + k] - tap));
    }
    out[n] = sum;
  }
  return out;
}
