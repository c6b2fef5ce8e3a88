// The outer code of a frame: a message of any length in Reed-Solomon codewords of at most 255 bytes with 8 parity bytes each,
// byte-interleaved, so that a run of wrong bytes is shared by all codewords. Sits between the CRC-32 and the turbo code.
//
//   message byte i          -> codeword i mod B, B codewords
//   parity byte j of word b -> at message length + j B + b
//
// The message itself is sent unchanged and first.

import { assertBytes, assertInteger } from '../../src/shared/assert.js';
import { MAX_CODEWORD_BYTES, ReedSolomon } from './reed-solomon.js';

/** Parity of each codeword: 4 wrong bytes at unknown places, or 8 at known ones. */
export const PARITY_BYTE_COUNT = 8;

/** Longest message: far beyond the longest frame. */
const MAX_MESSAGE_BYTES = 65_535;

/** How many of the least reliable bytes are given up, one attempt after the other, when errors alone cannot be corrected. */
const ERASURE_STEPS: readonly number[] = [2, 4, 6, 8];

/** What became of a received word: `message` belongs to the caller. */
export type OuterDecodeResult =
  | { readonly ok: true; readonly message: Uint8Array; readonly correctedByteCount: number }
  | { readonly ok: false; readonly reason: 'reed-solomon' | 'crc' };

interface CorrectedWord {
  readonly codeword: Uint8Array;
  readonly correctedByteCount: number;
}

/** Encodes and decodes messages of one length. */
export class OuterCode {
  readonly messageByteCount: number;
  readonly codedByteCount: number;
  private readonly wordCount: number;
  private readonly reedSolomon = new ReedSolomon(PARITY_BYTE_COUNT);

  /**
   * @param messageByteCount - 1..65,535
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
   */
  constructor(messageByteCount: number) {
    assertInteger('messageByteCount', messageByteCount, 1, MAX_MESSAGE_BYTES);
    this.messageByteCount = messageByteCount;
    this.wordCount = Math.ceil(messageByteCount / (MAX_CODEWORD_BYTES - PARITY_BYTE_COUNT));
    this.codedByteCount = messageByteCount + this.wordCount * PARITY_BYTE_COUNT;
  }

  /**
   * @param message - messageByteCount bytes
   * @returns codedByteCount bytes, the message first
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`
   */
  encode(message: Uint8Array): Uint8Array {
    assertBytes('message', message, this.messageByteCount, this.messageByteCount);
    const coded = new Uint8Array(this.codedByteCount);
    coded.set(message);
    for (let word = 0; word < this.wordCount; word++) {
      const data = message.filter((_, i) => i % this.wordCount === word);
      this.reedSolomon.encode(data).forEach((byte, j) => {
        coded[this.messageByteCount + j * this.wordCount + word] = byte;
      });
    }
    return coded;
  }

  /**
   * Errors alone first. Codewords that cannot be corrected so are tried again with their 2, 4, 6 and 8 least reliable bytes as
   * erasures. The more erasures, the likelier a wrong codeword comes out: only `accepts` can tell, and is asked for each of
   * at most 5 attempts.
   *
   * @param received - codedByteCount bytes
   * @param reliabilities - called if erasures are needed: codedByteCount numbers, the smaller the more doubtful
   * @param accepts - whether a message is right (its CRC)
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`
   */
  decode(
    received: Uint8Array,
    reliabilities: () => Float32Array,
    accepts: (message: Uint8Array) => boolean,
  ): OuterDecodeResult {
    assertBytes('received', received, this.codedByteCount, this.codedByteCount);
    const words = Array.from({ length: this.wordCount }, (_, word) => this.wordIndices(word));
    const corrected = words.map((indices) => this.correct(received, indices, []));
    const failed = words.flatMap((_, word) => (corrected[word] ? [] : [word]));
    if (failed.length === 0) return this.assemble(words, corrected as CorrectedWord[], accepts);

    const doubts = reliabilities();
    for (let firstStep = 0; firstStep < ERASURE_STEPS.length; firstStep++) {
      for (const word of failed) corrected[word] = this.correctDoubtful(received, words[word], doubts, firstStep);
      if (corrected.some((word) => word === undefined)) break;
      const result = this.assemble(words, corrected as CorrectedWord[], accepts);
      if (result.ok) return result;
    }
    // With as many erasures as parity a codeword always comes out, so that a wrong CRC behind erasures says nothing new.
    return { ok: false, reason: 'reed-solomon' };
  }

  /** @returns where the bytes of a codeword are, in its order */
  private wordIndices(word: number): number[] {
    const indices: number[] = [];
    for (let i = word; i < this.messageByteCount; i += this.wordCount) indices.push(i);
    for (let j = 0; j < PARITY_BYTE_COUNT; j++) indices.push(this.messageByteCount + j * this.wordCount + word);
    return indices;
  }

  private correct(received: Uint8Array, indices: number[], erasures: number[]): CorrectedWord | undefined {
    const result = this.reedSolomon.decode(
      Uint8Array.from(indices, (index) => received[index]),
      erasures,
    );
    return result.ok ? result : undefined;
  }

  /** The first success from this step of `ERASURE_STEPS` on. */
  private correctDoubtful(received: Uint8Array, indices: number[], doubts: Float32Array, firstStep: number) {
    const mostDoubtfulFirst = Array.from(indices.keys()).sort((a, b) => doubts[indices[a]] - doubts[indices[b]]);
    for (const count of ERASURE_STEPS.slice(firstStep)) {
      const word = this.correct(received, indices, mostDoubtfulFirst.slice(0, count));
      if (word) return word;
    }
    return undefined;
  }

  private assemble(
    words: number[][],
    corrected: CorrectedWord[],
    accepts: (message: Uint8Array) => boolean,
  ): OuterDecodeResult {
    const coded = new Uint8Array(this.codedByteCount);
    let correctedByteCount = 0;
    corrected.forEach((word, w) => {
      words[w].forEach((index, i) => {
        coded[index] = word.codeword[i];
      });
      correctedByteCount += word.correctedByteCount;
    });
    const message = coded.slice(0, this.messageByteCount);
    return accepts(message) ? { ok: true, message, correctedByteCount } : { ok: false, reason: 'crc' };
  }
}
