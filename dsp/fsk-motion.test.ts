import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { BasebandBuffer } from './baseband-buffer.js';
import { applyMotion, type Trajectory } from './channel/motion.js';
import { addWhiteNoise } from './channel/noise.js';
import { DownConverter } from './down-converter.js';
import { FskDemodulator } from './fsk-demodulator.js';
import { type FskWaveform, fskBitsPerSymbol } from './fsk-grid.js';
import { FskModulator } from './fsk-modulator.js';

// The tones of `ultrasonic-robust`: 0.43 m/s moves each to its neighbour's place.
const PLACEMENT = { sampleRateHz: 48000, centerHz: 18800, decimation: 8, skirtHz: 300 };
const PAIR = { lowHz: 17600, highHz: 20000, chirpSeconds: 0.03 };
const BASEBAND = { pair: PAIR, basebandRateHz: 6000, centerHz: 18800 };
const WAVEFORM: FskWaveform = {
  kind: 'fsk',
  fftSize: 256,
  rampSamples: 12,
  groupCount: 6,
  tonesPerGroup: 16,
  headerSymbolCount: 8,
  codeRate: 0.5,
};
const PAYLOAD_SYMBOLS = 50;
/** Silence before the burst, in baseband samples. */
const LEAD = 1000;
const PSNR_DB = 12;
/** At which one burst in a hundred of such tones is lost, all told. */
const LIMIT_PSNR_DB = -13;

/** Comes at 0.5 m/s, rests from 0.9 s on, leaves from 1.7 s on; it turns within a tenth of a second. */
function visit(seconds: number): number {
  const covered = (t: number) => (t <= 0 ? 0 : t < 0.1 ? 2.5 * t * t : 0.5 * (t - 0.05));
  return covered(0.9 - seconds) + covered(seconds - 1.7);
}

function receive(motion: number | Trajectory, startSpeed: number, seed: number, psnrDb = PSNR_DB) {
  const random = new SeededRandom(seed);
  const bits = (count: number) => random.bytes(count).map((byte) => byte & 1);
  const headerBits = bits(WAVEFORM.headerSymbolCount * fskBitsPerSymbol(WAVEFORM));
  const payloadBits = bits(PAYLOAD_SYMBOLS * fskBitsPerSymbol(WAVEFORM));
  const body = new FskModulator(WAVEFORM, PLACEMENT).modulate(headerBits, payloadBits, 0);
  const peak = body.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
  const moved = applyMotion(
    Float32Array.from(body, (x) => x / peak),
    motion,
  );
  const samples = new Float32Array(LEAD * 8 + moved.length + 4000);
  samples.set(moved, LEAD * 8);
  const { re, im } = new DownConverter({ ...PLACEMENT, widthHz: 2400 }).push(addWhiteNoise(samples, psnrDb, random));
  const buffer = new BasebandBuffer(1 << 15);
  buffer.append(re, im);
  const sync = { startSamples: LEAD, dilation: startSpeed / 343, offsetSamples: 0 };
  const demodulator = new FskDemodulator(WAVEFORM, BASEBAND, sync);
  const header = demodulator.demodulateHeader(buffer);
  const errorRate = (llrs: Float32Array, sent: Uint8Array) =>
    sent.filter((bit, i) => (llrs[i] < 0 ? 1 : 0) !== bit).length / sent.length;
  return {
    demodulator,
    headerErrors: errorRate(header, headerBits),
    retriedHeaderErrors: () => {
      const retried = demodulator.retryHeader(buffer, 1);
      return retried && errorRate(retried, headerBits);
    },
    acceptAndGoOn: () => {
      demodulator.acceptHeader(headerBits);
      for (let symbol = 0; symbol < PAYLOAD_SYMBOLS; symbol++)
        demodulator.demodulateSymbol(buffer, WAVEFORM.headerSymbolCount + symbol);
    },
    payloadErrors: () => errorRate(demodulator.payloadLlrs(), payloadBits),
  };
}

describe('an FSK burst from a hand whose speed changes', () => {
  test.each([1, 2, 3])('is read while it comes, stops and leaves (seed %i)', (seed) => {
    const { demodulator, acceptAndGoOn, payloadErrors } = receive(visit, 0.5, seed);
    acceptAndGoOn();
    expect(payloadErrors()).toBeLessThan(0.01);
    expect(Math.abs(343 * demodulator.dilation + 0.5)).toBeLessThan(0.11);
  });

  test('would not be by the leaning of its tones, which is what else is assumed, and may be taken back (seed 4)', () => {
    const { demodulator, acceptAndGoOn, payloadErrors } = receive(visit, 0.5, 4);
    acceptAndGoOn();
    expect(demodulator.assumeOtherMotion()).toBe(true);
    expect(payloadErrors()).toBeGreaterThan(0.2);
    expect(demodulator.assumeOtherMotion()).toBe(true);
    expect(payloadErrors()).toBeLessThan(0.01);
  });

  test.each([-0.8, 0, 0.3])('has nothing else to assume at a constant speed of %p m/s (seed 5)', (speed) => {
    const { demodulator, acceptAndGoOn, payloadErrors } = receive(speed, speed, 5);
    acceptAndGoOn();
    expect(payloadErrors()).toBe(0);
    expect(demodulator.assumeOtherMotion()).toBe(false);
  });

  test('has nothing else to assume at constant speeds in white noise at the limit either (seeds 1 to 12)', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const speed = 0.1 * (seed - 6);
      const { demodulator, acceptAndGoOn } = receive(speed, speed, seed, LIMIT_PSNR_DB);
      acceptAndGoOn();
      expect(demodulator.assumeOtherMotion()).toBe(false);
    }
  });

  test('has its header read in a second attempt when the hand stops within it (seed 6)', () => {
    const stopping: Trajectory = (seconds) => visit(seconds + 0.8);
    const { headerErrors, retriedHeaderErrors, acceptAndGoOn, payloadErrors } = receive(stopping, 0.5, 6);
    expect(headerErrors).toBeGreaterThan(0.1);
    expect(retriedHeaderErrors()).toBeLessThan(0.02);
    acceptAndGoOn();
    expect(payloadErrors()).toBeLessThan(0.01);
  });

  test('of one speed has no second attempt at its header (seed 7)', () => {
    const { headerErrors, retriedHeaderErrors } = receive(0.3, 0.3, 7);
    expect(headerErrors).toBe(0);
    expect(retriedHeaderErrors()).toBeUndefined();
  });
});
