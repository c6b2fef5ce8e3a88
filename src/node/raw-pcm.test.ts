import { describe, expect, test } from '@jest/globals';
import { MAX_CHUNK_FRAMES, readRawPcm } from './raw-pcm.js';

async function* inChunks(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += length) yield bytes.subarray(i, i + length);
}

async function collect(samples: AsyncIterable<Float32Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const chunk of samples) all.push(...chunk);
  return all;
}

const RAMP = Uint8Array.from({ length: 4000 }, (_, i) => (i * 7) & 255);

describe('readRawPcm', () => {
  test.each([1, 2, 3, 7, 1000, 4000])('chunks of %i bytes give the samples of the whole', async (length) => {
    const whole = await collect(readRawPcm(inChunks(RAMP, 4000), { encoding: 's24le', channelCount: 2 }));
    expect(whole).toHaveLength(Math.floor(4000 / 6));
    expect(await collect(readRawPcm(inChunks(RAMP, length), { encoding: 's24le', channelCount: 2 }))).toEqual(whole);
  });

  test('a chunk of samples comes out for each that comes in: live sound does not wait', async () => {
    const lengths: number[] = [];
    for await (const chunk of readRawPcm(inChunks(RAMP, 100), { encoding: 's16le' })) lengths.push(chunk.length);
    expect(lengths).toEqual(Array(40).fill(50));
  });

  test('one huge chunk is taken in bounded portions', async () => {
    const lengths: number[] = [];
    for await (const chunk of readRawPcm(inChunks(new Uint8Array(50_000), 50_000), { encoding: 'u8' }))
      lengths.push(chunk.length);
    expect(lengths).toEqual([MAX_CHUNK_FRAMES, MAX_CHUNK_FRAMES, MAX_CHUNK_FRAMES, 50_000 - 3 * MAX_CHUNK_FRAMES]);
  });

  test('no bytes are no samples', async () => {
    expect(await collect(readRawPcm(inChunks(new Uint8Array(0), 1), { encoding: 'f32le' }))).toEqual([]);
  });

  test('leaving the loop lets the source go', async () => {
    const source = inChunks(RAMP, 10);
    for await (const _ of readRawPcm(source, { encoding: 'u8' })) break;
    expect((await source.next()).done).toBe(true);
  });
});
