import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { TURBO_BLOCK_SIZES, TurboDecoder, turboEncode } from './turbo-code.js';

function randomBits(length: number, random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(2));
}

/** LLRs of noiseless BPSK: positive means 0. */
function cleanLlrs(bits: Uint8Array, magnitude = 4): Float32Array {
  return Float32Array.from(bits, (bit) => (bit ? -magnitude : magnitude));
}

/** LLRs of BPSK in white noise, true ones times `factor`. */
function noisyLlrs(bits: Uint8Array, esN0Db: number, random: SeededRandom, factor = 1): Float32Array {
  const variance = 0.5 * 10 ** (-esN0Db / 10);
  const gain = (2 * factor) / variance;
  return Float32Array.from(bits, (bit) => gain * (1 - 2 * bit + Math.sqrt(variance) * random.normal()));
}

function hardBits(llrs: Float32Array): Uint8Array {
  return Uint8Array.from(llrs, (llr) => (llr < 0 ? 1 : 0));
}

/** Much faster than `toEqual` on long arrays. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((bit, i) => bit === b[i]);
}

/** How many of `count` random blocks at rate 1/3 come back wrong. */
function packetErrors(blockSize: number, esN0Db: number, count: number, seed: number, factor = 1): number {
  const random = new SeededRandom(seed);
  const decoder = new TurboDecoder(blockSize);
  const out = new Uint8Array(blockSize);
  let errors = 0;
  for (let block = 0; block < count; block++) {
    const bits = randomBits(blockSize, random);
    decoder.decode(noisyLlrs(turboEncode(bits), esN0Db, random, factor), out);
    if (out.some((bit, i) => bit !== bits[i])) errors++;
  }
  return errors;
}

