// Sound without a header, as recorders write it to a pipe: `arecord -t raw`, `sox -t raw`, `ffmpeg -f s16le`.

import { ByteReader } from './byte-reader.js';
import { monoSamples, type SampleEncoding, sampleByteCount } from './sample-encoding.js';

/** The most frames of one chunk of samples: a third of a second at 48 kHz, and a bound on memory. */
export const MAX_CHUNK_FRAMES = 16384;

/** What raw samples cannot say of themselves. */
export interface RawPcmOptions {
  readonly encoding: SampleEncoding;
  /** Interleaved channels, mixed to mono. Default 1. */
  readonly channelCount?: number;
  /** What to call the input in errors. Default `input`. */
  readonly name?: string;
}

/**
 * Raw samples as they arrive.
 *
 * @param input - any source of byte chunks of any size; it is let go when the samples are no longer wanted
 * @returns mono chunks of 1 to 16,384 samples; the bytes of an incomplete last frame are dropped
 * @throws AudioInputError `unreadable` when the source fails
 */
export async function* readRawPcm(
  input: AsyncIterable<Uint8Array>,
  options: RawPcmOptions,
): AsyncGenerator<Float32Array, void, void> {
  const { encoding, channelCount = 1, name = 'input' } = options;
  const frameBytes = sampleByteCount(encoding) * channelCount;
  const reader = new ByteReader(input, name);
  try {
    for (;;) {
      const bytes = await reader.readUnits(frameBytes, frameBytes * MAX_CHUNK_FRAMES);
      if (bytes.length === 0) return;
      yield monoSamples(bytes, encoding, channelCount);
    }
  } finally {
    await reader.close();
  }
}
