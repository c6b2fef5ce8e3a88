// One supposed burst while it comes in: searching has proposed it, then `header`, then `payload`.

import { type Header, HeaderCodec } from '../../codec/frame/header.js';
import type { BasebandBuffer } from '../../dsp/baseband-buffer.js';
import type { BurstDemodulator, BurstSync } from '../../dsp/burst-demodulator.js';
import type { BurstCandidate } from '../../dsp/burst-detector.js';
import { FskDemodulator } from '../../dsp/fsk-demodulator.js';
import { fskSymbolSamples } from '../../dsp/fsk-grid.js';
import { OfdmDemodulator } from '../../dsp/ofdm-demodulator.js';
import { OfdmTables } from '../../dsp/ofdm-tables.js';
import { type BurstLayout, burstLayout, chirpPair, preambleSamples } from './burst-layout.js';
import { agreementOf, LEAST_AGREEMENT_ALONE, type SoftHeader } from './header-agreement.js';
import type { KnownHeaders } from './known-headers.js';
import type { Profile } from './profiles.js';
import type { WorkBudget } from './work-budget.js';

/** Where a reception stands: waiting for samples, given up (no header), or with all symbols heard. */
export type ReceptionState = 'header' | 'payload' | 'dropped' | 'complete';

/**
 * Where a burst ends: `announced` - where its header says; `broken-off` - before that, with the last that was heard of it;
 * `displaced` - there too, as others made it end.
 */
export type BurstEnding = 'announced' | 'broken-off' | 'displaced';

/** What a header said, and which redundancy version came with it. */
export interface DecodedHeader {
  readonly header: Header;
  readonly redundancyVersion: number;
}

/** What is made once for a profile and shared by its receptions. */
export interface ProfileReception {
  readonly profile: Profile;
  readonly basebandRateHz: number;
  readonly headerCodec: HeaderCodec;
  readonly headerSymbolCount: number;
  /** Of a payload of one byte: no two bursts of one phone begin closer together. */
  readonly shortestBurstSeconds: number;
  readonly newDemodulator: (sync: BurstSync) => BurstDemodulator;
}

export function profileReception(profile: Profile): ProfileReception {
  const { headerBitCount, headerSymbolCount, symbolCount } = burstLayout(profile, 1);
  const { waveform, sampleRateHz, decimation } = profile;
  const basebandRateHz = sampleRateHz / decimation;
  const symbolSamples =
    waveform.kind === 'ofdm' ? waveform.fftSize + waveform.cyclicPrefixSamples : fskSymbolSamples(waveform);
  const shortestBurstSeconds = preambleSamples(profile) / sampleRateHz + (symbolCount * symbolSamples) / basebandRateHz;
  const headerCodec = new HeaderCodec(headerBitCount);
  const newDemodulator = demodulatorsOf(profile, basebandRateHz);
  return { profile, basebandRateHz, headerCodec, headerSymbolCount, shortestBurstSeconds, newDemodulator };
}

/** What makes a profile's demodulators; what these share is made with the first. */
function demodulatorsOf(profile: Profile, basebandRateHz: number): (sync: BurstSync) => BurstDemodulator {
  const { waveform, centerHz } = profile;
  const placement = { basebandRateHz, centerHz, pair: chirpPair(profile) };
  if (waveform.kind === 'fsk') return (sync) => new FskDemodulator(waveform, placement, sync);
  let tables: OfdmTables | undefined;
  return (sync) => {
    tables ??= new OfdmTables(waveform, placement);
    return new OfdmDemodulator(waveform, placement, sync, tables);
  };
}

/** With less in-band SNR than this no profile decodes, not even from many bursts: the header was chance. */
const LEAST_SNR_DB = -24;

/** Score beyond which a candidate is hardly noise (about e^-23 for one pair) and its header worth several attempts. */
export const STRONG_SCORE = 26;

/**
 * A header whose pilots add up by less is most likely none, and is only tried as far as its listener has time to spare. Behind
 * chirps without end and preambles every 50 ms nine windows in ten come to 6.5 at most; of headers read in near rooms at 10 dB
 * and far ones at 15 dB nine in ten to 7.7 and 5.6 (audible-fast, ultrasonic-fast in far rooms) or more, in white noise all to 20.
 */
