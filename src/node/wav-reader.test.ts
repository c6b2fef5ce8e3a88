import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import wav from 'node-wav';
import { SeededRandom } from '../shared/seeded-random.js';
import { AudioInputError } from './audio-input-error.js';
import { openWavFile, readWav, readWavFile } from './wav-reader.js';

/** Bytes of a WAV file written out by hand: numbers are little-endian in the stated size, text is ASCII. */
function bytesOf(...parts: (string | Uint8Array | { u16: number } | { u32: number } | { u64: number })[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'string') return [...Buffer.from(part, 'latin1')];
      if (part instanceof Uint8Array) return [...part];
      const buffer = Buffer.alloc(8);
      if ('u64' in part) buffer.writeBigUInt64LE(BigInt(part.u64));
      else buffer.writeUInt32LE('u16' in part ? part.u16 : part.u32);
      return [...buffer.subarray(0, 'u16' in part ? 2 : 'u32' in part ? 4 : 8)];
    }),
  );
}

interface Fmt {
  tag?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  align?: number;
  extra?: Uint8Array;
}

function fmtChunk({ tag = 1, channels = 1, rate = 48000, bits = 16, align, extra = new Uint8Array(0) }: Fmt = {}) {
  const frameBytes = align ?? (channels * bits) / 8;
  return bytesOf(
    'fmt ',
    { u32: 16 + extra.length },
    { u16: tag },
    { u16: channels },
    { u32: rate },
    { u32: 0 },
    { u16: frameBytes },
    { u16: bits },
    extra,
  );
}

function dataChunk(content: Uint8Array, size = content.length) {
  return bytesOf('data', { u32: size }, content);
}

function riff(...chunks: Uint8Array[]) {
  return bytesOf('RIFF', { u32: 0 }, 'WAVE', ...chunks);
}

async function* inChunks(bytes: Uint8Array, length = 64): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += length) yield bytes.subarray(i, i + length);
}

async function read(bytes: Uint8Array, chunkLength?: number) {
  const { samples, frameCount, sampleRateHz, channelCount, encoding } = await readWav(
    inChunks(bytes, chunkLength),
    'a.wav',
  );
  const values: number[] = [];
  let error: unknown;
  try {
    for await (const chunk of samples) values.push(...chunk);
  } catch (caught) {
    error = caught;
  }
  return { values, error, frameCount, sampleRateHz, channelCount, encoding };
}

const FOUR = bytesOf({ u16: 0x4000 }, { u16: 0xc000 }, { u16: 0x2000 }, { u16: 0 });
const FOUR_VALUES = [0.5, -0.5, 0.25, 0];