describe('turbo decoder', () => {
  test('every one of the 188 block sizes comes back from clean LLRs, soft output with the sign of every coded bit (seed 1)', () => {
    const random = new SeededRandom(1);
    for (const blockSize of TURBO_BLOCK_SIZES) {
      const bits = randomBits(blockSize, random);
      const coded = turboEncode(bits);
      const decoder = new TurboDecoder(blockSize);
      const out = new Uint8Array(blockSize);
      expect(decoder.decode(cleanLlrs(coded), out)).toEqual({ iterations: 1, converged: true });
      expect(isSame(out, bits)).toBe(true);
      const app = new Float32Array(coded.length);
      decoder.aPosterioriLlrs(app);
      expect(isSame(hardBits(app), coded)).toBe(true);
      expect(app.every((llr) => Math.abs(llr) > 4)).toBe(true);
    }
  });

  test('positive LLRs mean zeros: all of them positive give the zero block, all systematic negative the block of ones', () => {
    const decoder = new TurboDecoder(40);
    const out = new Uint8Array(40).fill(1);
    decoder.decode(new Float32Array(132).fill(3), out);
    expect(out).toEqual(new Uint8Array(40));
    decoder.decode(cleanLlrs(turboEncode(new Uint8Array(40).fill(1))), out);
    expect(out).toEqual(new Uint8Array(40).fill(1));
  });

  test('K = 832 at rate 1/3 and Eb/N0 0.9 dB: 2 packets of 100 lost at most (seed 2)', () => {
    // 0.4 % expected; the bound of any code of this length is 1e-3 at 0.1 dB.
    expect(packetErrors(832, 0.9 + 10 * Math.log10(1 / 3), 100, 2)).toBeLessThanOrEqual(2);
  });

  test('LLRs that are too small or too large by a factor of 4 decode about as well as true ones (seed 3)', () => {
    const trueErrors = packetErrors(512, -4, 50, 3);
    for (const factor of [0.25, 0.5, 2, 4])
      expect(packetErrors(512, -4, 50, 3, factor)).toBeLessThanOrEqual(trueErrors + 2);
  });

  test('the soft output after a noisy decode is the codeword, sure of itself (seed 4)', () => {
    const random = new SeededRandom(4);
    const coded = turboEncode(randomBits(832, random));
    const decoder = new TurboDecoder(832);
    expect(decoder.decode(noisyLlrs(coded, -3, random), new Uint8Array(832)).converged).toBe(true);
    const app = new Float32Array(coded.length);
    decoder.aPosterioriLlrs(app);
    const wrong = app.filter((llr, i) => llr < 0 !== (coded[i] === 1));
    expect(wrong.length).toBe(0);
    expect(app.reduce((sum, llr) => sum + Math.abs(llr), 0) / app.length).toBeGreaterThan(10);
  });

  test('where the decode fails the soft output is still better than what was heard (seed 5)', () => {
    const random = new SeededRandom(5);
    const coded = turboEncode(randomBits(832, random));
    const llrs = noisyLlrs(coded, -5.3, random);
    const decoder = new TurboDecoder(832);
    const report = decoder.decode(llrs, new Uint8Array(832));
    expect(report.converged).toBe(false);
    const app = new Float32Array(coded.length);
    decoder.aPosterioriLlrs(app);
    const errorsOf = (soft: Float32Array) => hardBits(soft).filter((bit, i) => bit !== coded[i]).length;
    expect(errorsOf(app)).toBeLessThan(0.8 * errorsOf(llrs));
  });

  test('LLRs that carry nothing are given up before the last iteration, those of a block near the limit are not (seed 9)', () => {
    const random = new SeededRandom(9);
    const iterationsAt = (esN0Db: number) =>
      Array.from({ length: 10 }, () => {
        const coded = turboEncode(randomBits(832, random));
        const decoder = new TurboDecoder(832, { maxIterations: 8 });
        return decoder.decode(noisyLlrs(coded, esN0Db, random), new Uint8Array(832));
      });
    for (const { iterations, converged } of iterationsAt(-8)) expect(!converged && iterations < 8).toBe(true);
    for (const { iterations, converged } of iterationsAt(-4)) expect(converged || iterations === 8).toBe(true);
  });

  test('a third of the coded bits erased, the rest clean, still decodes (seed 6)', () => {
    const random = new SeededRandom(6);
    const bits = randomBits(832, random);
    const llrs = cleanLlrs(turboEncode(bits), 20).map((llr) => (random.uniform() < 1 / 3 ? 0 : llr));
    const out = new Uint8Array(832);
    expect(new TurboDecoder(832).decode(llrs, out).converged).toBe(true);
    expect(out).toEqual(bits);
  });

  test('a second decode gives what a new decoder gives, and the input is left as it was (seed 7)', () => {
    const random = new SeededRandom(7);
    const used = new TurboDecoder(208);
    for (let round = 0; round < 20; round++) {
      const llrs = noisyLlrs(turboEncode(randomBits(208, random)), -5 + round / 10, random);
      const copy = llrs.slice();
      const outs = [new Uint8Array(208), new Uint8Array(208).fill(1)];
      const apps = [new Float32Array(636), new Float32Array(636)];
      const decoders = [used, new TurboDecoder(208)];
      const reports = decoders.map((decoder, i) => decoder.decode(llrs, outs[i]));
      decoders.forEach((decoder, i) => {
        decoder.aPosterioriLlrs(apps[i]);
      });
      expect(reports[0]).toEqual(reports[1]);
      expect(outs[0]).toEqual(outs[1]);
      expect(apps[0]).toEqual(apps[1]);
      expect(llrs).toEqual(copy);
    }
  });

  test('any LLRs are borne: NaN counts as an erasure, infinity and full scale as certain, right or wrong (seed 8)', () => {
    const random = new SeededRandom(8);
    const bits = randomBits(104, random);
    const coded = turboEncode(bits);
    const decoder = new TurboDecoder(104);
    const out = new Uint8Array(104);
    const app = new Float32Array(coded.length);
    const clean = cleanLlrs(coded, Number.POSITIVE_INFINITY);
    decoder.decode(
      clean.map((llr, i) => (i % 5 ? llr : Number.NaN)),
      out,
    );
    expect(out).toEqual(bits);
    const hostile = [
      new Float32Array(coded.length).fill(Number.NaN),
      new Float32Array(coded.length),
      Float32Array.from(coded, () => (random.below(2) ? 3e38 : -3e38)),
      Float32Array.from(coded, () => (random.below(2) ? 1e-30 : Number.NEGATIVE_INFINITY)),
      Float32Array.from(coded, () => 1e6 * random.normal()),
    ];
    for (const llrs of hostile) {
      expect(decoder.decode(llrs, out).iterations).toBeLessThanOrEqual(18);
      decoder.aPosterioriLlrs(app);
      expect(out.every((bit) => bit <= 1)).toBe(true);
      expect(app.every(Number.isFinite)).toBe(true);
    }
  });

  test('maxIterations is kept', () => {
    const noise = Float32Array.from({ length: 132 }, (_, i) => Math.sin(i * i));
    for (const maxIterations of [1, 2, 3, 7])
      expect(new TurboDecoder(40, { maxIterations }).decode(noise, new Uint8Array(40)).iterations).toBeLessThanOrEqual(
        maxIterations,
      );
  });

  test('callers’ mistakes are refused', () => {
    const decoder = new TurboDecoder(40);
    expect(() => new TurboDecoder(39)).toThrow(/blockSize: expected a block size/);
    expect(() => new TurboDecoder(40, { maxIterations: 0 })).toThrow(/maxIterations: expected integer in \[1, 100\]/);
    expect(() => decoder.decode(new Float32Array(131), new Uint8Array(40))).toThrow(/llrs: expected length/);
    expect(() => decoder.decode(new Float32Array(132), new Uint8Array(41))).toThrow(/out: expected 40 bytes/);
    expect(() => decoder.aPosterioriLlrs(new Float32Array(1))).toThrow(/out: expected length/);
  });
});
