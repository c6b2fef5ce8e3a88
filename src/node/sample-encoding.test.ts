import { describe, expect, test } from '@jest/globals';
import { monoSamples, SAMPLE_ENCODINGS, type SampleEncoding, sampleByteCount } from './sample-encoding.js';

describe('monoSamples', () => {
  // Lowest, zero, highest and -1/2 of each encoding, written out by hand.
  const EXTREMES: [SampleEncoding, number[], number[]][] = [
    ['u8', [0, 128, 255, 64], [-1, 0, 127 / 128, -0.5]],
    ['s16le', [0, 0x80, 0, 0, 0xff, 0x7f, 0, 0xc0], [-1, 0, 32767 / 32768, -0.5]],
    ['s24le', [0, 0, 0x80, 0, 0, 0, 0xff, 0xff, 0x7f, 0, 0, 0xc0], [-1, 0, 8388607 / 8388608, -0.5]],
    ['s32le', [0, 0, 0, 0x80, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0xc0], [-1, 0, 1, -0.5]],
    ['f32le', [0, 0, 0x80, 0xbf, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xbf], [-1, 0, 1, -0.5]],
    ['f64le', [0, 0, 0, 0, 0, 0, 0xf0, 0xbf, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [-1, 1]],
  ];

  test.each(EXTREMES)('%s: extremes, zero and the middle', (encoding, bytes, expected) => {
    expect([...monoSamples(Uint8Array.from(bytes), encoding, 1)]).toEqual(expected.map(Math.fround));
  });

  test('every encoding is covered above', () => {
    expect(EXTREMES.map(([encoding]) => encoding)).toEqual(SAMPLE_ENCODINGS);
  });

  test('several channels become their mean', () => {
    const frames = Uint8Array.from([128 + 64, 128 + 32, 128, 128 - 64, 128 - 64, 128 - 64]);
    expect([...monoSamples(frames, 'u8', 3)]).toEqual([0.25, -0.5]);
    expect([...monoSamples(frames, 'u8', 2)]).toEqual([0.375, -0.25, -0.5]);
  });

  test.each(SAMPLE_ENCODINGS)('%s: bytes at an odd address are read as well', (encoding) => {
    const bytes = Uint8Array.from({ length: sampleByteCount(encoding) * 4 + 1 }, (_, i) => (i * 37) % 120);
    expect(monoSamples(bytes.subarray(1), encoding, 2)).toEqual(monoSamples(bytes.slice(1), encoding, 2));
  });

  test('no bytes are no samples', () => {
    expect(monoSamples(new Uint8Array(0), 's16le', 2)).toHaveLength(0);
  });
});
