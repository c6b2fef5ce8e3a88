import { describe, expect, test } from '@jest/globals';
import { MAX_LLR } from '../src/shared/llr.js';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { BasebandBuffer } from './baseband-buffer.js';
import { addWhiteNoise } from './channel/noise.js';
import { writeChirpTrain } from './chirp.js';
import { DownConverter } from './down-converter.js';
import { type OfdmCells, OfdmDemodulator } from './ofdm-demodulator.js';
import type { OfdmWaveform } from './ofdm-grid.js';
import { OfdmModulator } from './ofdm-modulator.js';

const PLACEMENT = { sampleRateHz: 48000, centerHz: 5000, decimation: 4, skirtHz: 1000 };
const PAIR = { lowHz: 2000, highHz: 8000, chirpSeconds: 0.015 };
const BASEBAND = { pair: PAIR, basebandRateHz: 12000, centerHz: 5000 };
const WAVEFORM: OfdmWaveform = {
  kind: 'ofdm',
  fftSize: 256,
  cyclicPrefixSamples: 32,
  rampSamples: 8,
  carrierCount: 128,
  headerSpacing: 2,
  codeRate: 0.45,
};
/** Silence before the burst, in baseband samples. */
const LEAD = 2000;
/** One chirp pair before the symbols. */
const PREAMBLE = 360;
const SYMBOLS = 7;

const MODULATOR = new OfdmModulator(WAVEFORM, PLACEMENT);

interface Burst {
  readonly headerBits: Uint8Array;
  readonly payloadBits: Uint8Array;
  /** At the air's rate, with silence before and after. */
  readonly samples: Float32Array;
}

function makeBurst(seed: number): Burst {
  const { grid } = MODULATOR;
  const random = new SeededRandom(seed);
  const headerBits = random.bytes(grid.headerBitCount).map((byte) => byte & 1);
  const payloadBits = random.bytes(grid.payloadBitCount(SYMBOLS)).map((byte) => byte & 1);
  const body = MODULATOR.modulate(headerBits, payloadBits, PREAMBLE * 4);
  const peak = body.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
  const samples = new Float32Array((LEAD + PREAMBLE) * 4 + body.length + 2000);
  writeChirpTrain(PAIR, 48000, samples.subarray(LEAD * 4, (LEAD + PREAMBLE) * 4));
  body.forEach((x, n) => {
    samples[(LEAD + PREAMBLE) * 4 + n] = x / peak;
  });
  return { headerBits, payloadBits, samples };
}

function buffered(samples: Float32Array): BasebandBuffer {
  const buffer = new BasebandBuffer(1 << 13);
  const { re, im } = new DownConverter({ ...PLACEMENT, widthHz: 6000 }).push(samples);
  buffer.append(re, im);
  return buffer;
}

interface Received {
  readonly demodulator: OfdmDemodulator;
  readonly header: Float32Array;
  readonly payload: Float32Array;
}

function receive(
  samples: Float32Array,
  burst: Burst,
  sync: { startSamples?: number; dilation?: number } = {},
): Received {
  const buffer = buffered(samples);
  const demodulator = new OfdmDemodulator(WAVEFORM, BASEBAND, {
    startSamples: LEAD,
    dilation: 0,
    offsetSamples: PREAMBLE,
    ...sync,
  });
  const header = demodulator.demodulateHeader(buffer);
  demodulator.acceptHeader(burst.headerBits);
  for (let symbol = 1; symbol < SYMBOLS; symbol++) demodulator.demodulateSymbol(buffer, symbol);
  return { demodulator, header, payload: demodulator.payloadLlrs() };
}

/** Share of LLRs whose sign is not that of the bit: positive means 0. */
function errorRate(llrs: Float32Array, bits: Uint8Array): number {
  expect(llrs.length).toBe(bits.length);
  return bits.filter((bit, i) => (llrs[i] < 0 ? 1 : 0) !== bit).length / bits.length;
}

