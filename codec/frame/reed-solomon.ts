// The outer code of a frame: systematic Reed-Solomon over GF(256), shortened, for errors and erasures. It mends the few
// bytes the soft inner code left wrong. Decoder: syndromes, Berlekamp-Massey started from the erasure locator, Chien
// search, Forney (Blahut, "Algebraic Codes for Data Transmission", chapter 7).

import { assertBytes, assertInteger } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { divide, evaluate, multiply, powerOfAlpha } from './galois-field.js';

/** A codeword has at most 255 bytes: the order of alpha. */
export const MAX_CODEWORD_BYTES = 255;
/** More parity than this serves nobody here, and bounds the decoder's work. */
export const MAX_PARITY_BYTES = 64;

/** What became of a received word; `correctedByteCount` counts the bytes that were changed. */
export type ReedSolomonResult =
  | { readonly ok: true; readonly codeword: Uint8Array; readonly correctedByteCount: number }
  | { readonly ok: false };

const FAILURE: ReedSolomonResult = Object.freeze({ ok: false });

/**
 * Codewords are `data | parity`, first byte the highest power of x; as polynomials they are the multiples of
 * g(x) = (x - alpha^0)(x - alpha^1)...(x - alpha^(parity-1)), as in QR codes (ISO/IEC 18004).
 */
export class ReedSolomon {
  readonly parityByteCount: number;
  /** g without its leading 1, highest power first: what the encoder's feedback multiplies by. */
  private readonly feedback: Uint8Array;

  /**
   * @param parityByteCount - 1..64
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
   */
  constructor(parityByteCount: number) {
    assertInteger('parityByteCount', parityByteCount, 1, MAX_PARITY_BYTES);
    this.parityByteCount = parityByteCount;
    let generator = Uint8Array.of(1);
    for (let i = 0; i < parityByteCount; i++) generator = timesLinear(generator, powerOfAlpha(i));
    this.feedback = generator.subarray(0, parityByteCount).slice().reverse();
  }

  /**
   * @param data - 1 to 255 - parity bytes
   * @returns the parity bytes, to be sent after the data
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`
   */
  encode(data: Uint8Array): Uint8Array {
    const { feedback, parityByteCount } = this;
    assertBytes('data', data, 1, MAX_CODEWORD_BYTES - parityByteCount);
    const remainder = new Uint8Array(parityByteCount);
    for (const byte of data) {
      const factor = byte ^ remainder[0];
      remainder.copyWithin(0, 1);
      remainder[parityByteCount - 1] = 0;
      for (let i = 0; i < parityByteCount; i++) remainder[i] ^= multiply(feedback[i], factor);
    }
    return remainder;
  }

  /**
   * Corrects every pattern with 2 * errors + erasures <= parity. Beyond that the result is a refusal whenever no codeword
   * lies within that distance; if one does, it is returned, and only a check inside the data can tell. For random words
   * and t = parity / 2 that happens with probability about 1 / t! at full length, less for shortened codewords.
   *
   * @param received - parity + 1 to 255 bytes; not modified
   * @param erasures - distinct indices of bytes known to be doubtful; their values do not matter
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`, `ERR_RANGE` for a word or an index that no codeword can have
   */
  decode(received: Uint8Array, erasures: readonly number[] = []): ReedSolomonResult {
    const { parityByteCount } = this;
    assertBytes('received', received, parityByteCount + 1, MAX_CODEWORD_BYTES);
    assertErasures(erasures, received.length);
    if (erasures.length > parityByteCount) return FAILURE;
    const syndromes = this.syndromes(received);
    if (isZero(syndromes)) return { ok: true, codeword: received.slice(), correctedByteCount: 0 };

    let erasureLocator = Uint8Array.of(1);
    for (const index of erasures)
      erasureLocator = timesLocatorFactor(erasureLocator, powerOfAlpha(received.length - 1 - index));
    const locator = findLocator(syndromes, erasureLocator);
    const errorCount = locator.length - 1 - erasures.length;
    if (2 * errorCount + erasures.length > parityByteCount) return FAILURE;
    const powers = findRoots(locator, received.length);
    if (powers.length !== locator.length - 1) return FAILURE;

    const codeword = received.slice();
    const correctedByteCount = applyForney(codeword, syndromes, locator, powers);
    // The proof that the result is a codeword, whatever went on above.
    return isZero(this.syndromes(codeword)) ? { ok: true, codeword, correctedByteCount } : FAILURE;
  }

