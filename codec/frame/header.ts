// The header of a burst: which message this is, how long it is and which redundancy version follows. Coded apart from the
// payload and stronger, since without it nothing else can be read.
//
//   | version 2 | payload bytes - 1   12 | message id 14 | redundancy version 2 | CRC-12 12 |    42 bits, MSB first
//     -> polar code (polar-code.ts) -> interleaver -> scrambler -> any number of coded bits
//
// The code is linear, so that the codewords of one header with two redundancy versions differ by a known mask: taking the
// mask away (`descrambleHeader`) makes the headers of several bursts the same codeword, whose LLRs can be added.
//
// One header in a hundred is lost on BPSK in white noise (list 32, 3,000 to 6,000 headers a point) at
//
//   | coded bits                                                        |  150 |  192 |  240 |  300 |
//   | Es/N0, dB                                                         | -4.7 | -5.8 | -6.9 | -8.0 |
//   | the LTE turbo code with 40 bits and the mask known, for comparison |     | -4.1 | -5.1 |    |

import { assertBytes, assertFloats, assertInteger } from '../../src/shared/assert.js';
import { bitsFromBytes } from '../../src/shared/bits.js';
import { crc12, crc32 } from './crc.js';
import { deinterleave, interleave } from './interleaver.js';
import { MAX_HEADER_CODED_BITS, MAX_PAYLOAD_BYTES, REDUNDANCY_VERSION_COUNT } from './limits.js';
import { PolarCode } from './polar-code.js';
import { PolarListDecoder } from './polar-list-decoder.js';
import { scrambleBits, scrambleLlrs, scramblingSequence } from './scrambler.js';

/** Information bits of a header, CRC included. */
export const HEADER_INFO_BIT_COUNT = 42;
/** The only version there is. A change of anything two ends must agree on takes the next. */
export const FRAME_FORMAT_VERSION = 0;
/** A message id is an integer in [0, MESSAGE_ID_COUNT - 1]. */
export const MESSAGE_ID_COUNT = 1 << 14;

const CRC_BIT_COUNT = 12;
const FIELD_BIT_COUNT = HEADER_INFO_BIT_COUNT - CRC_BIT_COUNT;
/** Paths of the decoder: 0.25 to 0.4 ms a header of 192 bits. Half as many lose 0.15 dB and save half the time. */
const LIST_SIZE = 32;
/**
 * Paths of the decoder that is asked first, at a ninth of the work: it reads all that lie 2 dB above the limit. That it accepts what
 * the other would not happens to one header in 8,000 that it cannot read (CRC and version).
 */
const FIRST_LIST_SIZE = 2;
/** Told apart from the payload's, which are the redundancy versions 0 to 3. */
const HEADER_SCRAMBLING_SEED = 4;

/** What a header says, apart from the redundancy version, which belongs to the burst and not to the message. */
export interface Header {
  /** 1..4096. */
  readonly payloadByteCount: number;
  /** 0..16383; bursts with different ids never carry the same message. */
  readonly messageId: number;
}

/** What became of a received header. */
export type HeaderResult =
  | { readonly ok: true; readonly header: Header; readonly redundancyVersion: number }
  | { readonly ok: false };

const FAILURE: HeaderResult = Object.freeze({ ok: false });

/**
 * @param payload - 1..4096 bytes
 * @returns the low 14 bits of its CRC-32
 * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`
 */
export function messageIdOf(payload: Uint8Array): number {
  assertBytes('payload', payload, 1, MAX_PAYLOAD_BYTES);
  return crc32(payload) % MESSAGE_ID_COUNT;
}

/** The 30 bits before the CRC as an integer; with the two zeros in front that the CRC is taken over, four bytes. */
function packFields(header: Header, redundancyVersion: number): Uint8Array {
  const bytes = new Uint8Array(4);
  const lengthField = header.payloadByteCount - 1;
  new DataView(bytes.buffer).setUint32(
    0,
    (FRAME_FORMAT_VERSION << 28) | (lengthField << 16) | (header.messageId << 2) | redundancyVersion,
  );
  return bytes;
}