/** What of a bit an LLR tells, averaged: 1 - E log2(1 + exp(-L)), with L counted towards the right bit. */
function information(llrs: Float32Array, bits: Uint8Array): number {
  let sum = 0;
  bits.forEach((bit, i) => {
    sum += 1 - Math.log2(1 + Math.exp(bit ? llrs[i] : -llrs[i]));
  });
  return sum / bits.length;
}

/** A second path: gain and delay in air samples. */
function withEcho(samples: Float32Array, gain: number, delaySamples: number): Float32Array {
  return samples.map((x, n) => x + (n >= delaySamples ? gain * samples[n - delaySamples] : 0));
}

function stretched(samples: Float32Array, dilation: number): Float32Array {
  // Received time runs faster: y(t) = x(lead + (t - lead)(1 + a)), by interpolation over four samples (Lagrange).
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

/** How far cells are from where channel and nearest point put them, in power over the channel's. */
function missOf({ re, im, channelRe, channelIm }: OfdmCells): number {
  let miss = 0;
  let power = 0;
  for (let c = 0; c < re.length; c++) {
    // conj(h) y on its side of both axes: a point of |h|^2 sqrt(1/2) (1 + i)
    const alongRe = Math.abs(channelRe[c] * re[c] + channelIm[c] * im[c]);
    const alongIm = Math.abs(channelRe[c] * im[c] - channelIm[c] * re[c]);
    const gain = channelRe[c] ** 2 + channelIm[c] ** 2;
    miss += (alongRe - gain * Math.SQRT1_2) ** 2 / gain + (alongIm - gain * Math.SQRT1_2) ** 2 / gain;
    power += gain;
  }
  return miss / power;
}

describe('OFDM from bits to soft bits', () => {
  test.each([1, 2, 3])(
    'without noise gives back the header and all but the bits spent on low peaks (seed %i)',
    (seed) => {
      const burst = makeBurst(seed);
      const { header, payload, demodulator } = receive(burst.samples, burst);
      expect(errorRate(header, burst.headerBits)).toBe(0);
      expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.01);
      expect(demodulator.snrDb).toBeGreaterThan(5);
      expect(payload.every((llr) => Math.abs(llr) <= MAX_LLR)).toBe(true);
    },
  );

  test('of inverted polarity and of another level gives the same bits (seed 4)', () => {
    const burst = makeBurst(4);
    for (const gain of [-1, 1e-4, 300]) {
      const { header, payload } = receive(
        burst.samples.map((x) => gain * x),
        burst,
      );
      expect(errorRate(header, burst.headerBits)).toBe(0);
      expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.01);
    }
  });

  test.each([
    { gain: 0.7, delaySamples: 40 },
    { gain: -0.9, delaySamples: 70 },
  ])('through an echo within the prefix gives back almost every bit: %j (seed 5)', ({ gain, delaySamples }) => {
    const burst = makeBurst(5);
    const { header, payload } = receive(withEcho(burst.samples, gain, delaySamples), burst);
    expect(errorRate(header, burst.headerBits)).toBeLessThan(0.04);
    expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.04);
    expect(information(payload, burst.payloadBits)).toBeGreaterThan(0.85);
  });

  test.each([-0.5, -0.2, 0.3, 0.5])('does not mind a start that is %p samples off (seed 6)', (error) => {
    const burst = makeBurst(6);
    const { header, payload } = receive(burst.samples, burst, { startSamples: LEAD + error });
    expect(errorRate(header, burst.headerBits)).toBe(0);
    expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.01);
  });

  test.each([-0.0045, -0.001, 0.0002, 0.0045])('follows a sender with the dilation %p (seed 7)', (dilation) => {
    const burst = makeBurst(7);
    const { header, payload, demodulator } = receive(stretched(burst.samples, dilation), burst, { dilation });
    expect(errorRate(header, burst.headerBits)).toBeLessThan(0.005);
    expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.01);
    expect(Math.abs(demodulator.dilation - dilation)).toBeLessThan(2e-4);
  });

  test.each([-2e-4, 2e-4])('mends a dilation that was measured wrong by %p (seed 8)', (error) => {
    const burst = makeBurst(8);
    const { payload, demodulator } = receive(stretched(burst.samples, 0.001), burst, { dilation: 0.001 + error });
    expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.01);
    expect(Math.abs(demodulator.dilation - 0.001)).toBeLessThan(Math.abs(error));
  });
});

