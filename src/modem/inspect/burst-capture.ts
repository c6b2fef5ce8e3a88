// Everything that is copied of a reception at the moment it ends: how far it came, its soft bits, and what its symbols brought.

import { encodeFrame, FrameDecoder, planFrame } from '../../../codec/frame/frame.js';
import { HEADER_INFO_BIT_COUNT } from '../../../codec/frame/header.js';
import type { EchoProfile } from '../../../dsp/burst-alignment.js';
import { FskDemodulator } from '../../../dsp/fsk-demodulator.js';
import { OfdmDemodulator } from '../../../dsp/ofdm-demodulator.js';
import { bandSearch } from '../band-search.js';
import { burstLayout } from '../burst-layout.js';
import type { BurstReception } from '../burst-reception.js';
import { SPEED_OF_SOUND_METERS_PER_SECOND, splitDilation } from '../link-report.js';
import type { Profile } from '../profiles.js';
import type { ReceptionEnd } from '../receiver-observer.js';
import type { BurstPart, BurstView } from './burst-view.js';
import { viewFsk } from './fsk-view.js';
import type { BurstDetail, BurstInspection, BurstOutcome } from './inspection.js';
import { viewOfdm } from './ofdm-view.js';
import { inspectSoftBits, neededHeaderInformation, neededPayloadInformation } from './soft-bits.js';

/** A candidate of this score is hardly noise. */
export const STRONG_SCORE = 26;

/** A burst as it was when it ended, before its sound is looked at. */
export interface CapturedBurst extends Omit<BurstInspection, 'findings' | 'detail' | 'outcome'> {
  readonly outcome: BurstOutcome;
  readonly source: Profile;
  readonly echoes: EchoProfile;
}

/** The parts of the detail that come from the demodulator. */
export type CapturedDetail = Pick<BurstDetail, 'headerBits' | 'payloadBits' | 'decoding' | 'view'>;

const OUTCOMES: Readonly<Record<ReceptionEnd, BurstOutcome>> = {
  refused: 'not-tried',
  displaced: 'not-tried',
  'no-header': 'header',
  'chance-header': 'chance',
  echo: 'echo',
  'cut-off': 'cut-off',
  delivered: 'delivered',
  repeated: 'repeated',
  failed: 'payload',
};

export function captureBurst(reception: BurstReception, end: ReceptionEnd): CapturedBurst {
  const { candidate, demodulator, shared, header, startSeconds, announcedEndSeconds } = reception;
  const change = (demodulator.dilation - candidate.dilation) * SPEED_OF_SOUND_METERS_PER_SECOND;
  return {
    source: shared.profile,
    profile: shared.profile.name,
    startSeconds,
    endSeconds: announcedEndSeconds,
    outcome: OUTCOMES[end],
    score: candidate.score,
    threshold: bandSearch([shared.profile]).detector.thresholds[0],
    ...splitDilation(header ? demodulator.dilation : candidate.dilation),
    // The chirps alone tell the speed of a single pair to about 0.1 m/s.
    speedChangeMetersPerSecond: header && shared.profile.waveform.kind === 'fsk' ? change : 0,
    snrDb: demodulator.snrDb,
    header: header && { ...header.header, redundancyVersion: header.redundancyVersion },
    headerAttempts: reception.headerAttemptCount,
    echoes: candidate.echoes,
  };
}

/** How much a burst has to tell: of a long recording only the most telling ones are kept at length. */
export function interestOf({ outcome, score }: CapturedBurst): number {
  if (outcome === 'payload' || outcome === 'cut-off') return 300 + score;
  if (outcome === 'delivered') return 200 + score;
  if (outcome === 'repeated') return 150;
  if (outcome === 'header') return score >= STRONG_SCORE ? 100 + score : score;
  return 0;
}

export function captureDetail(reception: BurstReception): CapturedDetail {
  const { shared, header, headersHeard } = reception;
  const headerLlrs = headersHeard[0]?.llrs;
  const needed = headerLlrs && neededHeaderInformation(HEADER_INFO_BIT_COUNT, headerLlrs.length);
  const headerBits = headerLlrs && needed ? inspectSoftBits(headerLlrs, needed, shared.profile.waveform) : undefined;
  if (!header || reception.state !== 'complete') {
    const view = headerLlrs && viewOf(reception, shared.headerSymbolCount, 'header', undefined);
    return { headerBits, payloadBits: undefined, decoding: undefined, view };
  }
  const { payloadByteCount } = header.header;
  const { payloadBitCount } = burstLayout(shared.profile, payloadByteCount);
  const llrs = reception.payloadLlrs();
  const decoder = new FrameDecoder(payloadByteCount);
  decoder.combine(llrs, header.redundancyVersion);
  const result = decoder.decode();
  const sentBits = result.ok ? encodeFrame(result.payload, header.redundancyVersion, payloadBitCount) : undefined;
  const { infoBitCount } = planFrame(payloadByteCount);
  return {
    headerBits,
    payloadBits: inspectSoftBits(
      llrs,
      neededPayloadInformation(infoBitCount, payloadBitCount),
      shared.profile.waveform,
    ),
    decoding: result.ok
      ? { ok: true, iterations: result.iterations, correctedByteCount: result.correctedByteCount }
      : result,
    view: viewOf(reception, reception.heardSymbolCount, 'payload', sentBits),
  };
}

function viewOf(
  reception: BurstReception,
  symbolCount: number,
  cells: 'payload' | 'header',
  sentBits: Uint8Array | undefined,
): BurstView | undefined {
  const { demodulator } = reception;
  const { profile } = reception.shared;
  const parts = partsOf(reception, symbolCount);
  if (demodulator instanceof OfdmDemodulator)
    return { parts, waveform: viewOfdm(demodulator, profile, symbolCount, cells, sentBits) };
  if (demodulator instanceof FskDemodulator)
    return { parts, waveform: viewFsk(demodulator, profile, symbolCount, cells, sentBits) };
  return undefined;
}

function partsOf({ shared, startSeconds, demodulator }: BurstReception, symbolCount: number): BurstPart[] {
  const { profile, basebandRateHz, headerSymbolCount } = shared;
  const { preamble, sampleRateHz } = profile;
  const chirpSeconds = preamble.chirpSamples / sampleRateHz / (1 + demodulator.dilation);
  const chirps = Array.from({ length: 2 * preamble.pairCount }, (_, i) => ({
    kind: i % 2 === 0 ? ('down chirp' as const) : ('up chirp' as const),
    startSeconds: startSeconds + i * chirpSeconds,
    endSeconds: startSeconds + (i + 1) * chirpSeconds,
  }));
  const ends = Array.from({ length: symbolCount }, (_, i) => demodulator.endOfBurst(i + 1) / basebandRateHz);
  const symbols = ends.map((endSeconds, i) => ({
    kind: i < headerSymbolCount ? ('header' as const) : ('payload' as const),
    startSeconds: i === 0 ? chirps[chirps.length - 1].endSeconds : ends[i - 1],
    endSeconds,
  }));
  return [...chirps, ...symbols];
}
