import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { Resampler, resample } from './resampler.js';

function sine(count: number, frequencyHz: number, rateHz: number, amplitude = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => amplitude * Math.sin((2 * Math.PI * frequencyHz * n) / rateHz));
}

/** Largest difference from a sine of the same frequency, amplitude and phase, away from both ends, in dB. */
function worstErrorDb(out: Float32Array, frequencyHz: number, rateHz: number): number {
  const reference = sine(out.length, frequencyHz, rateHz);
  const margin = Math.ceil(0.02 * rateHz);
  let worst = 1e-12;
  for (let n = margin; n < out.length - margin; n++) worst = Math.max(worst, Math.abs(out[n] - reference[n]));
  return 20 * Math.log10(worst);
}

function levelDb(samples: Float32Array, rateHz: number): number {
  const margin = Math.ceil(0.02 * rateHz);
  const inner = samples.subarray(margin, samples.length - margin);
  const power = inner.reduce((sum, x) => sum + x * x, 0) / inner.length;
  return 10 * Math.log10(2 * power + 1e-30);
}

function pushInChunks(resampler: Resampler, samples: Float32Array, random: SeededRandom): number[] {
  const out: number[] = [];
  for (let start = 0; start < samples.length; ) {
    const size = random.below(3) === 0 ? random.below(3) : random.below(700);
    out.push(...resampler.push(samples.subarray(start, start + size)));
    start += size;
  }
  out.push(...resampler.flush());
  return out;
}

describe('resample', () => {
  test('a ramp taken twice as fast passes through its own samples', () => {
    const ramp = Float32Array.from({ length: 400 }, (_, n) => n / 400);
    const doubled = resample(ramp, 24000, 48000);
    expect(doubled.length).toBe(800);
    for (let n = 130; n < 270; n++) expect(doubled[2 * n]).toBeCloseTo(ramp[n], 4);
  });

  test.each([
    [44100, 48000, 1000],
    [44100, 48000, 19000],
    [48000, 44100, 1000],
    [48000, 44100, 19000],
    [96000, 48000, 20000],
    [48000, 96000, 20000],
    [192000, 48000, 20000],
    [8000, 48000, 3500],
    [48000, 8000, 3500],
    [11025, 48000, 4900],
    [192000, 8000, 3500],
    [8000, 192000, 3500],
    [47999, 48000, 20000],
    [48000, 47999, 20000],
    [191999, 8001, 3000],
    [44101, 191999, 19800],
  ])('%i to %i Hz keeps a tone of %i Hz in time, phase and level', (inputRateHz, outputRateHz, frequencyHz) => {
    const input = sine(Math.round(0.2 * inputRateHz), frequencyHz, inputRateHz);
    const output = resample(input, inputRateHz, outputRateHz);
    expect(output.length).toBe(Math.ceil((input.length * outputRateHz) / inputRateHz));
    expect(worstErrorDb(output, frequencyHz, outputRateHz)).toBeLessThan(-76);
  });

  test.each([
    [48000, 44100, 22060],
    [48000, 44100, 23500],
    [96000, 48000, 24010],
    [96000, 48000, 30000],
    [96000, 44100, 40000],
    [192000, 48000, 25000],
    [192000, 8000, 4010],
    [48000, 47999, 23999.9],
  ])('%i to %i Hz: a tone of %f Hz does not fold back', (inputRateHz, outputRateHz, frequencyHz) => {
    const output = resample(sine(Math.round(0.2 * inputRateHz), frequencyHz, inputRateHz), inputRateHz, outputRateHz);
    expect(levelDb(output, outputRateHz)).toBeLessThan(-80);
  });

  test.each([
    [44100, 48000],
    [48000, 44100],
  ])('19.9 kHz survives from %i to %i Hz within 0.1 dB', (inputRateHz, outputRateHz) => {
    const output = resample(sine(inputRateHz / 5, 19900, inputRateHz), inputRateHz, outputRateHz);
    expect(Math.abs(levelDb(output, outputRateHz))).toBeLessThan(0.1);
  });
});

