import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { type BurstCandidate, BurstDetector, type BurstDetectorConfig } from './burst-detector.js';
import { chirpPhaseCycles } from './chirp.js';

const RATE_HZ = 12000;
const CENTER_HZ = 5000;
const PAIR = { lowHz: 2000, highHz: 8000, chirpSeconds: 0.016 };
const CHIRP_SAMPLES = 192;
const CONFIG: BurstDetectorConfig = {
  pair: PAIR,
  centerHz: CENTER_HZ,
  basebandRateHz: RATE_HZ,
  pairCounts: [1, 4],
  maxDilation: 0.005,
  thresholds: [20, 35],
};
/** 1.5 m/s against the speed of sound and 150 ppm of clock. */
const FASTEST = 1.5 / 343 + 150e-6;

interface Baseband {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** What a real-valued preamble of amplitude 1 leaves in the baseband: exp(2 pi i (cycles(u) - fc t)) / 2 at u = (t - t0)(1 + a). */
function addPreamble(to: Baseband, startSamples: number, dilation: number, pairCount: number, gain = 1): void {
  const length = (2 * CHIRP_SAMPLES * pairCount) / RATE_HZ;
  for (let n = Math.ceil(startSamples); n < to.re.length; n++) {
    const u = ((n - startSamples) / RATE_HZ) * (1 + dilation);
    if (u >= length) break;
    const cycles = chirpPhaseCycles(PAIR, u) - (CENTER_HZ * (n - startSamples)) / RATE_HZ;
    to.re[n] += (gain / 2) * Math.cos(2 * Math.PI * cycles);
    to.im[n] += (gain / 2) * Math.sin(2 * Math.PI * cycles);
  }
}

/** White noise as a down-converter hears it: PSNR is that of a sine of amplitude 1 against the noise in 0-24 kHz. */
function noise(count: number, psnrDb: number, seed: number): Baseband {
  const random = new SeededRandom(seed);
  const deviation = Math.sqrt((0.5 / 10 ** (psnrDb / 10)) * (RATE_HZ / 48000) * 0.5);
  return {
    re: Float32Array.from({ length: count }, () => deviation * random.normal()),
    im: Float32Array.from({ length: count }, () => deviation * random.normal()),
  };
}

function silence(count: number): Baseband {
  return { re: new Float32Array(count), im: new Float32Array(count) };
}

function detect({ re, im }: Baseband, piece = re.length, config = CONFIG): BurstCandidate[] {
  const detector = new BurstDetector(config);
  const found: BurstCandidate[] = [];
  for (let start = 0; start < re.length; start += piece)
    found.push(...detector.push(re.subarray(start, start + piece), im.subarray(start, start + piece)));
  return [...found, ...detector.flush()];
}

const DILATIONS = [-FASTEST, -0.5 / 343, -150e-6, 0, 150e-6, 0.5 / 343, FASTEST];

describe.each([
  { kind: 0, pairCount: 1 },
  { kind: 1, pairCount: 4 },
])('a preamble of $pairCount pairs', ({ kind, pairCount }) => {
  const only: BurstDetectorConfig = {
    ...CONFIG,
    pairCounts: [pairCount],
    thresholds: [CONFIG.thresholds[kind]],
  };

  test.each(DILATIONS)('in silence at the dilation %p is one candidate with its start and dilation', (dilation) => {
    const baseband = silence(7000);
    addPreamble(baseband, 4321.37, dilation, pairCount);
    const found = detect(baseband, undefined, only);
    expect(found.length).toBe(1);
    expect(Math.abs(found[0].startSamples - 4321.37)).toBeLessThan(0.7);
    expect(Math.abs(found[0].dilation - dilation)).toBeLessThan(5e-4); // parabolas through a narrow peak: 0.15 samples off at worst
  });

  // Below these PSNRs no payload is decoded.
  const psnrs = pairCount === 1 ? [-2, 5, 15] : [-8, 5];
  test.each(psnrs)('in noise at PSNR %i dB is one candidate at any motion (seeds 1 to 3)', (psnrDb) => {
    [-FASTEST, 0, FASTEST].forEach((dilation, i) => {
      const baseband = noise(9000, psnrDb, i + 1);
      addPreamble(baseband, 5000.8, dilation, pairCount);
      const found = detect(baseband, undefined, only).filter(
        ({ startSamples }) => Math.abs(startSamples - 5000) < 2 * CHIRP_SAMPLES * pairCount,
      );
      expect(found.length).toBe(1);
      expect(Math.abs(found[0].startSamples - 5000.8)).toBeLessThan(1);
      expect(Math.abs(found[0].dilation - dilation)).toBeLessThan(6e-4);
    });
  });
});

test('down and up chirps of four pairs are taken 0.1 to 0.2 samples too far apart or too close in white noise at -12 dB, rms (seeds 1 to 60)', () => {
  const config = { ...CONFIG, pairCounts: [4], thresholds: [CONFIG.thresholds[1]] };
  const apartPerDilation = (2 * CENTER_HZ * CHIRP_SAMPLES) / (PAIR.highHz - PAIR.lowHz) + CHIRP_SAMPLES;
  let sum = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const baseband = noise(9000, -12, seed);
    const dilation = (FASTEST * (seed - 30)) / 30;
    addPreamble(baseband, 5000 + seed / 60, dilation, 4);
    const found = detect(baseband, undefined, config).reduce((a, b) => (a.score >= b.score ? a : b));
    sum += ((found.dilation - dilation) * apartPerDilation) ** 2 / 60;
  }
  expect(Math.sqrt(sum)).toBeGreaterThan(0.1);
  expect(Math.sqrt(sum)).toBeLessThan(0.2);
});

