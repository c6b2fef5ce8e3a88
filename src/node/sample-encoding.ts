// How one sample lies in bytes, and interleaved channels to one mono signal. Shared by WAV and raw PCM.

/** Little-endian sample encodings: unsigned or signed integer, or float, and the bits of one sample. */
export type SampleEncoding = 'u8' | 's16le' | 's24le' | 's32le' | 'f32le' | 'f64le';

interface Encoding {
  readonly bytes: number;
  /** @returns the sample at a byte offset, nominally -1...1 */
  readonly read: (view: DataView, offset: number) => number;
}

// Full scale is 2^(bits-1): -1 is reached, +1 is one step away. Scaling both halves apart would bend the signal at zero.
const ENCODINGS: Readonly<Record<SampleEncoding, Encoding>> = {
  u8: { bytes: 1, read: (view, offset) => (view.getUint8(offset) - 128) / 128 },
  s16le: { bytes: 2, read: (view, offset) => view.getInt16(offset, true) / 32768 },
  s24le: {
    bytes: 3,
    read: (view, offset) => (view.getUint16(offset, true) + view.getInt8(offset + 2) * 65536) / 8388608,
  },
  s32le: { bytes: 4, read: (view, offset) => view.getInt32(offset, true) / 2147483648 },
  f32le: { bytes: 4, read: (view, offset) => view.getFloat32(offset, true) },
  f64le: { bytes: 8, read: (view, offset) => view.getFloat64(offset, true) },
};

/** Every encoding that can be read. */
export const SAMPLE_ENCODINGS = Object.keys(ENCODINGS) as readonly SampleEncoding[];

/** @returns the bytes of one sample of one channel */
export function sampleByteCount(encoding: SampleEncoding): number {
  return ENCODINGS[encoding].bytes;
}

/**
 * Interleaved samples to mono: the mean of the channels. A silent second channel costs 6 dB of level and nothing else.
 *
 * @param bytes - whole frames: a multiple of the encoding's bytes times channelCount
 * @param channelCount - 1 or more
 * @returns one sample a frame; integers within -1...1, floats as they are (NaN and infinity included)
 */
export function monoSamples(bytes: Uint8Array, encoding: SampleEncoding, channelCount: number): Float32Array {
  const { bytes: sampleBytes, read } = ENCODINGS[encoding];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(bytes.length / (sampleBytes * channelCount));
  let offset = 0;
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channelCount; channel++, offset += sampleBytes) sum += read(view, offset);
    samples[i] = sum / channelCount;
  }
  return samples;
}