  /** S_i = r(alpha^i), i in 0..parity-1. */
  private syndromes(word: Uint8Array): Uint8Array {
    const syndromes = new Uint8Array(this.parityByteCount);
    for (let i = 0; i < syndromes.length; i++) {
      const root = powerOfAlpha(i);
      let value = 0;
      for (const byte of word) value = multiply(value, root) ^ byte;
      syndromes[i] = value;
    }
    return syndromes;
  }
}

function assertErasures(erasures: readonly number[], length: number): void {
  for (const index of erasures) assertInteger('erasures', index, 0, length - 1);
  if (new Set(erasures).size !== erasures.length)
    throw new TillsongError('ERR_RANGE', `erasures: expected distinct indices, got ${erasures.join(', ')}`);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** @returns polynomial * (x + root), lowest power first */
function timesLinear(polynomial: Uint8Array, root: number): Uint8Array<ArrayBuffer> {
  const product = new Uint8Array(polynomial.length + 1);
  for (let i = 0; i < polynomial.length; i++) {
    product[i] ^= multiply(polynomial[i], root);
    product[i + 1] ^= polynomial[i];
  }
  return product;
}

/** @returns polynomial * (1 + location * x), lowest power first */
function timesLocatorFactor(polynomial: Uint8Array, location: number): Uint8Array<ArrayBuffer> {
  const product = new Uint8Array(polynomial.length + 1);
  for (let i = 0; i < polynomial.length; i++) {
    product[i] ^= polynomial[i];
    product[i + 1] ^= multiply(polynomial[i], location);
  }
  return product;
}

/**
 * Berlekamp-Massey, begun with the erasure locator as if its roots were already found (Blahut section 7.4).
 *
 * @returns the locator of errors and erasures, lowest power first, no trailing zeros
 */
function findLocator(syndromes: Uint8Array, erasureLocator: Uint8Array): Uint8Array {
  const erasureCount = erasureLocator.length - 1;
  const size = syndromes.length + 1;
  let locator = new Uint8Array(size);
  let correction = new Uint8Array(size);
  locator.set(erasureLocator);
  correction.set(erasureLocator);
  let length = erasureCount;
  for (let r = erasureCount + 1; r <= syndromes.length; r++) {
    let discrepancy = 0;
    for (let j = 0; j < r; j++) discrepancy ^= multiply(locator[j], syndromes[r - 1 - j]);
    correction.copyWithin(1, 0, size - 1);
    correction[0] = 0;
    if (discrepancy === 0) continue;
    const next = locator.map((coefficient, i) => coefficient ^ multiply(discrepancy, correction[i]));
    if (2 * length <= r + erasureCount - 1) {
      length = r + erasureCount - length;
      correction = locator.map((coefficient) => divide(coefficient, discrepancy));
    }
    locator = next;
  }
  let degree = size - 1;
  while (degree > 0 && locator[degree] === 0) degree--;
  return locator.subarray(0, degree + 1);
}

/** Chien search. @returns the powers p in 0..length-1 of the positions whose location alpha^p has locator(1 / alpha^p) = 0 */
function findRoots(locator: Uint8Array, length: number): number[] {
  const powers: number[] = [];
  for (let power = 0; power < length; power++) if (evaluate(locator, powerOfAlpha(-power)) === 0) powers.push(power);
  return powers;
}

/**
 * Forney's formula for a first root alpha^0: with X = alpha^p, magnitude = X * evaluator(1/X) / locator'(1/X), where
 * evaluator = syndromes * locator mod x^parity. Adds the magnitudes to the codeword.
 *
 * @returns how many bytes changed
 */
function applyForney(codeword: Uint8Array, syndromes: Uint8Array, locator: Uint8Array, powers: number[]): number {
  const evaluator = new Uint8Array(syndromes.length);
  for (let i = 0; i < evaluator.length; i++)
    for (let j = 0; j <= i && j < locator.length; j++) evaluator[i] ^= multiply(locator[j], syndromes[i - j]);
  // In characteristic 2 the derivative keeps the odd powers: locator'(x) = sum of locator[i] x^(i-1), i odd.
  const derivative = locator.slice(1).map((coefficient, i) => (i & 1 ? 0 : coefficient));
  let changed = 0;
  for (const power of powers) {
    const inverse = powerOfAlpha(-power);
    const slope = evaluate(derivative, inverse);
    // A double root has slope 0; the count of distinct roots has excluded it, so 0 / 0 cannot be asked for.
    const magnitude = multiply(powerOfAlpha(power), divide(evaluate(evaluator, inverse), slope));
    codeword[codeword.length - 1 - power] ^= magnitude;
    if (magnitude !== 0) changed++;
  }
  return changed;
}