/** The 42 information bits. */
function packHeader(header: Header, redundancyVersion: number): Uint8Array {
  const fields = packFields(header, redundancyVersion);
  const crc = crc12(fields);
  const info = new Uint8Array(HEADER_INFO_BIT_COUNT);
  info.set(bitsFromBytes(fields).subarray(32 - FIELD_BIT_COUNT));
  for (let i = 0; i < CRC_BIT_COUNT; i++) info[FIELD_BIT_COUNT + i] = (crc >> (CRC_BIT_COUNT - 1 - i)) & 1;
  return info;
}

/** The inverse of `packHeader`: only what that can make is accepted. */
function parseHeader(info: Uint8Array): HeaderResult {
  let fields = 0;
  let crc = 0;
  for (let i = 0; i < FIELD_BIT_COUNT; i++) fields = (fields << 1) | info[i];
  for (let i = FIELD_BIT_COUNT; i < info.length; i++) crc = (crc << 1) | info[i];
  if (fields >>> 28 !== FRAME_FORMAT_VERSION) return FAILURE;
  const header = { payloadByteCount: ((fields >>> 16) & 0xfff) + 1, messageId: (fields >>> 2) & 0x3fff };
  const redundancyVersion = fields & 3;
  if (crc12(packFields(header, redundancyVersion)) !== crc) return FAILURE;
  return { ok: true, header, redundancyVersion };
}

/**
 * Encoder and decoder of headers of one length. Making one costs about as much as a decode; keep it.
 *
 * In pure noise a decode is accepted with a probability of at most 34 paths / 2^14 (CRC and version) = 0.2 %; the payload's
 * CRC-32 then refuses the burst.
 */
export class HeaderCodec {
  readonly codedBitCount: number;

  private readonly code: PolarCode;
  private readonly decoders: readonly PolarListDecoder[];
  /** By redundancy version: what turns its coded bits into those of version 0, unscrambled and still interleaved. */
  private readonly masks: readonly Uint8Array[];
  private readonly plain: Float32Array;

  /**
   * @param codedBitCount - 42..100,000; 150 and more for a header that outlasts the payload
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
   */
  constructor(codedBitCount: number) {
    assertInteger('codedBitCount', codedBitCount, HEADER_INFO_BIT_COUNT, MAX_HEADER_CODED_BITS);
    this.codedBitCount = codedBitCount;
    this.code = new PolarCode(HEADER_INFO_BIT_COUNT, codedBitCount);
    this.decoders = [FIRST_LIST_SIZE, LIST_SIZE].map((listSize) => new PolarListDecoder(this.code, listSize));
    const scrambling = scramblingSequence(HEADER_SCRAMBLING_SEED, codedBitCount);
    const anyHeader = { payloadByteCount: 1, messageId: 0 };
    const reference = this.encodePlain(anyHeader, 0);
    this.masks = Array.from({ length: REDUNDANCY_VERSION_COUNT }, (_, redundancyVersion) =>
      scrambleBits(scrambleBits(reference, this.encodePlain(anyHeader, redundancyVersion)), scrambling),
    );
    this.plain = new Float32Array(codedBitCount);
  }

  /**
   * @param header - what to say
   * @param redundancyVersion - 0..3
   * @returns codedBitCount bits
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
   */
  encode(header: Header, redundancyVersion: number): Uint8Array {
    assertInteger('payloadByteCount', header.payloadByteCount, 1, MAX_PAYLOAD_BYTES);
    assertInteger('messageId', header.messageId, 0, MESSAGE_ID_COUNT - 1);
    assertInteger('redundancyVersion', redundancyVersion, 0, REDUNDANCY_VERSION_COUNT - 1);
    return scrambleBits(this.encodePlain(header, 0), this.masks[redundancyVersion]);
  }

