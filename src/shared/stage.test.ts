// The laws that every streaming stage obeys, each checked on all of them: any split of the input gives the same output, a
// reset makes a stage as new, silence gives no events, and nothing that can stand in an array makes it throw.

import { describe, expect, test } from '@jest/globals';
import { BurstDetector } from '../../dsp/burst-detector.js';
import { writeChirpTrain } from '../../dsp/chirp.js';
import { DownConverter } from '../../dsp/down-converter.js';
import { Resampler } from '../../dsp/resampler.js';
import { Receiver } from '../modem/receiver.js';
import { Transmitter } from '../modem/transmitter.js';
import { SeededRandom } from './seeded-random.js';
import type { Stage } from './stage.js';

/** A stage over samples, and what comes out of it. */
interface Subject {
  readonly name: string;
  readonly make: () => Stage<Float32Array, unknown>;
  /** Rate of what it is fed. */
  readonly sampleRateHz: number;
  /** Whether outputs are events, of which silence gives none, or samples, of which silence gives zeros. */
  readonly gives: 'events' | 'samples';
}

const BAND = { sampleRateHz: 48000, centerHz: 5000, widthHz: 6000, decimation: 4 };
const PAIR = { lowHz: 2000, highHz: 8000, chirpSeconds: 0.016 };

function downConverterStage(): Stage<Float32Array, number> {
  const converter = new DownConverter(BAND);
  return {
    push: (samples) => {
      const { re, im } = converter.push(samples);
      return Array.from(re).flatMap((x, m) => [x, im[m]]);
    },
    flush: () => [],
    reset: () => converter.reset(),
  };
}

function resamplerStage(): Stage<Float32Array, number> {
  const resampler = new Resampler({ inputRateHz: 44100, outputRateHz: 48000 });
  return {
    push: (samples) => Array.from(resampler.push(samples)),
    flush: () => Array.from(resampler.flush()),
    reset: () => resampler.reset(),
  };
}

/** The detector behind its down-converter, as the receiver has it. */
function detectorStage(): Stage<Float32Array, unknown> {
  const converter = new DownConverter(BAND);
  const detector = new BurstDetector({
    pair: PAIR,
    centerHz: 5000,
    basebandRateHz: 12000,
    pairCounts: [1, 3],
    maxDilation: 0.005,
    thresholds: [20, 30],
  });
  return {
    push: (samples) => {
      const { re, im } = converter.push(samples);
      return detector.push(re, im);
    },
    flush: () => detector.flush(),
    reset: () => {
      converter.reset();
      detector.reset();
    },
  };
}

const SUBJECTS: readonly Subject[] = [
  { name: 'down-converter', make: downConverterStage, sampleRateHz: 48000, gives: 'samples' },
  { name: 'resampler', make: resamplerStage, sampleRateHz: 44100, gives: 'samples' },
  { name: 'burst detector', make: detectorStage, sampleRateHz: 48000, gives: 'events' },
  ...[48000, 44100].map((sampleRateHz) => ({
    name: `receiver at ${sampleRateHz} Hz`,
    make: () => new Receiver({ sampleRateHz, profiles: ['audible-fast' as const] }),
    sampleRateHz,
    gives: 'events' as const,
  })),
];

/** Something for every stage to say: noise, three chirp pairs, and a burst. */
function scene(sampleRateHz: number): Float32Array {
  const random = new SeededRandom(1);
  const burst = new Transmitter({ sampleRateHz }).modulate(Uint8Array.of(1, 2, 3));
  const train = new Float32Array(Math.round(6 * PAIR.chirpSeconds * sampleRateHz));
  writeChirpTrain(PAIR, sampleRateHz, train);
  const samples = new Float32Array(12000 + train.length + 8000 + burst.length + 2000);
  samples.set(train, 12000);
  samples.set(burst, 12000 + train.length + 8000);
  return samples.map((x) => x + 0.03 * random.normal());
}

const SCENES = new Map([48000, 44100].map((sampleRateHz) => [sampleRateHz, scene(sampleRateHz)]));

function run(
  stage: Stage<Float32Array, unknown>,
  samples: Float32Array,
  pieceAt: (start: number) => number,
): unknown[] {
  const out: unknown[] = [];
  for (let start = 0; start < samples.length; ) {
    const piece = pieceAt(start);
    out.push(...stage.push(samples.subarray(start, start + piece)));
    start += piece;
  }
  for (const event of stage.flush()) out.push(event);
  return out;
}

const ALL = 1e9;
const atOnce = () => ALL;

function randomLengths(random: SeededRandom): () => number {
  return () => random.below(4) * random.below(1500);
}

describe.each(SUBJECTS)('the stage $name', ({ make, gives, sampleRateHz }) => {
  const heard = SCENES.get(sampleRateHz) as Float32Array;
  const whole = run(make(), heard, atOnce);

  test.each([
    ['pieces of 128 samples', () => () => 128],
    ['pieces of 4,801 samples', () => () => 4801],
    ['single samples, then all the rest', () => (start: number) => (start < 500 ? 1 : ALL)],
    ['pieces of random lengths, 0 included (seed 2)', () => randomLengths(new SeededRandom(2))],
  ])('says the same for %s as for all at once (seed 1)', (_, makeLengths) => {
    expect(run(make(), heard, makeLengths())).toEqual(whole);
    expect(whole.length).toBeGreaterThan(0);
  });

  test('after a reset is as newly made (seed 1)', () => {
    const stage = make();
    stage.push(heard.subarray(0, heard.length - 9000));
    stage.reset();
    expect(run(stage, heard, atOnce)).toEqual(whole);
  });

  test('makes nothing of silence', () => {
    const out = run(make(), new Float32Array(24000), () => 4800);
    if (gives === 'events') expect(out).toEqual([]);
    else expect(out.every((x) => x === 0)).toBe(true);
  });

  test('leaves its input alone (seed 1)', () => {
    const input = heard.slice();
    make().push(input);
    expect(input.every((x, n) => x === heard[n])).toBe(true);
  });

  test.each([
    ['nothing', () => new Float32Array(0)],
    ['not a number', () => new Float32Array(5000).fill(Number.NaN)],
    ['infinities', () => Float32Array.from({ length: 5000 }, (_, n) => (n % 2 ? 1 : -1) * Number.POSITIVE_INFINITY)],
    ['the largest numbers', () => Float32Array.from({ length: 5000 }, (_, n) => (n % 3 ? 1 : -1) * 3.4e38)],
    ['the smallest numbers', () => new Float32Array(5000).fill(1e-45)],
    ['a full-scale square wave', () => Float32Array.from({ length: 5000 }, (_, n) => (n % 24 < 12 ? 1 : -1))],
  ])('does not throw on %s', (_, makeInput) => {
    const stage = make();
    expect(() => stage.push(makeInput())).not.toThrow();
    expect(() => stage.flush()).not.toThrow();
  });
});
