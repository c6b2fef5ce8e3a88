// What the receiver needs of a demodulator, whatever the waveform: header, then symbols, then soft bits.

import type { BasebandBuffer } from './baseband-buffer.js';
import type { EchoProfile } from './burst-alignment.js';
import type { ChirpPair } from './chirp.js';
import type { ToneMetrics } from './tone-metrics.js';

/** Where a burst begins and how its time runs. */
export interface BurstSync {
  /** Received position of the burst's first sample, in baseband samples. */
  readonly startSamples: number;
  /** Received time runs faster than sent time by this fraction. */
  readonly dilation: number;
  /** Sent baseband samples from the burst's first sample to the first symbol after the preamble. */
  readonly offsetSamples: number;
  /** What the preamble heard of the room, if known. */
  readonly echoes?: EchoProfile;
}

/** Where the waveform sits, and the preamble before it. */
export interface BasebandPlacement {
  readonly pair: ChirpPair;
  readonly basebandRateHz: number;
  readonly centerHz: number;
}

/** When the decoder's opinion can help a waveform's soft bits. Shares are of the information that the frame carries. */
export interface Refinement {
  /** Further looks at a burst until it counts as failed. */
  readonly mostRounds: number;
  /** Soft bits that claim to carry less than this are not decoded: no decoder could. */
  readonly hopelessShare: number;
  /** With less than this looking again will not be enough. */
  readonly promisingShare: number;
  /** By this share of the coded bits the decoder must know more after a look than before it, or there is no other. */
  readonly leastProgress: number;
  /** Nor is there another where the decoder knew less than this share of them, and no more than ever, so many rounds in a row. */
  readonly leastCertainty: number;
  readonly patienceRounds: number;
  /** What a look at a burst of 92 bytes costs, the decoder's part left out, in fits of such an OFDM burst's channel. */
  readonly cost: number;
}

/** One burst on its way from baseband to soft bits. */
export interface BurstDemodulator {
  /** Coded bits of the header. */
  readonly headerBitCount: number;
  readonly refinement: Refinement;
  /** Latest estimate of the burst's time dilation. */
  readonly dilation: number;
  /** Signal over noise within the band, dB, as last estimated. */
  readonly snrDb: number;
  /** Received position up to which a symbol (header symbols first) needs the baseband. */
  endOfSymbol(symbol: number): number;
  /** Received position at which a burst of this many symbols ends. */
  endOfBurst(symbolCount: number): number;
  /**
   * A quick look at the header symbols before they are demodulated.
   *
   * @returns how far they look like any, in standard deviations of what noise does
   */
  headerCoherence(buffer: BasebandBuffer): number;
  /** Demodulates the header symbols. @returns LLRs of the header's coded bits */
  demodulateHeader(buffer: BasebandBuffer): Float32Array;
  /**
   * The header did not decode: demodulates it under another assumption.
   *
   * @param attempt - 1, 2, ...
   * @returns LLRs of the header's coded bits, or undefined when there is nothing else to assume
   */
  retryHeader(buffer: BasebandBuffer, attempt: number): Float32Array | undefined;
  /** What the soft bits of the header, as demodulated last, were made of: where several bits are sent as one tone. */
  readonly headerTones: ToneMetrics | undefined;
  /** The header was decoded: its symbols are training now. @param headerBits - its coded bits as sent */
  acceptHeader(headerBits: Uint8Array): void;
  /** Demodulates the next payload symbol. @param symbol - index in the burst, header symbols first */
  demodulateSymbol(buffer: BasebandBuffer, symbol: number): void;
  /** Whether the latest symbols show that the burst is over, however many it announced. */
  readonly isGone: boolean;
  /** LLRs of the payload symbols so far, in transmitted order. */
  payloadLlrs(): Float32Array;
  /** Judges the payload anew with the decoder's opinion of its coded bits: `payloadLlrs` may be better now. */
  refine(appLlrs: Float32Array): void;
  /**
   * The payload did not decode: takes the sender's motion for the other thing that it may have been, if there is one; once more,
   * and it is the first again.
   *
   * @returns false when there is nothing else to assume
   */
  assumeOtherMotion(): boolean;
  /** Forgets the decoder's opinion of the bits, not what was learnt of the channel by it. */
  restart(): void;
}