describe('the soft bits of OFDM in white noise', () => {
  const cases = [-2, 2, 6].flatMap((psnrDb) => [11, 12].map((seed) => ({ psnrDb, seed })));

  test.each(cases)('mean what they say: PSNR $psnrDb dB (seed $seed)', ({ psnrDb, seed }) => {
    const burst = makeBurst(seed);
    const noisy = addWhiteNoise(burst.samples, psnrDb, new SeededRandom(seed));
    const { payload } = receive(noisy, burst);
    // P(wrong) must be near 1 / (1 + e^|L|): compare the errors with those the LLRs own up to.
    const expected = payload.reduce((sum, llr) => sum + 1 / (1 + Math.exp(Math.abs(llr))), 0) / payload.length;
    const got = errorRate(payload, burst.payloadBits);
    expect(got).toBeLessThan(1.6 * expected + 0.02);
    expect(got).toBeGreaterThan(0.5 * expected - 0.02);
    expect(information(payload, burst.payloadBits)).toBeGreaterThan(0.1);
  });

  test('tell more with less noise (seeds 13 to 15)', () => {
    const [low, middle, high] = [-3, 2, 8].map((psnrDb) => {
      let sum = 0;
      for (let seed = 13; seed <= 15; seed++) {
        const burst = makeBurst(seed);
        const { payload } = receive(addWhiteNoise(burst.samples, psnrDb, new SeededRandom(seed)), burst);
        sum += information(payload, burst.payloadBits) / 3;
      }
      return sum;
    });
    expect(middle).toBeGreaterThan(low + 0.1);
    expect(high).toBeGreaterThan(middle);
  });

  test('tell more once the decoder has helped with the channel (seeds 16 to 18)', () => {
    let before = 0;
    let after = 0;
    for (let seed = 16; seed <= 18; seed++) {
      const burst = makeBurst(seed);
      const { demodulator, payload } = receive(addWhiteNoise(burst.samples, -1, new SeededRandom(seed)), burst);
      before += information(payload, burst.payloadBits);
      const sure = Float32Array.from(burst.payloadBits, (bit) => (bit ? -8 : 8));
      demodulator.refine(sure);
      after += information(demodulator.payloadLlrs(), burst.payloadBits);
    }
    expect(after).toBeGreaterThan(before);
  });

  test('lose a subcarrier to a whistle, not the burst (seed 19)', () => {
    const burst = makeBurst(19);
    const whistle = burst.samples.map((x, n) => x + 0.7 * Math.cos((2 * Math.PI * 4711 * n) / 48000));
    const { payload, header } = receive(addWhiteNoise(whistle, 15, new SeededRandom(19)), burst);
    expect(errorRate(header, burst.headerBits)).toBeLessThan(0.1);
    expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.06);
  });

  test('lose a symbol to a click, not the burst (seed 20)', () => {
    const burst = makeBurst(20);
    const random = new SeededRandom(20);
    const symbolSamples = (256 + 32) * 4;
    const from = (LEAD + PREAMBLE) * 4 + 4 * symbolSamples + 300;
    const clicked = burst.samples.map((x, n) => x + (n >= from && n < from + 200 ? 3 * random.normal() : 0));
    const { payload } = receive(addWhiteNoise(clicked, 15, random), burst);
    expect(errorRate(payload, burst.payloadBits)).toBeLessThan(0.5 / SYMBOLS + 0.02);
    expect(information(payload, burst.payloadBits)).toBeGreaterThan(0.65);
  });

  test('are told where in the band one symbol is louder than the others (seed 30)', () => {
    const burst = makeBurst(30);
    const random = new SeededRandom(30);
    const from = (LEAD + PREAMBLE + 4 * (256 + 32)) * 4;
    // Noise that two filters keep low, for as long as a symbol lasts.
    let low = 0;
    let lower = 0;
    const rumbling = burst.samples.map((x, n) => {
      low += 0.3 * ((n >= from && n < from + 1152 ? 4 * random.normal() : 0) - low);
      lower += 0.3 * (low - lower);
      return x + lower;
    });
    const { demodulator } = receive(addWhiteNoise(rumbling, 6, random), burst);
    const quiet = demodulator.cells(2).noiseVariance;
    const louder = demodulator.cells(4).noiseVariance.map((variance, c) => variance / quiet[c]);
    const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(mean(louder.subarray(0, 64))).toBeGreaterThan(1.3 * mean(louder.subarray(64)));
  });

  test('get rid of more of a noise burst once the decoder has helped (seeds 34 to 37)', () => {
    let before = 0;
    let after = 0;
    for (let seed = 34; seed < 38; seed++) {
      const burst = makeBurst(seed);
      const random = new SeededRandom(seed);
      const from = (LEAD + PREAMBLE + 4 * (256 + 32) + 100) * 4;
      const clicked = burst.samples.map((x, n) => x + (n >= from && n < from + 160 ? random.normal() : 0));
      const { demodulator } = receive(addWhiteNoise(clicked, 15, random), burst);
      before += missOf(demodulator.cells(4));
      demodulator.refine(Float32Array.from(burst.payloadBits, (bit) => (bit ? -8 : 8)));
      after += missOf(demodulator.cells(4));
    }
    expect(after).toBeLessThan(0.8 * before);
  });
});