const LEAST_COHERENCE = 8;

/** What a listener can afford for a header that is about to be read. */
export interface HeaderBudget {
  /** How often a strong candidate's header may be tried again under other assumptions. */
  readonly spareAttempts: number;
  /** Whether one that hardly looks like a header may be tried at all. */
  readonly mayDoubt: boolean;
}

export class BurstReception {
  /** Made when it is first needed: most candidates of a storm are refused before that. */
  private currentDemodulator: BurstDemodulator | undefined;
  private readonly heardHeaders: SoftHeader[] = [];
  private currentState: ReceptionState = 'header';
  private nextSymbol: number;
  private headerAttempts = 0;
  private looksDoubtful = false;
  private currentEnding: BurstEnding = 'announced';
  private layout: BurstLayout | undefined;
  private decoded: DecodedHeader | undefined;

  /** @param work - that its header is paid from, if it is to be given back should the burst be heard */
  constructor(
    readonly shared: ProfileReception,
    readonly candidate: BurstCandidate,
    private readonly work?: WorkBudget,
  ) {
    this.nextSymbol = shared.headerSymbolCount;
  }

  get demodulator(): BurstDemodulator {
    this.currentDemodulator ??= newDemodulator(this.shared, this.candidate);
    return this.currentDemodulator;
  }

  get state(): ReceptionState {
    return this.currentState;
  }

  /** Headers demodulated and decoded so far, under whatever assumption. */
  get headerAttemptCount(): number {
    return this.headerAttempts;
  }

  /** Whether what stands in the header's place hardly looks like one; known once it was to be read. */
  get isDoubtful(): boolean {
    return this.looksDoubtful;
  }

  /** The header as heard under each assumption tried so far, the likeliest first. */
  get headersHeard(): readonly SoftHeader[] {
    return this.heardHeaders;
  }

  /** The decoded header, from the state `payload` on. */
  get header(): DecodedHeader | undefined {
    return this.decoded;
  }

  /** Coded bits of the payload, 0 before the state `payload`. */
  get payloadBitCount(): number {
    return this.layout?.payloadBitCount ?? 0;
  }

  get startSeconds(): number {
    return this.candidate.startSamples / this.shared.basebandRateHz;
  }

  /** Of the burst, or of what was heard of it if it ended before. */
  get endSeconds(): number {
    return this.currentEnding === 'announced' ? this.announcedEndSeconds : this.endOf(this.nextSymbol);
  }

  /** Of the burst as its header announced it. */
  get announcedEndSeconds(): number {
    return this.endOf(this.layout?.symbolCount ?? this.shared.headerSymbolCount);
  }

  /** Of the header alone. */
  get headerEndSeconds(): number {
    return this.endOf(this.shared.headerSymbolCount);
  }

  private endOf(symbolCount: number): number {
    return this.demodulator.endOfBurst(symbolCount) / this.shared.basebandRateHz;
  }

  /** Symbols demodulated so far, those of the header among them. */
  get heardSymbolCount(): number {
    return this.nextSymbol;
  }

  /** `announced` until it is known to end before that. */
  get ending(): BurstEnding {
    return this.currentEnding;
  }

  /** Soft bits of the payload, 0 for what was not heard. */
  payloadLlrs(): Float32Array {
    const heard = this.demodulator.payloadLlrs();
    if (heard.length >= this.payloadBitCount) return heard;
    const llrs = new Float32Array(this.payloadBitCount);
    llrs.set(heard);
    return llrs;
  }

  /** The burst was heard: what its header took was not in vain. */
  redeem(): void {
    this.work?.refund(this.headerAttempts);
  }

  /** Too many others go on: it ends where it is, and is not decoded. */
  giveWay(): void {
    this.currentEnding = 'displaced';
    this.currentState = 'complete';
  }

  /** Gives up: another reception follows the same burst. */
  drop(): void {
    this.currentState = 'dropped';
  }

