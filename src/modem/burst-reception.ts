// One supposed burst while it comes in: searching has proposed it, then `header`, then `payload`.

import { type Header, HeaderCodec } from '../../codec/frame/header.js';
import type { BasebandBuffer } from '../../dsp/baseband-buffer.js';
import type { BurstDemodulator } from '../../dsp/burst-demodulator.js';
import type { BurstCandidate } from '../../dsp/burst-detector.js';
import { FskDemodulator } from '../../dsp/fsk-demodulator.js';
import { OfdmDemodulator } from '../../dsp/ofdm-demodulator.js';
import { type BurstLayout, burstLayout, chirpPair, preambleSamples } from './burst-layout.js';
import type { Profile } from './profiles.js';

/** Where a reception stands: waiting for samples, given up (no header), or with all symbols heard. */
export type ReceptionState = 'header' | 'payload' | 'dropped' | 'complete';

/** What is made once for a profile and shared by its receptions. */
export interface ProfileReception {
  readonly profile: Profile;
  readonly basebandRateHz: number;
  readonly headerCodec: HeaderCodec;
  readonly headerSymbolCount: number;
}

export function profileReception(profile: Profile): ProfileReception {
  const { headerBitCount, headerSymbolCount } = burstLayout(profile, 1);
  const basebandRateHz = profile.sampleRateHz / profile.decimation;
  return { profile, basebandRateHz, headerCodec: new HeaderCodec(headerBitCount), headerSymbolCount };
}

/** With less in-band SNR than this no profile decodes, not even from many bursts: the header was chance. */
const LEAST_SNR_DB = -24;

/** Score beyond which a candidate is hardly noise (about e^-23 for one pair) and its header worth several attempts. */
const STRONG_SCORE = 26;

export class BurstReception {
  readonly demodulator: BurstDemodulator;
  private currentState: ReceptionState = 'header';
  private nextSymbol: number;
  private headerAttempts = 0;
  private layout: BurstLayout | undefined;
  private decoded: { header: Header; redundancyVersion: number } | undefined;
  private firstHeaderLlrs: Float32Array | undefined;

  constructor(
    readonly shared: ProfileReception,
    readonly candidate: BurstCandidate,
  ) {
    const { profile, basebandRateHz } = shared;
    const { waveform, centerHz, decimation } = profile;
    const placement = { basebandRateHz, centerHz, pair: chirpPair(profile) };
    const sync = { ...candidate, offsetSamples: preambleSamples(profile) / decimation };
    this.demodulator =
      waveform.kind === 'ofdm'
        ? new OfdmDemodulator(waveform, placement, sync)
        : new FskDemodulator(waveform, placement, sync);
    this.nextSymbol = shared.headerSymbolCount;
  }

  get state(): ReceptionState {
    return this.currentState;
  }

  /** Headers demodulated and decoded so far, under whatever assumption. */
  get headerAttemptCount(): number {
    return this.headerAttempts;
  }

  /** Soft bits of the header as first read, for diagnosis; undefined until then. */
  get headerLlrs(): Float32Array | undefined {
    return this.firstHeaderLlrs;
  }

  /** The decoded header, from the state `payload` on. */
  get header(): { header: Header; redundancyVersion: number } | undefined {
    return this.decoded;
  }

  get startSeconds(): number {
    return this.candidate.startSamples / this.shared.basebandRateHz;
  }

  get endSeconds(): number {
    const symbolCount = this.layout?.symbolCount ?? this.shared.headerSymbolCount;
    return this.demodulator.endOfBurst(symbolCount) / this.shared.basebandRateHz;
  }

  /** Gives up: another reception follows the same burst. */
  drop(): void {
    this.currentState = 'dropped';
  }

  /**
   * Goes as far as the baseband allows.
   *
   * @param spareAttempts - how often a strong candidate's header may be tried again under other assumptions
   */
  advance(buffer: BasebandBuffer, spareAttempts: number): ReceptionState {
    if (this.currentState === 'header') this.readHeader(buffer, spareAttempts);
    const symbolCount = this.layout?.symbolCount ?? 0;
    while (this.currentState === 'payload') {
      if (this.nextSymbol === symbolCount) {
        this.currentState = 'complete';
        break;
      }
      if (!buffer.reaches(this.demodulator.endOfSymbol(this.nextSymbol))) break;
      this.demodulator.demodulateSymbol(buffer, this.nextSymbol);
      this.nextSymbol++;
    }
    return this.currentState;
  }

  private readHeader(buffer: BasebandBuffer, spareAttempts: number): void {
    const { headerSymbolCount, headerCodec, profile } = this.shared;
    if (!buffer.reaches(this.demodulator.endOfSymbol(headerSymbolCount - 1))) return;
    this.firstHeaderLlrs = this.demodulator.demodulateHeader(buffer);
    let result = headerCodec.decode(this.firstHeaderLlrs);
    this.headerAttempts++;
    while (!result.ok && this.candidate.score >= STRONG_SCORE && this.headerAttempts <= spareAttempts) {
      const llrs = this.demodulator.retryHeader(buffer, this.headerAttempts);
      if (!llrs) break;
      result = headerCodec.decode(llrs);
      this.headerAttempts++;
    }
    if (!result.ok) {
      this.currentState = 'dropped';
      return;
    }
    this.decoded = result;
    this.layout = burstLayout(profile, result.header.payloadByteCount);
    this.demodulator.acceptHeader(headerCodec.encode(result.header, result.redundancyVersion));
    this.currentState = this.demodulator.snrDb < LEAST_SNR_DB ? 'dropped' : 'payload';
  }
}
