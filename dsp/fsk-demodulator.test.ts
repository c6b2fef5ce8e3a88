import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { BasebandBuffer } from './baseband-buffer.js';
import { addWhiteNoise } from './channel/noise.js';
import { writeChirpTrain } from './chirp.js';
import { DownConverter } from './down-converter.js';
import { FskDemodulator } from './fsk-demodulator.js';
import { type FskWaveform, fskBitsPerSymbol } from './fsk-grid.js';
import { FskModulator } from './fsk-modulator.js';

const PLACEMENT = { sampleRateHz: 48000, centerHz: 5000, decimation: 4, skirtHz: 1000 };
const PAIR = { lowHz: 2000, highHz: 8000, chirpSeconds: 0.015 };
const BASEBAND = { pair: PAIR, basebandRateHz: 12000, centerHz: 5000 };
const WAVEFORM: FskWaveform = {
  kind: 'fsk',
  fftSize: 256,
  rampSamples: 8,
  groupCount: 8,
  tonesPerGroup: 16,
  headerSymbolCount: 4,
  codeRate: 0.45,
};
const BITS_PER_SYMBOL = fskBitsPerSymbol(WAVEFORM);
const PAYLOAD_SYMBOLS = 20;
/** Pairs of chirps of a preamble, where there is one, and baseband samples of each. */
const PAIRS = 4;
const PAIR_SAMPLES = 360;
/** Silence before the burst, in baseband samples. */
const LEAD = 1000;

interface Burst {
  readonly headerBits: Uint8Array;
  readonly payloadBits: Uint8Array;
  /** At the air's rate, with silence before and after. */
  readonly samples: Float32Array;
}

function makeBurst(seed: number): Burst {
  const random = new SeededRandom(seed);
  const headerBits = random.bytes(WAVEFORM.headerSymbolCount * BITS_PER_SYMBOL).map((byte) => byte & 1);
  const payloadBits = random.bytes(PAYLOAD_SYMBOLS * BITS_PER_SYMBOL).map((byte) => byte & 1);
  const body = new FskModulator(WAVEFORM, PLACEMENT).modulate(headerBits, payloadBits, 0);
  const peak = body.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
  const samples = new Float32Array(LEAD * 4 + body.length + 2000);
  body.forEach((x, n) => {
    samples[LEAD * 4 + n] = x / peak;
  });
  return { headerBits, payloadBits, samples };
}

interface Received {
  readonly demodulator: FskDemodulator;
  readonly header: Float32Array;
  readonly payload: Float32Array;
}

function bufferOf(samples: Float32Array): BasebandBuffer {
  const buffer = new BasebandBuffer(1 << 14);
  const { re, im } = new DownConverter({ ...PLACEMENT, widthHz: 6000 }).push(samples);
  buffer.append(re, im);
  return buffer;
}

function receive(
  samples: Float32Array,
  burst: Burst,
  sync: { startSamples?: number; dilation?: number } = {},
): Received {
  const buffer = bufferOf(samples);
  const demodulator = new FskDemodulator(WAVEFORM, BASEBAND, {
    startSamples: LEAD,
    dilation: 0,
    offsetSamples: 0,
    ...sync,
  });
  const header = demodulator.demodulateHeader(buffer);
  demodulator.acceptHeader(burst.headerBits);
  const first = WAVEFORM.headerSymbolCount;
  for (let symbol = 0; symbol < PAYLOAD_SYMBOLS; symbol++) demodulator.demodulateSymbol(buffer, first + symbol);
  return { demodulator, header, payload: demodulator.payloadLlrs() };
}

function errorRate(llrs: Float32Array, bits: Uint8Array): number {
  expect(llrs.length).toBe(bits.length);
  return bits.filter((bit, i) => (llrs[i] < 0 ? 1 : 0) !== bit).length / bits.length;
}

function expectNoErrors({ header, payload }: Received, burst: Burst): void {
  expect(errorRate(header, burst.headerBits)).toBe(0);
  expect(errorRate(payload, burst.payloadBits)).toBe(0);
}

/** What of a bit an LLR tells, averaged: 1 - E log2(1 + exp(-L)), with L counted towards the right bit. */
function information(llrs: Float32Array, bits: Uint8Array): number {
  let sum = 0;
  bits.forEach((bit, i) => {
    sum += 1 - Math.log2(1 + Math.exp(bit ? llrs[i] : -llrs[i]));
  });
  return sum / bits.length;
}

/** Heard from a moving sender: y(t) = x(lead + (t - lead)(1 + a)), interpolated by a cubic. */
function stretched(samples: Float32Array, dilation: number): Float32Array {
  const lead = LEAD * 4;
  return samples.map((_, n) => {
    const u = lead + (n - lead) * (1 + dilation);
    const k = Math.floor(u);
    if (k < 1 || k + 2 >= samples.length) return 0;
    const f = u - k;
    const [a, b, c, d] = [samples[k - 1], samples[k], samples[k + 1], samples[k + 2]];
    return b + f * ((c - a) / 2 + f * (a - 2.5 * b + 2 * c - d / 2 + f * ((d - a) / 2 + 1.5 * (b - c))));
  });
}

