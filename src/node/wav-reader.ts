// WAV files (RIFF, and RF64 beyond 4 GiB) as a stream of mono samples: the header is read, then the samples as they come, so
// that neither an hour of recording nor an endless pipe is ever held in memory.
// Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0"; EBU Tech 3306 (RF64).

import { createReadStream } from 'node:fs';
import { AudioInputError } from './audio-input-error.js';
import { ByteReader } from './byte-reader.js';
import { MAX_CHUNK_FRAMES } from './raw-pcm.js';
import { monoSamples, sampleByteCount } from './sample-encoding.js';
import { parseWavFormat, WAV_FORMAT_BYTES, type WavFormat } from './wav-format.js';

/** An opened WAV file or stream: what it holds, and its samples, to be taken once. */
export interface WavInput extends WavFormat {
  /** Samples of each channel that the header announces; undefined for a stream whose end nobody knew. */
  readonly frameCount: number | undefined;
  /**
   * Mono chunks of 1 to 16,384 samples. Throws AudioInputError: `truncated` after the last sample of a file that ends too
   * soon, `empty` when there was no sample, `unreadable` when the source fails.
   */
  readonly samples: AsyncGenerator<Float32Array, void, void>;
  /** Lets the source go without taking the samples. Taking them, or leaving their loop, does it too. */
  close(): Promise<void>;
}

// Writers that cannot know the length in advance announce 0, 0xffffffff (ffmpeg) or about 2 GiB (0x7ffff000 from sox,
// 0x7fffff00 from arecord): such data goes on until the input ends, and ending early is no fault.
const MIN_UNKNOWN_BYTES = 0x7ffff000;

/**
 * Reads the header and opens the samples of a WAV stream.
 *
 * @param input - any source of byte chunks of any size; it is let go when the samples are no longer wanted
 * @param name - what to call the input in errors
 * @throws AudioInputError with a one-line message `name: what is wrong`
 */
export async function readWav(input: AsyncIterable<Uint8Array>, name = 'input'): Promise<WavInput> {
  const reader = new ByteReader(input, name);
  try {
    const { format, dataBytes } = await readHeader(reader, name);
    const frameBytes = sampleByteCount(format.encoding) * format.channelCount;
    const frameCount = dataBytes === undefined ? undefined : Math.floor(dataBytes / frameBytes);
    const samples = readSamples(reader, format, frameCount, name);
    return { ...format, frameCount, samples, close: () => reader.close() };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/**
 * Opens a WAV file. Its path stands in the messages of all errors.
 *
 * @throws AudioInputError with a one-line message `path: what is wrong`
 */
export function openWavFile(path: string): Promise<WavInput> {
  return readWav(createReadStream(path), path);
}

/**
 * A whole WAV file at once, for recordings that are known to be short.
 *
 * @throws AudioInputError with a one-line message `path: what is wrong`, for a truncated file too
 */
export async function readWavFile(path: string): Promise<{ sampleRateHz: number; samples: Float32Array }> {
  const wav = await openWavFile(path);
  const chunks: Float32Array[] = [];
  for await (const chunk of wav.samples) chunks.push(chunk);
  const samples = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    samples.set(chunk, offset);
    offset += chunk.length;
  }
  return { sampleRateHz: wav.sampleRateHz, samples };
}

interface WavHeader {
  readonly format: WavFormat;
  /** Bytes of sample data, or undefined when they go on until the input ends. */
  readonly dataBytes: number | undefined;
}

/** Walks over the chunks up to the samples: each is `id 4 | size u32 | content | a padding byte when size is odd`. */
async function readHeader(reader: ByteReader, name: string): Promise<WavHeader> {
  const isRf64 = checkFileType(await reader.read(12), name);
  let format: WavFormat | undefined;
  let longDataBytes: number | undefined;
  for (;;) {
    const head = await reader.read(8);
    if (head.length < 8) throw endsBeforeSamples(name);
    const id = textOf(head.subarray(0, 4));
    const size = viewOf(head).getUint32(4, true);
    if (id === 'data') {
      if (!format) throw new AudioInputError('malformed', `${name}: samples before the format chunk`);
      return { format, dataBytes: knownByteCount(isRf64 && size === 0xffffffff ? longDataBytes : size) };
    }
    const content = await reader.read(id === 'fmt ' || id === 'ds64' ? Math.min(size, WAV_FORMAT_BYTES) : 0);
    if (!(await reader.skip(size + (size % 2) - content.length))) throw endsBeforeSamples(name);
    if (id === 'fmt ') format = parseWavFormat(content, name);
    // ds64: RIFF size u64 | data size u64 | ...
    if (id === 'ds64' && content.length >= 16) longDataBytes = Number(viewOf(content).getBigUint64(8, true));
  }
}

/** @returns whether the file is of the RF64 kind, whose sizes may stand in a ds64 chunk */
function checkFileType(head: Uint8Array, name: string): boolean {
  const kind = textOf(head.subarray(0, 4));
  const type = textOf(head.subarray(8, 12));
  if (head.length === 0) throw new AudioInputError('empty', `${name}: empty, 0 bytes`);
  if (kind === 'RIFX')
    throw new AudioInputError('unsupported', `${name}: big-endian WAV files (RIFX) are not supported`);
  if (!['RIFF', 'RF64', 'BW64'].includes(kind))
    throw new AudioInputError('not-wav', `${name}: not a WAV file: begins with "${kind}", not "RIFF"`);
  if (head.length < 12) throw endsBeforeSamples(name);
  if (type !== 'WAVE')
    throw new AudioInputError('not-wav', `${name}: not a WAV file: RIFF of type "${type}", not "WAVE"`);
  return kind !== 'RIFF';
}

function endsBeforeSamples(name: string): AudioInputError {
  return new AudioInputError('truncated', `${name}: truncated: ends before the first sample`);
}

function knownByteCount(size: number | undefined): number | undefined {
  const isRiffGuess = size === undefined || size === 0 || (size >= MIN_UNKNOWN_BYTES && size <= 0xffffffff);
  return isRiffGuess || !Number.isSafeInteger(size) ? undefined : size;
}

async function* readSamples(
  reader: ByteReader,
  format: WavFormat,
  frameCount: number | undefined,
  name: string,
): AsyncGenerator<Float32Array, void, void> {
  const { encoding, channelCount, sampleRateHz } = format;
  const frameBytes = sampleByteCount(encoding) * channelCount;
  let framesRead = 0;
  try {
    while (frameCount === undefined || framesRead < frameCount) {
      const wanted = Math.min(MAX_CHUNK_FRAMES, frameCount === undefined ? MAX_CHUNK_FRAMES : frameCount - framesRead);
      const bytes = await reader.readUnits(frameBytes, wanted * frameBytes);
      if (bytes.length === 0) break;
      framesRead += bytes.length / frameBytes;
      yield monoSamples(bytes, encoding, channelCount);
    }
  } finally {
    await reader.close();
  }
  if (framesRead === 0 && !frameCount) throw new AudioInputError('empty', `${name}: empty, 0 samples`);
  if (frameCount !== undefined && framesRead < frameCount) {
    const seconds = (frames: number) => `${(frames / sampleRateHz).toFixed(3)} s`;
    throw new AudioInputError(
      'truncated',
      `${name}: truncated: ends after ${seconds(framesRead)} of ${seconds(frameCount)}`,
    );
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @returns the bytes as ASCII text; what cannot be printed becomes `\xNN`, so that it can stand in a message */
function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}
