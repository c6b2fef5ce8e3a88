import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import wav from 'node-wav';
import { SeededRandom } from '../shared/seeded-random.js';
import { readWavFile } from './wav-reader.js';
import { encodeWav, writeWavFile } from './wav-writer.js';

const random = new SeededRandom(3);
const NOISE = Float32Array.from({ length: 5000 }, () => random.between(-1, 1));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillsong-wav-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('encodeWav', () => {
  test('writes the header and samples that the format prescribes', () => {
    // RIFF, 36 + 4 bytes, WAVE, fmt of 16 bytes: PCM, 1 channel, 8000 Hz, 16000 bytes/s, 2 bytes a frame, 16 bits; data of 4 bytes
    const expected =
      '52494646' +
      '28000000' +
      '57415645' +
      '666d7420' +
      '10000000' +
      '0100' +
      '0100' +
      '401f0000' +
      '803e0000' +
      '0200' +
      '1000' +
      '64617461' +
      '04000000' +
      'ff7f' +
      '0180';
    expect(Buffer.from(encodeWav(Float32Array.of(1, -1), 8000)).toString('hex')).toBe(expected);
  });

  test('rounds to nearest, clips, and writes NaN as silence', () => {
    const samples = Float32Array.of(0.5 / 32767 + 1e-6, 0.4 / 32767, -0.6 / 32767, 1.5, -Infinity, Number.NaN);
    const content = new Int16Array(encodeWav(samples, 48000).slice(44).buffer);
    expect([...content]).toEqual([1, 0, -1, 32767, -32767, 0]);
  });

  // Half a step for rounding, and node-wav's own step for negative samples, which it divides by 32768.
  test('is read by node-wav within a step and a half', () => {
    const { sampleRate, channelData } = wav.decode(encodeWav(NOISE, 44100));
    expect(sampleRate).toBe(44100);
    expect(channelData).toHaveLength(1);
    const worst = NOISE.reduce((most, sample, i) => Math.max(most, Math.abs(sample - channelData[0][i])), 0);
    expect(worst).toBeLessThan(1.5 / 32767);
  });
});

describe('writeWavFile', () => {
  test('writes chunks of any size to the same bytes as the whole', async () => {
    const path = join(folder, 'chunks.wav');
    function* chunks() {
      for (let i = 0; i < NOISE.length; i += 777) yield NOISE.subarray(i, i + 777);
    }
    expect(await writeWavFile(path, 48000, chunks())).toBe(NOISE.length);
    expect(new Uint8Array(await readFile(path))).toEqual(encodeWav(NOISE, 48000));
  });

  test('leaves a file that can be read when the samples break off', async () => {
    const path = join(folder, 'broken.wav');
    async function* breaking() {
      yield NOISE;
      throw new Error('no more');
    }
    await expect(writeWavFile(path, 48000, breaking())).rejects.toThrow('no more');
    expect((await readWavFile(path)).samples).toHaveLength(NOISE.length);
  });

  test('says when the file cannot be written', async () => {
    await expect(writeWavFile(folder, 48000, [NOISE])).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