  /**
   * One burst's header, whatever its redundancy version.
   *
   * @param llrs - codedBitCount LLRs as received; any value, NaN counts as 0
   * @param leastAgreement - a header is refused that agrees by less with the LLRs, as `PolarListDecoder.decode` says; by default none
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`
   */
  decode(llrs: Float32Array, leastAgreement?: number): HeaderResult {
    this.descramble(llrs, 0, this.plain);
    return this.firstAccepted(this.plain, REDUNDANCY_VERSION_COUNT - 1, leastAgreement);
  }

  /**
   * Turns the LLRs of a header sent with this redundancy version into those of one codeword that is the same for all.
   *
   * @param llrs - codedBitCount LLRs as received
   * @param redundancyVersion - 0..3, known or supposed
   * @param out - receives codedBitCount LLRs; may be llrs itself
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`, `ERR_RANGE`
   */
  descramble(llrs: Float32Array, redundancyVersion: number, out: Float32Array): void {
    assertFloats('llrs', llrs, this.codedBitCount, this.codedBitCount);
    assertFloats('out', out, this.codedBitCount, this.codedBitCount);
    assertInteger('redundancyVersion', redundancyVersion, 0, REDUNDANCY_VERSION_COUNT - 1);
    scrambleLlrs(llrs, this.masks[redundancyVersion], out);
  }

  /**
   * A sum of descrambled headers. The code is linear, so one descrambled for a version it was not sent with is a codeword as
   * well: that of the same header with the exclusive or of the two versions.
   *
   * @param llrs - codedBitCount LLRs from `descramble`, of one burst or added over several
   * @param mostVersionDifference - the greatest of these exclusive ors that is let through, 0..3; by default none is, and a
   *   wrong supposition is a refusal
   * @param leastAgreement - as of `decode`
   * @returns as redundancyVersion the exclusive or of sent and supposed version
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`, `ERR_RANGE`
   */
  decodeDescrambled(llrs: Float32Array, mostVersionDifference = 0, leastAgreement?: number): HeaderResult {
    assertInteger('mostVersionDifference', mostVersionDifference, 0, REDUNDANCY_VERSION_COUNT - 1);
    return this.firstAccepted(llrs, mostVersionDifference, leastAgreement);
  }

  private encodePlain(header: Header, redundancyVersion: number): Uint8Array {
    return interleave(this.code.encode(packHeader(header, redundancyVersion)));
  }

  private firstAccepted(plain: Float32Array, maxRedundancyVersion: number, leastAgreement?: number): HeaderResult {
    const coded = deinterleave(plain);
    for (const decoder of this.decoders) {
      for (const info of decoder.decode(coded, leastAgreement)) {
        const result = parseHeader(info);
        if (result.ok && result.redundancyVersion <= maxRedundancyVersion) return result;
      }
    }
    return FAILURE;
  }
}

/** `HeaderCodec.encode` with a codec made for this one call. */
export function encodeHeader(header: Header, redundancyVersion: number, codedBitCount: number): Uint8Array {
  return new HeaderCodec(codedBitCount).encode(header, redundancyVersion);
}

/** `HeaderCodec.decode` with a codec made for this one call; a receiver keeps a `HeaderCodec` instead. */
export function decodeHeader(llrs: Float32Array): HeaderResult {
  assertFloats('llrs', llrs);
  return new HeaderCodec(llrs.length).decode(llrs);
}

/** `HeaderCodec.descramble` with a codec made for this one call. */
export function descrambleHeader(llrs: Float32Array, redundancyVersion: number, out: Float32Array): void {
  assertFloats('llrs', llrs);
  new HeaderCodec(llrs.length).descramble(llrs, redundancyVersion, out);
}

/** `HeaderCodec.decodeDescrambled` with a codec made for this one call. */
export function decodeHeaderCodeword(llrs: Float32Array): HeaderResult {
  assertFloats('llrs', llrs);
  return new HeaderCodec(llrs.length).decodeDescrambled(llrs);
}
