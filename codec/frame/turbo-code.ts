// The inner code of a frame: the LTE turbo code of 3GPP TS 36.212 section 5.1.3.2, rate 1/3, 40 to 6144 bits a block.
// This file is its face; the parts are in turbo-interleaver, -encoder, -tail, -constituent, -llr-scale and -decoder.

export { type TurboDecodeReport, TurboDecoder } from './turbo-decoder.js';
export { turboEncode } from './turbo-encoder.js';
export { TURBO_BLOCK_SIZES, turboBlockSizeFor } from './turbo-interleaver.js';