describe('a detector of two kinds', () => {
  test('takes four pairs for one preamble of that kind (seed 1)', () => {
    const baseband = noise(15000, 5, 1);
    addPreamble(baseband, 8000, 0.001, 4);
    const found = detect(baseband).filter(({ kind }) => kind === 1);
    expect(found.length).toBe(1);
    expect(found[0].startSamples).toBeCloseTo(8000, 0);
  });

  test('takes a single pair, however strong, for no preamble of four (seed 2)', () => {
    const baseband = noise(15000, 25, 2);
    addPreamble(baseband, 8000, 0, 1);
    const found = detect(baseband);
    expect(found.filter(({ kind }) => kind === 1)).toEqual([]);
    expect(found.some(({ kind, startSamples }) => kind === 0 && Math.abs(startSamples - 8000) < 1)).toBe(true);
  });

  test.each([1, 2, 3])('finds four smeared pairs once where no sharp peak is strong enough (seed %i)', (seed) => {
    const random = new SeededRandom(seed);
    const baseband = noise(24000, 10, seed);
    for (let path = 0; path < 100; path++) addPreamble(baseband, 8000 + random.between(0, 240), 0.0005, 4, 0.1);
    const detector = new BurstDetector({ ...CONFIG, pairCounts: [4], thresholds: [300] });
    const found = detector.push(baseband.re, baseband.im);
    expect(found.length).toBe(1);
    expect(found[0].score).toBeLessThanOrEqual(16);
    expect(Math.abs(found[0].startSamples - 8120)).toBeLessThan(300); // 25 ms
  });

  test('hears two bursts a second apart as two, in order (seed 3)', () => {
    const baseband = noise(36000, 10, 3);
    addPreamble(baseband, 8000, 0, 1);
    addPreamble(baseband, 20000, 0.002, 1, 0.3);
    const starts = detect(baseband)
      .filter(({ kind, startSamples }) => kind === 0 && startSamples < 30000)
      .map(({ startSamples }) => Math.round(startSamples));
    expect(starts).toEqual([8000, 20000]);
  });
});