describe('a WAV file', () => {
  test('gives its format and samples', async () => {
    expect(await read(riff(fmtChunk({ rate: 44100 }), dataChunk(FOUR)))).toEqual({
      values: FOUR_VALUES,
      error: undefined,
      frameCount: 4,
      sampleRateHz: 44100,
      channelCount: 1,
      encoding: 's16le',
    });
  });

  const random = new SeededRandom(1);
  const noise = Float32Array.from({ length: 999 }, () => random.between(-1, 1));
  const other = Float32Array.from({ length: 999 }, () => random.between(-1, 1));

  // node-wav scales positive integers by 2^(n-1) - 1, not 2^(n-1): the two may differ by one step at full scale.
  test.each([
    [8, false, 1 / 127],
    [16, false, 1 / 32767],
    [24, false, 1 / 8388607],
    [32, false, 1e-7],
    [32, true, 0],
  ])(
    'of %i bits (float: %s) written and read by node-wav has the same samples here',
    async (bitDepth, float, tolerance) => {
      for (const channels of [[noise], [noise, other]]) {
        const bytes = new Uint8Array(wav.encode(channels, { sampleRate: 44100, bitDepth, float }));
        const peer = wav.decode(bytes).channelData;
        const { values, frameCount, sampleRateHz, channelCount, error } = await read(bytes, 1000);
        expect({ frameCount, sampleRateHz, channelCount, error }).toEqual({
          frameCount: 999,
          sampleRateHz: 44100,
          channelCount: channels.length,
          error: undefined,
        });
        const worst = values.reduce((most, value, i) => {
          const mean = peer.reduce((sum, channel) => sum + channel[i], 0) / peer.length;
          return Math.max(most, Math.abs(value - mean));
        }, 0);
        expect(worst).toBeLessThanOrEqual(tolerance + 1e-7);
      }
    },
  );

  test('in 64-bit float is read', async () => {
    const content = new Uint8Array(new Float64Array([0.25, -1.5]).buffer);
    expect((await read(riff(fmtChunk({ tag: 3, bits: 64 }), dataChunk(content)))).values).toEqual([0.25, -1.5]);
  });

  const GUID_TAIL = Uint8Array.from([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
  function extensible(subTag: number, tail = GUID_TAIL) {
    return bytesOf({ u16: 22 }, { u16: 16 }, { u32: 4 }, { u16: subTag }, tail);
  }

  test('in the extensible format is read by its sub-format', async () => {
    const fmt = fmtChunk({ tag: 0xfffe, extra: extensible(1) });
    expect((await read(riff(fmt, dataChunk(FOUR)))).values).toEqual(FOUR_VALUES);
    const float = fmtChunk({ tag: 0xfffe, bits: 32, extra: extensible(3) });
    expect((await read(riff(float, dataChunk(new Uint8Array(8))))).encoding).toBe('f32le');
  });

  test('with 20 bits in three bytes is read as 24 bits', async () => {
    const fmt = fmtChunk({ bits: 20, align: 3 });
    expect((await read(riff(fmt, dataChunk(Uint8Array.of(0, 0, 0x40))))).values).toEqual([0.5]);
  });

  test('may hold other chunks, padded to even sizes, before and after the samples', async () => {
    const list = bytesOf('LIST', { u32: 5 }, 'INFOx', '\0');
    const empty = bytesOf('junk', { u32: 0 });
    expect((await read(riff(list, empty, fmtChunk(), list, dataChunk(FOUR), list))).values).toEqual(FOUR_VALUES);
  });

  test.each([1, 2, 3, 5, 44, 45, 4096])('gives the same however it is cut: chunks of %i bytes', async (length) => {
    const bytes = riff(bytesOf('odd ', { u32: 3 }, 'abc', '\0'), fmtChunk({ channels: 2 }), dataChunk(FOUR));
    expect((await read(bytes, length)).values).toEqual([0, 0.125]);
  });

  test('with an incomplete last frame gives the whole ones', async () => {
    const result = await read(riff(fmtChunk({ channels: 2 }), dataChunk(FOUR.subarray(0, 7))));
    expect(result).toMatchObject({ values: [0], frameCount: 1, error: undefined });
  });

  test.each([0, 0xffffffff, 0x7ffff000, 0x7fffff00])('of data size %i (a pipe) goes on until its end', async (size) => {
    const result = await read(riff(fmtChunk(), dataChunk(FOUR, size)));
    expect(result).toMatchObject({ values: FOUR_VALUES, frameCount: undefined, error: undefined });
  });

  test('of the RF64 kind takes its size from the ds64 chunk', async () => {
    const ds64 = bytesOf('ds64', { u32: 28 }, { u64: 0 }, { u64: 6 }, { u64: 3 }, { u32: 0 });
    const bytes = bytesOf('RF64', { u32: 0xffffffff }, 'WAVE', ds64, fmtChunk(), dataChunk(FOUR, 0xffffffff));
    expect(await read(bytes)).toMatchObject({ values: FOUR_VALUES.slice(0, 3), frameCount: 3, error: undefined });
  });

  test('is taken in bounded portions even when it arrives at once', async () => {
    const bytes = riff(fmtChunk(), dataChunk(new Uint8Array(100_000)));
    const { samples } = await readWav(inChunks(bytes, bytes.length));
    for await (const chunk of samples) expect(chunk.length).toBeLessThanOrEqual(16384);
  });

  test('that is not wanted any more is let go', async () => {
    const bytes = riff(fmtChunk(), dataChunk(new Uint8Array(1000)));
    const closed = inChunks(bytes);
    await (await readWav(closed)).close();
    expect((await closed.next()).done).toBe(true);
    const left = inChunks(bytes);
    for await (const _ of (await readWav(left)).samples) break;
    expect((await left.next()).done).toBe(true);
  });
});

describe('a file that cannot be read as WAV', () => {
  const good = riff(fmtChunk(), dataChunk(FOUR));
  const CASES: [string, Uint8Array, string, string][] = [
    ['nothing', new Uint8Array(0), 'empty', 'a.wav: empty, 0 bytes'],
    ['text', bytesOf('hello'), 'not-wav', 'a.wav: not a WAV file: begins with "hell", not "RIFF"'],
    ['control characters', bytesOf('\x1b[2J'), 'not-wav', 'a.wav: not a WAV file: begins with "\\x1b[2J", not "RIFF"'],
    [
      'a film',
      bytesOf('RIFF', { u32: 0 }, 'AVI '),
      'not-wav',
      'a.wav: not a WAV file: RIFF of type "AVI ", not "WAVE"',
    ],
    [
      'big-endian',
      bytesOf('RIFX', { u32: 0 }, 'WAVE'),
      'unsupported',
      'a.wav: big-endian WAV files (RIFX) are not supported',
    ],
    ['cut in the first 12 bytes', good.subarray(0, 11), 'truncated', 'a.wav: truncated: ends before the first sample'],
    ['cut in the format', good.subarray(0, 30), 'truncated', 'a.wav: truncated: ends before the first sample'],
    ['no data chunk', riff(fmtChunk()), 'truncated', 'a.wav: truncated: ends before the first sample'],
    ['data first', riff(dataChunk(FOUR), fmtChunk()), 'malformed', 'a.wav: samples before the format chunk'],
    [
      'short format',
      riff(bytesOf('fmt ', { u32: 4 }, 'abcd')),
      'malformed',
      'a.wav: format chunk of 4 bytes, expected 16 or more',
    ],
    ['no channels', riff(fmtChunk({ channels: 0 })), 'malformed', 'a.wav: 0 channels'],
    ['no rate', riff(fmtChunk({ rate: 0 })), 'malformed', 'a.wav: sample rate 0 Hz'],
    ['odd frames', riff(fmtChunk({ align: 3 })), 'malformed', 'a.wav: 3 bytes a frame, expected 2'],
  ];

  test.each(CASES)('%s: says what is wrong in one line', async (_, bytes, reason, message) => {
    const failure = readWav(inChunks(bytes), 'a.wav');
    await expect(failure).rejects.toBeInstanceOf(AudioInputError);
    await expect(failure).rejects.toMatchObject({ reason, message });
  });

  test.each([
    ['mu-law', { tag: 7, bits: 8 }, '8-bit mu-law'],
    ['an unknown tag', { tag: 0x1234 }, '16-bit format 4660'],
    ['extensible without a plain sub-format', { tag: 0xfffe, extra: new Uint8Array(24) }, '16-bit format 65534'],
    ['40-bit integers', { bits: 40 }, '40-bit integer'],
    ['0-bit integers', { bits: 0 }, '0-bit integer'],
    ['16-bit float', { tag: 3 }, '16-bit float'],
  ])('%s is refused by name', async (_, fmt, what) => {
    await expect(readWav(inChunks(riff(fmtChunk(fmt))), 'a.wav')).rejects.toMatchObject({
      reason: 'unsupported',
      message: `a.wav: ${what} samples are not supported, only 8 to 32-bit integer and 32 or 64-bit float`,
    });
  });

  test('when it ends too soon, gives what there is and then says so', async () => {
    const { values, error } = await read(riff(fmtChunk({ rate: 8000 }), dataChunk(FOUR, 16000)));
    expect(values).toEqual(FOUR_VALUES);
    expect(error).toMatchObject({ reason: 'truncated', message: 'a.wav: truncated: ends after 0.001 s of 1.000 s' });
  });

  test('when it holds no sample, says so', async () => {
    const { error } = await read(riff(fmtChunk(), dataChunk(new Uint8Array(0))));
    expect(error).toMatchObject({ reason: 'empty', message: 'a.wav: empty, 0 samples' });
  });

  test('lets its source go', async () => {
    const source = inChunks(bytesOf('not a WAV file, but longer than its header'), 4);
    await expect(readWav(source)).rejects.toThrow('not a WAV file');
    expect((await source.next()).done).toBe(true);
  });

  test('never fails otherwise: 3,000 damaged headers, seed 2', async () => {
    const random = new SeededRandom(2);
    const whole = riff(bytesOf('LIST', { u32: 4 }, 'INFO'), fmtChunk(), dataChunk(FOUR));
    for (let trial = 0; trial < 3000; trial++) {
      const bytes = whole.slice(0, random.below(4) === 0 ? random.below(whole.length) : whole.length);
      for (let flips = random.below(4); flips >= 0; flips--) bytes[random.below(bytes.length)] = random.below(256);
      const outcome = await read(bytes).catch((error: unknown) => ({ error }));
      if (outcome.error !== undefined) expect(outcome.error).toBeInstanceOf(AudioInputError);
    }
  });
});

describe('files on disk', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tillsong-wav-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('are read whole', async () => {
    const path = join(folder, 'good.wav');
    await writeFile(path, riff(fmtChunk(), dataChunk(FOUR)));
    expect(await readWavFile(path)).toEqual({ sampleRateHz: 48000, samples: Float32Array.from(FOUR_VALUES) });
  });

  test('that are missing or folders are named', async () => {
    const missing = join(folder, 'missing.wav');
    await expect(openWavFile(missing)).rejects.toMatchObject({
      reason: 'unreadable',
      message: `${missing}: cannot be read: no such file`,
    });
    await expect(openWavFile(folder)).rejects.toMatchObject({
      reason: 'unreadable',
      message: `${folder}: cannot be read: is a folder, not a file`,
    });
  });
});
