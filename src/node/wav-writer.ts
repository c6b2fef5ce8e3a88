// Sound to 16-bit mono WAV, whole or as a stream into a file.

import { open } from 'node:fs/promises';

const HEADER_BYTES = 44;
/** Announced while the length is not known; readers take it as "until the end". */
const UNKNOWN_BYTES = 0xffffffff;

/**
 * @param samples - mono, nominally -1...1; beyond that they are clipped, NaN is silence
 * @param sampleRateHz - integer
 * @returns the bytes of a 16-bit mono WAV file
 */
export function encodeWav(samples: Float32Array, sampleRateHz: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + samples.length * 2);
  bytes.set(wavHeader(sampleRateHz, samples.length * 2));
  bytes.set(pcm16(samples), HEADER_BYTES);
  return bytes;
}

/**
 * Writes chunks of samples to a 16-bit mono WAV file as they come, however long the whole. Until the end the header says
 * "until the end of the file", so that what an interrupted run leaves behind can be read, and so can a pipe.
 *
 * @param path - an existing file is replaced
 * @param sampleRateHz - integer
 * @param chunks - mono, nominally -1...1; beyond that they are clipped, NaN is silence
 * @returns the number of samples written
 * @throws the error of node:fs when the file cannot be written
 */
export async function writeWavFile(
  path: string,
  sampleRateHz: number,
  chunks: Iterable<Float32Array> | AsyncIterable<Float32Array>,
): Promise<number> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(wavHeader(sampleRateHz, UNKNOWN_BYTES));
    let sampleCount = 0;
    for await (const chunk of chunks) {
      await file.writeFile(pcm16(chunk));
      sampleCount += chunk.length;
    }
    if ((await file.stat()).isFile()) await file.write(wavHeader(sampleRateHz, sampleCount * 2), 0, HEADER_BYTES, 0);
    return sampleCount;
  } finally {
    await file.close();
  }
}

/** @returns the 44 bytes in front of 16-bit mono samples; sizes that need more than 32 bits become "until the end" */
function wavHeader(sampleRateHz: number, dataBytes: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  const text = (offset: number, characters: string) => {
    for (let i = 0; i < 4; i++) header[offset + i] = characters.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, Math.min(HEADER_BYTES - 8 + dataBytes, UNKNOWN_BYTES), true);
  text(8, 'WAVE');
  text(12, 'fmt ');
  view.setUint32(16, 16, true); // bytes of the format chunk
  view.setUint16(20, 1, true); // integer PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * 2, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a frame
  view.setUint16(34, 16, true); // bits a sample
  text(36, 'data');
  view.setUint32(40, Math.min(dataBytes, UNKNOWN_BYTES), true);
  return header;
}

/** @returns little-endian 16-bit samples, rounded to nearest. Full scale is 32767, so that +1 and -1 are equally loud. */
function pcm16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  // setInt16 turns NaN into 0.
  for (let i = 0; i < samples.length; i++)
    view.setInt16(i * 2, Math.round(Math.max(-1, Math.min(1, samples[i])) * 32767), true);
  return bytes;
}