describe('a burst detector', () => {
  test.each([1, 128, 4801])('says the same for pieces of %i samples as for all at once (seed 4)', (piece) => {
    const baseband = noise(14000, 5, 4);
    addPreamble(baseband, 3000, 0.003, 1);
    addPreamble(baseband, 9000, -0.001, 4);
    const whole = detect(baseband);
    expect(whole.length).toBeGreaterThanOrEqual(2);
    expect(detect(baseband, piece)).toEqual(whole);
  });

  test('after a reset is as newly made (seed 5)', () => {
    const baseband = noise(15000, 5, 5);
    addPreamble(baseband, 8000, 0, 1);
    const detector = new BurstDetector(CONFIG);
    const first = [...detector.push(baseband.re, baseband.im), ...detector.flush()];
    detector.reset();
    expect([...detector.push(baseband.re, baseband.im), ...detector.flush()]).toEqual(first);
    expect(first.length).toBeGreaterThan(0);
  });

  test('hears the same at any level (seed 6)', () => {
    const baseband = noise(15000, 5, 6);
    addPreamble(baseband, 8000, 0.001, 1);
    const faint = { re: baseband.re.map((x) => x * 2 ** -10), im: baseband.im.map((x) => x * 2 ** -10) };
    const places = (found: BurstCandidate[]) => found.map(({ startSamples }) => startSamples.toFixed(2));
    expect(places(detect(faint))).toEqual(places(detect(baseband)));
  });

  test('hears a preamble beside a whistle 20 dB stronger (seed 7)', () => {
    const baseband = noise(15000, 10, 7);
    for (let n = 0; n < 15000; n++) {
      baseband.re[n] += 5 * Math.cos(0.9 * n);
      baseband.im[n] += 5 * Math.sin(0.9 * n);
    }
    addPreamble(baseband, 8000, 0, 1);
    expect(detect(baseband).some(({ startSamples }) => Math.abs(startSamples - 8000) < 1)).toBe(true);
  });

  test('tells of a preamble soon after its end', () => {
    const baseband = silence(20000);
    addPreamble(baseband, 8000, 0, 1);
    const detector = new BurstDetector({ ...CONFIG, pairCounts: [1], thresholds: [20] });
    let toldAt = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 20000; n += 100)
      if (detector.push(baseband.re.subarray(n, n + 100), baseband.im.subarray(n, n + 100)).length > 0)
        toldAt = Math.min(toldAt, n + 100);
    expect((toldAt - 8000) / RATE_HZ).toBeLessThan(0.25);
  });
});

/** Candidates within what was pushed; the sudden silence of a flush may look like anything. */
function countWithin({ re, im }: Baseband): number {
  return new BurstDetector(CONFIG).push(re, im).length;
}

describe('what is no preamble gives few candidates or none:', () => {
  test('white noise for 10 s (seed 8)', () => {
    expect(countWithin(noise(10 * RATE_HZ, 0, 8))).toBeLessThan(6);
  });

  test('silence, and zeros after noise (seed 9)', () => {
    expect(detect(silence(10000))).toEqual([]);
    const { re, im } = noise(20000, 0, 9);
    re.fill(0, 6000);
    im.fill(0, 6000);
    expect(detect({ re, im }).filter(({ startSamples }) => startSamples > 7000)).toEqual([]);
  });

  test.each([0, 0.4, -1.3])('a tone of %p rad a sample, 20 dB over the noise (seed 10)', (omega) => {
    const { re, im } = noise(24000, 0, 10);
    const amplitude = 5;
    for (let n = 0; n < re.length; n++) {
      re[n] += amplitude * Math.cos(omega * n);
      im[n] += amplitude * Math.sin(omega * n);
    }
    expect(countWithin({ re, im })).toBeLessThan(3);
  });

  test('clicks in noise (seed 11)', () => {
    const baseband = noise(36000, 20, 11);
    const random = new SeededRandom(11);
    for (let i = 0; i < 12; i++) {
      const at = random.below(35000);
      for (let n = 0; n < 60; n++) {
        baseband.re[at + n] += 3 * Math.exp(-n / 12) * random.normal();
        baseband.im[at + n] += 3 * Math.exp(-n / 12) * random.normal();
      }
    }
    expect(countWithin(baseband)).toBeLessThan(6);
  });
});
