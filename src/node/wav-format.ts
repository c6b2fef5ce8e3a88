// The `fmt ` chunk of a WAV file: which samples follow. Strict, because a wrong guess is loud noise.
// Source: Microsoft, "Multiple Channel Audio Data and WAVE Files" (WAVEFORMATEX, WAVEFORMATEXTENSIBLE), little-endian:
//
//   0 tag u16 | 2 channels u16 | 4 rate u32 | 8 bytes a second u32 | 12 block align u16 | 14 bits u16
//   extensible: 16 size u16 | 18 valid bits u16 | 20 channel mask u32 | 24 sub-format GUID, 16 bytes

import { AudioInputError } from './audio-input-error.js';
import { type SampleEncoding, sampleByteCount } from './sample-encoding.js';

/** What a WAV file holds. */
export interface WavFormat {
  readonly sampleRateHz: number;
  /** Channels in the file; the samples delivered are their mean. */
  readonly channelCount: number;
  readonly encoding: SampleEncoding;
}

/** The longest `fmt ` chunk with a meaning here; bytes beyond are passed over. */
export const WAV_FORMAT_BYTES = 40;

const TAG_PCM = 1;
const TAG_FLOAT = 3;
const TAG_EXTENSIBLE = 0xfffe;
const TAG_NAMES: Readonly<Record<number, string>> = {
  2: 'ADPCM',
  6: 'A-law',
  7: 'mu-law',
  17: 'IMA ADPCM',
  80: 'MPEG',
  85: 'MP3',
};

// A sub-format GUID is a plain tag followed by this tail (KSDATAFORMAT_SUBTYPE_PCM and its sisters).
const GUID_TAIL = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/** @returns the tag that tells the encoding: the sub-format's one when the format is extensible, 0xfffe if that is no plain tag */
function effectiveTag(chunk: Uint8Array, view: DataView): number {
  const tag = view.getUint16(0, true);
  if (tag !== TAG_EXTENSIBLE || chunk.length < WAV_FORMAT_BYTES) return tag;
  return GUID_TAIL.every((byte, i) => chunk[26 + i] === byte) ? view.getUint16(24, true) : tag;
}

function encodingOf(tag: number, bits: number): SampleEncoding | undefined {
  if (tag === TAG_FLOAT) return bits === 32 ? 'f32le' : bits === 64 ? 'f64le' : undefined;
  if (tag !== TAG_PCM || bits < 1) return undefined;
  // 12 or 20 bits lie left-justified in the next whole number of bytes.
  return ([undefined, 'u8', 's16le', 's24le', 's32le'] as const)[Math.ceil(bits / 8)];
}

/**
 * @param chunk - the first 16 to 40 bytes of the `fmt ` chunk's content
 * @param name - what to call the file in errors
 * @throws AudioInputError `malformed` or `unsupported`
 */
export function parseWavFormat(chunk: Uint8Array, name: string): WavFormat {
  if (chunk.length < 16)
    throw new AudioInputError('malformed', `${name}: format chunk of ${chunk.length} bytes, expected 16 or more`);
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const tag = effectiveTag(chunk, view);
  const channelCount = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const blockAlign = view.getUint16(12, true);
  const bits = view.getUint16(14, true);

  const encoding = encodingOf(tag, bits);
  if (encoding === undefined) {
    const format = TAG_NAMES[tag] ?? (tag === TAG_PCM ? 'integer' : tag === TAG_FLOAT ? 'float' : `format ${tag}`);
    throw new AudioInputError(
      'unsupported',
      `${name}: ${bits}-bit ${format} samples are not supported, only 8 to 32-bit integer and 32 or 64-bit float`,
    );
  }
  if (channelCount === 0) throw new AudioInputError('malformed', `${name}: 0 channels`);
  if (sampleRateHz === 0) throw new AudioInputError('malformed', `${name}: sample rate 0 Hz`);
  const expectedAlign = sampleByteCount(encoding) * channelCount;
  if (blockAlign !== expectedAlign)
    throw new AudioInputError('malformed', `${name}: ${blockAlign} bytes a frame, expected ${expectedAlign}`);
  return { sampleRateHz, channelCount, encoding };
}