  /**
   * Goes as far as the baseband allows.
   *
   * @param budget - what a header may cost
   * @param known - headers that may come again
   */
  advance(buffer: BasebandBuffer, budget: HeaderBudget, known: KnownHeaders): ReceptionState {
    if (this.currentState === 'header') this.readHeader(buffer, budget, known);
    const symbolCount = this.layout?.symbolCount ?? 0;
    while (this.currentState === 'payload') {
      if (this.nextSymbol === symbolCount) {
        this.currentState = 'complete';
        break;
      }
      if (!buffer.reaches(this.demodulator.endOfSymbol(this.nextSymbol))) break;
      this.demodulator.demodulateSymbol(buffer, this.nextSymbol);
      this.nextSymbol++;
      if (!this.demodulator.isGone || this.nextSymbol === symbolCount) continue;
      this.currentEnding = 'broken-off';
      this.currentState = 'complete';
    }
    return this.currentState;
  }

  /** The header became known by other bursts: takes the assumption under which it agrees best, and goes on. */
  adopt(buffer: BasebandBuffer, { header, redundancyVersion }: DecodedHeader): void {
    const bits = this.shared.headerCodec.encode(header, redundancyVersion);
    let best = 0;
    let most = agreementOf(this.demodulator.demodulateHeader(buffer), bits);
    for (let attempt = 1; ; attempt++) {
      const llrs = this.demodulator.retryHeader(buffer, attempt);
      if (!llrs) break;
      const agreement = agreementOf(llrs, bits);
      if (agreement <= most) continue;
      most = agreement;
      best = attempt;
    }
    this.currentDemodulator = newDemodulator(this.shared, this.candidate);
    this.demodulator.demodulateHeader(buffer);
    if (best > 0) this.demodulator.retryHeader(buffer, best);
    this.accept({ header, redundancyVersion });
  }

  private readHeader(buffer: BasebandBuffer, budget: HeaderBudget, known: KnownHeaders): void {
    const { headerSymbolCount } = this.shared;
    if (!buffer.reaches(this.demodulator.endOfSymbol(headerSymbolCount - 1))) return;
    this.looksDoubtful = this.demodulator.headerCoherence(buffer) < LEAST_COHERENCE;
    if (this.looksDoubtful && !budget.mayDoubt) {
      this.currentState = 'dropped';
      return;
    }
    let llrs: Float32Array | undefined = this.demodulator.demodulateHeader(buffer);
    while (llrs) {
      this.headerAttempts++;
      const heard: SoftHeader = { llrs, tones: this.demodulator.headerTones };
      this.heardHeaders.push(heard);
      const decoded = this.believe(llrs) ?? known.recognise(this.shared.headerCodec, heard, this.startSeconds);
      if (decoded) {
        this.accept(decoded);
        return;
      }
      if (this.candidate.score < STRONG_SCORE || this.headerAttempts > budget.spareAttempts) break;
      llrs = this.demodulator.retryHeader(buffer, this.headerAttempts);
    }
    this.currentState = 'dropped';
  }

  /** A header read alone, unless soft bits that carry none might as well say it. */
  private believe(llrs: Float32Array): DecodedHeader | undefined {
    const { headerCodec } = this.shared;
    const result = headerCodec.decode(llrs, LEAST_AGREEMENT_ALONE);
    if (!result.ok) return undefined;
    const bits = headerCodec.encode(result.header, result.redundancyVersion);
    return agreementOf(llrs, bits) >= LEAST_AGREEMENT_ALONE ? result : undefined;
  }

  private accept(decoded: DecodedHeader): void {
    const { headerCodec, profile } = this.shared;
    const { header, redundancyVersion } = decoded;
    this.decoded = { header, redundancyVersion };
    this.layout = burstLayout(profile, header.payloadByteCount);
    this.demodulator.acceptHeader(headerCodec.encode(header, redundancyVersion));
    this.currentState = this.demodulator.snrDb < LEAST_SNR_DB ? 'dropped' : 'payload';
  }
}

function newDemodulator(
  { profile, newDemodulator: make }: ProfileReception,
  candidate: BurstCandidate,
): BurstDemodulator {
  return make({ ...candidate, offsetSamples: preambleSamples(profile) / profile.decimation });
}
