import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { BasebandBuffer } from './baseband-buffer.js';
import { applyMotion, type Trajectory } from './channel/motion.js';
import { addWhiteNoise } from './channel/noise.js';
import { writeChirpTrain } from './chirp.js';
import { DownConverter } from './down-converter.js';
import { OfdmDemodulator } from './ofdm-demodulator.js';
import type { OfdmWaveform } from './ofdm-grid.js';
import { OfdmModulator } from './ofdm-modulator.js';

// The carriers of `ultrasonic-fast`: 0.5 m/s moves each beyond the second after it.
const PLACEMENT = { sampleRateHz: 48000, centerHz: 18800, decimation: 8, skirtHz: 300 };
const PAIR = { lowHz: 17600, highHz: 20000, chirpSeconds: 0.03 };
const BASEBAND = { pair: PAIR, basebandRateHz: 6000, centerHz: 18800 };
const WAVEFORM: OfdmWaveform = {
  kind: 'ofdm',
  fftSize: 512,
  cyclicPrefixSamples: 32,
  rampSamples: 8,
  carrierCount: 204,
  headerSpacing: 2,
  codeRate: 0.36,
};
const SYMBOLS = 7;
/** In baseband samples: silence before the burst, and one chirp pair before the symbols. */
const LEAD = 2000;
const PREAMBLE = 360;

interface BitErrors {
  readonly header: number;
  /** Of the header after its first retry; undefined if there is nothing to retry. */
  readonly retriedHeader: number | undefined;
  readonly payload: number;
}

/** A preamble and symbols of random bits, of peak 1. */
function randomBurst(random: SeededRandom) {
  const modulator = new OfdmModulator(WAVEFORM, PLACEMENT);
  const headerBits = random.bytes(modulator.grid.headerBitCount).map((byte) => byte & 1);
  const payloadBits = random.bytes(modulator.grid.payloadBitCount(SYMBOLS)).map((byte) => byte & 1);
  const symbols = modulator.modulate(headerBits, payloadBits, PREAMBLE * 8);
  const peak = symbols.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
  const body = new Float32Array(PREAMBLE * 8 + symbols.length);
  writeChirpTrain(PAIR, 48000, body.subarray(0, PREAMBLE * 8));
  symbols.forEach((x, n) => {
    body[PREAMBLE * 8 + n] = x / peak;
  });
  return { body, headerBits, payloadBits };
}

/** Shares of wrong bits of a burst at 12 dB that starts at a speed and moves so; the header is retried if it is bad. */
function bitErrors(motion: number | Trajectory, startSpeed: number, seed: number): BitErrors {
  const random = new SeededRandom(seed);
  const { body: burst, headerBits, payloadBits } = randomBurst(random);
  const moved = applyMotion(burst, motion);
  const samples = new Float32Array(LEAD * 8 + moved.length + 4000);
  samples.set(moved, LEAD * 8);
  const { re, im } = new DownConverter({ ...PLACEMENT, widthHz: 2400 }).push(addWhiteNoise(samples, 12, random));
  const buffer = new BasebandBuffer(1 << 13);
  buffer.append(re, im);
  const sync = { startSamples: LEAD, dilation: startSpeed / 343, offsetSamples: PREAMBLE };
  const demodulator = new OfdmDemodulator(WAVEFORM, BASEBAND, sync);
  const header = errorShare(demodulator.demodulateHeader(buffer), headerBits);
  const retried = header > 0.1 ? demodulator.retryHeader(buffer, 1) : undefined;
  demodulator.acceptHeader(headerBits);
  for (let symbol = 1; symbol < SYMBOLS; symbol++) demodulator.demodulateSymbol(buffer, symbol);
  const payload = errorShare(demodulator.payloadLlrs(), payloadBits);
  return { header, retriedHeader: retried && errorShare(retried, headerBits), payload };
}

function errorShare(llrs: Float32Array, bits: Uint8Array): number {
  return bits.filter((bit, i) => (llrs[i] < 0 ? 1 : 0) !== bit).length / bits.length;
}

describe('an OFDM burst from a hand whose speed changes', () => {
  /** Comes at 0.5 m/s and stops within a tenth of a second from `stop` on. */
  const stopping =
    (stop: number): Trajectory =>
    (seconds) => {
      const left = stop + 0.1 - seconds;
      return left <= 0 ? 0 : left < 0.1 ? 2.5 * left * left : 0.5 * (left - 0.05);
    };

  test.each([0.1, 0.2, 0.3, 0.4])(
    'is read through the turn, 3 % of its bits wrong at most (stops at %p s, seed 1)',
    (stop) => {
      expect(bitErrors(stopping(stop), 0.5, 1).payload).toBeLessThan(0.03);
    },
  );

  test.each([-0.02, 0, 0.02])(
    'has its header read again where that was lost to the turn (stops at %p s, seed 1)',
    (stop) => {
      const { header, retriedHeader, payload } = bitErrors(stopping(stop), 0.5, 1);
      expect(header).toBeGreaterThan(0.1);
      expect(retriedHeader).toBe(0);
      expect(payload).toBeLessThan(0.05);
    },
  );

  test.each([-1.5, 1.5])(
    'is read at an even acceleration of %p m/s^2, 5 % of its bits wrong at most (seed 3)',
    (acceleration) => {
      const sway: Trajectory = (seconds) => 1 - (acceleration * (seconds - 0.1) ** 2) / 2;
      expect(bitErrors(sway, -0.1 * acceleration, 3).payload).toBeLessThan(0.05);
    },
  );

  test('that was cut off is searched for another speed in its first silent symbol, and seldom after (seed 4)', () => {
    let reads = 0;
    class CountingBuffer extends BasebandBuffer {
      override read(...parameters: Parameters<BasebandBuffer['read']>): void {
        reads++;
        super.read(...parameters);
      }
    }
    const random = new SeededRandom(4);
    const { body, headerBits } = randomBurst(random);
    const samples = new Float32Array(LEAD * 8 + 150_000);
    samples.set(body.subarray(0, (PREAMBLE + 2 * 544) * 8), LEAD * 8);
    const { re, im } = new DownConverter({ ...PLACEMENT, widthHz: 2400 }).push(addWhiteNoise(samples, 12, random));
    const buffer = new CountingBuffer(1 << 15);
    buffer.append(re, im);
    const demodulator = new OfdmDemodulator(WAVEFORM, BASEBAND, {
      startSamples: LEAD,
      dilation: 0,
      offsetSamples: PREAMBLE,
    });
    demodulator.demodulateHeader(buffer);
    demodulator.acceptHeader(headerBits);
    const readsBy = Array.from({ length: 24 }, (_, i) => {
      reads = 0;
      demodulator.demodulateSymbol(buffer, i + 1);
      return reads;
    });
    expect(readsBy[1]).toBeGreaterThan(4);
    expect(readsBy.filter((count) => count > 1).length).toBeLessThanOrEqual(4);
  });

  test.each([-0.5, 0, 0.8])('is read without an error at a constant speed of %p m/s (seed 2)', (speed) => {
    expect(bitErrors(speed, speed, 2)).toMatchObject({ header: 0, payload: 0 });
  });
});