describe('Resampler', () => {
  test.each([
    [44100, 48000],
    [48000, 44100],
    [96000, 48000],
    [192000, 8000],
    [8000, 192000],
    [47999, 48000],
    [48000, 48000],
  ])('chunks of any size give the output of one piece, %i to %i Hz (seed 1)', (inputRateHz, outputRateHz) => {
    const random = new SeededRandom(1);
    const input = Float32Array.from({ length: 4011 }, () => random.between(-1, 1));
    const chunked = pushInChunks(new Resampler({ inputRateHz, outputRateHz }), input, random);
    expect(chunked).toEqual(Array.from(resample(input, inputRateHz, outputRateHz)));
  });

  test.each([
    [44100, 48000],
    [192000, 48000],
    [8000, 48000],
    [48000, 48000],
  ])(
    'writes into an array of the caller what it would have returned, %i to %i Hz (seed 3)',
    (inputRateHz, outputRateHz) => {
      const random = new SeededRandom(3);
      const input = Float32Array.from({ length: 2000 }, () => random.between(-1, 1));
      const returning = new Resampler({ inputRateHz, outputRateHz });
      const writing = new Resampler({ inputRateHz, outputRateHz });
      for (const length of [1, 2, 3, 480, 1999, 0, 441]) {
        const out = new Float32Array(writing.mostOutputs(length));
        const count = writing.convert(input.subarray(0, length), out);
        expect(out.slice(0, count)).toEqual(returning.push(input.subarray(0, length)));
      }
    },
  );

  test('after reset and after flush it answers as newly made', () => {
    const random = new SeededRandom(2);
    const input = Float32Array.from({ length: 3000 }, () => random.between(-1, 1));
    const resampler = new Resampler({ inputRateHz: 44100, outputRateHz: 48000 });
    const first = pushInChunks(resampler, input, random);
    expect(pushInChunks(resampler, input, random)).toEqual(first);
    resampler.push(input);
    resampler.reset();
    expect(pushInChunks(resampler, input, random)).toEqual(first);
  });

  test('a minute in chunks gives neither a sample too many nor too few', () => {
    const resampler = new Resampler({ inputRateHz: 8000, outputRateHz: 8009 });
    const chunk = new Float32Array(8000);
    let count = 0;
    for (let second = 0; second < 60; second++) count += resampler.push(chunk).length;
    expect(count + resampler.flush().length).toBe(60 * 8009);
  });

  test('silence stays silent and no input gives no output', () => {
    const resampler = new Resampler({ inputRateHz: 44100, outputRateHz: 48000 });
    expect(resampler.push(new Float32Array(0)).length).toBe(0);
    expect(resampler.flush().length).toBe(0);
    expect(resample(new Float32Array(5000), 44100, 48000).every((x) => x === 0)).toBe(true);
  });

  test('NaN and infinities count as 0 and leave no trace', () => {
    const input = sine(4000, 1000, 44100);
    const cleaned = input.slice();
    for (const [at, bad] of [
      [1000, Number.NaN],
      [1001, Number.POSITIVE_INFINITY],
      [1500, Number.NEGATIVE_INFINITY],
    ]) {
      input[at] = bad;
      cleaned[at] = 0;
    }
    expect(resample(input, 44100, 48000)).toEqual(resample(cleaned, 44100, 48000));
    expect(resample(input, 48000, 48000)).toEqual(cleaned);
  });

  test('a full-scale square wave stays finite and its input is left alone', () => {
    const square = Float32Array.from({ length: 4000 }, (_, n) => (n % 50 < 25 ? 1 : -1));
    const copy = square.slice();
    const output = resample(square, 48000, 44100);
    expect(output.every((x) => Math.abs(x) < 1.5)).toBe(true);
    expect(square).toEqual(copy);
  });

  test.each([0, 7999, 192001, 44100.5, Number.NaN, '48000'])('a rate of %p is refused by name', (rate) => {
    expect(() => new Resampler({ inputRateHz: rate as number, outputRateHz: 48000 })).toThrow(/^inputRateHz: expected/);
    expect(() => new Resampler({ inputRateHz: 48000, outputRateHz: rate as number })).toThrow(
      /^outputRateHz: expected/,
    );
  });

  test('samples of another type are refused', () => {
    const resampler = new Resampler({ inputRateHz: 44100, outputRateHz: 48000 });
    expect(() => resampler.push([0, 1] as unknown as Float32Array)).toThrow(/^samples: expected Float32Array/);
  });
});