describe('an OFDM demodulator', () => {
  test('of silence gives finite soft bits that say next to nothing', () => {
    const burst = makeBurst(21);
    const { header, payload, demodulator } = receive(new Float32Array(burst.samples.length), burst);
    for (const llrs of [header, payload]) expect(llrs.every((llr) => Math.abs(llr) < 1e-3)).toBe(true);
    expect(Number.isFinite(demodulator.snrDb)).toBe(true);
  });

  test('of noise alone stays finite (seed 22)', () => {
    const burst = makeBurst(22);
    const noise = addWhiteNoise(new Float32Array(burst.samples.length), 0, new SeededRandom(22));
    const { payload, demodulator } = receive(noise, burst);
    demodulator.refine(payload);
    expect(demodulator.payloadLlrs().every(Number.isFinite)).toBe(true);
    expect(errorRate(payload, burst.payloadBits)).toBeGreaterThan(0.4);
  });

  test('shows copies of its cells, of symbols it has read (seed 23)', () => {
    const burst = makeBurst(23);
    const { demodulator } = receive(burst.samples, burst);
    const cells = demodulator.cells(SYMBOLS - 1);
    for (const values of Object.values(cells)) expect(values.length).toBe(WAVEFORM.carrierCount);
    expect(cells.noiseVariance.every((variance) => variance > 0)).toBe(true);
    cells.re.fill(0);
    expect(demodulator.cells(SYMBOLS - 1).re).not.toEqual(cells.re);
    for (const symbol of [-1, SYMBOLS]) expect(() => demodulator.cells(symbol)).toThrow(/^symbol: expected integer/);
  });

  test('says when a symbol and the burst end', () => {
    const demodulator = new OfdmDemodulator(WAVEFORM, BASEBAND, { startSamples: 100, dilation: 0, offsetSamples: 50 });
    const symbolSamples = 256 + 32;
    expect(demodulator.endOfBurst(8)).toBe(150 + 8 * symbolSamples + 8);
    for (let symbol = 0; symbol < 8; symbol++) {
      expect(demodulator.endOfSymbol(symbol)).toBeLessThanOrEqual(150 + (symbol + 1) * symbolSamples);
      expect(demodulator.endOfSymbol(symbol)).toBeGreaterThanOrEqual(150 + symbol * symbolSamples + 256);
    }
  });
});