describe('FSK from bits to soft bits', () => {
  test.each([1, 2, 3])('without noise gives back every bit (seed %i)', (seed) => {
    const burst = makeBurst(seed);
    expectNoErrors(receive(burst.samples, burst), burst);
  });

  test('of inverted polarity and of another level gives the same bits (seed 4)', () => {
    const burst = makeBurst(4);
    for (const gain of [-1, 1e-4, 300])
      expectNoErrors(
        receive(
          burst.samples.map((x) => gain * x),
          burst,
        ),
        burst,
      );
  });

  test.each([
    { gain: 0.8, delaySamples: 60 },
    { gain: -0.6, delaySamples: 500 },
  ])('through an echo gives back almost every bit: %j (seed 5)', ({ gain, delaySamples }) => {
    const burst = makeBurst(5);
    const echoed = burst.samples.map((x, n) => x + (n >= delaySamples ? gain * burst.samples[n - delaySamples] : 0));
    const { header, payload } = receive(echoed, burst);
    expect(errorRate(header, burst.headerBits)).toBeLessThan(0.08);
    expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.05);
  });

  test.each([-0.0045, -0.001, 0.0002, 0.0045])('follows a sender with the dilation %p (seed 6)', (dilation) => {
    const burst = makeBurst(6);
    const received = receive(stretched(burst.samples, dilation), burst, { dilation });
    expectNoErrors(received, burst);
    expect(Math.abs(received.demodulator.dilation - dilation)).toBeLessThan(6e-4);
  });

  test('mends a dilation that was measured wrong (seed 7)', () => {
    const burst = makeBurst(7);
    const received = receive(stretched(burst.samples, 0.002), burst, { dilation: 0.001 });
    expectNoErrors(received, burst);
    expect(Math.abs(received.demodulator.dilation - 0.002)).toBeLessThan(6e-4);
  });

  test('hears a header where its preamble began, once the echo that moved its windows is not believed (seed 13)', () => {
    const { headerBits, samples } = makeBurst(13);
    const train = new Float32Array(PAIRS * 4 * PAIR_SAMPLES);
    writeChirpTrain(PAIR, 48000, train);
    const withPreamble = new Float32Array(samples.length + train.length);
    withPreamble.set(samples, train.length);
    const echoSamples = 4 * 170; // of the preamble alone: most of a window later
    train.forEach((x, n) => {
      withPreamble[4 * LEAD + n] += x;
      withPreamble[4 * LEAD + echoSamples + n] += 4 * x;
    });
    const buffer = bufferOf(withPreamble);
    const sync = { startSamples: LEAD, dilation: 0, offsetSamples: PAIRS * PAIR_SAMPLES };
    const demodulator = new FskDemodulator(WAVEFORM, BASEBAND, sync);
    expect(errorRate(demodulator.demodulateHeader(buffer), headerBits)).toBeGreaterThan(0.2);
    // The first symbol lies under the preamble's echo.
    const retried = demodulator.retryHeader(buffer, 1) ?? new Float32Array(headerBits.length);
    expect(errorRate(retried.subarray(BITS_PER_SYMBOL), headerBits.subarray(BITS_PER_SYMBOL))).toBe(0);
    expect(demodulator.retryHeader(buffer, 2)).toBeUndefined();
  });

  test.each([-6, -3, 0])('gives soft bits that mean what they say at PSNR %i dB (seeds 8 to 10)', (psnrDb) => {
    let expected = 0;
    let got = 0;
    for (let seed = 8; seed <= 10; seed++) {
      const burst = makeBurst(seed);
      const { payload } = receive(addWhiteNoise(burst.samples, psnrDb, new SeededRandom(seed)), burst);
      expected += payload.reduce((sum, llr) => sum + 1 / (1 + Math.exp(Math.abs(llr))), 0) / payload.length / 3;
      got += errorRate(payload, burst.payloadBits) / 3;
      expect(information(payload, burst.payloadBits)).toBeGreaterThan(0.1);
    }
    expect(got).toBeLessThan(1.6 * expected + 0.02);
    expect(got).toBeGreaterThan(0.5 * expected - 0.02);
  });

  test('loses a tone to a whistle, not the burst (seed 11)', () => {
    const burst = makeBurst(11);
    const whistle = burst.samples.map((x, n) => x + 0.5 * Math.cos((2 * Math.PI * 4711 * n) / 48000));
    const { payload } = receive(addWhiteNoise(whistle, 10, new SeededRandom(11)), burst);
    expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.06);
  });

  test('of silence and of noise alone is finite (seed 12)', () => {
    const burst = makeBurst(12);
    const silence = new Float32Array(burst.samples.length);
    for (const samples of [silence, addWhiteNoise(silence, 0, new SeededRandom(12))]) {
      const { header, payload, demodulator } = receive(samples, burst);
      expect(header.every(Number.isFinite) && payload.every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(demodulator.snrDb) && Number.isFinite(demodulator.dilation)).toBe(true);
      expect(information(payload, burst.payloadBits)).toBeLessThan(0.1);
    }
  });
});
