// How a profile turns a payload's length into symbols and bits: the same arithmetic at both ends.

import { planFrame } from '../../codec/frame/frame.js';
import type { ChirpPair } from '../../dsp/chirp.js';
import { fskBitsPerSymbol, fskPayloadSymbolCount, fskToneCount } from '../../dsp/fsk-grid.js';
import { OfdmGrid } from '../../dsp/ofdm-grid.js';
import type { Profile } from './profiles.js';

/** Sizes of one burst. */
export interface BurstLayout {
  readonly headerBitCount: number;
  /** Symbols that must be heard before the header can be decoded. */
  readonly headerSymbolCount: number;
  /** All symbols, those with the header included. */
  readonly symbolCount: number;
  /** Coded bits of the payload; they fill the burst's symbols completely. */
  readonly payloadBitCount: number;
}

/** @param payloadByteCount - 1..4096 */
export function burstLayout(profile: Profile, payloadByteCount: number): BurstLayout {
  const { infoBitCount } = planFrame(payloadByteCount);
  const { waveform } = profile;
  if (waveform.kind === 'fsk') {
    const perSymbol = fskBitsPerSymbol(waveform);
    const payloadSymbolCount = fskPayloadSymbolCount(waveform, infoBitCount);
    return {
      headerBitCount: waveform.headerSymbolCount * perSymbol,
      headerSymbolCount: waveform.headerSymbolCount,
      symbolCount: waveform.headerSymbolCount + payloadSymbolCount,
      payloadBitCount: payloadSymbolCount * perSymbol,
    };
  }
  const grid = new OfdmGrid(waveform);
  const symbolCount = grid.symbolCountFor(infoBitCount);
  return {
    headerBitCount: grid.headerBitCount,
    headerSymbolCount: 1,
    symbolCount,
    payloadBitCount: grid.payloadBitCount(symbolCount),
  };
}

/** Width of all carriers or tones together, Hz; they lie around `centerHz`. */
export function waveformWidthHz({ waveform, sampleRateHz, decimation }: Profile): number {
  const count = waveform.kind === 'ofdm' ? waveform.carrierCount : fskToneCount(waveform);
  return (count * sampleRateHz) / decimation / waveform.fftSize;
}

/** The band that preamble and symbols take together, without the skirts. */
export function occupiedBand(profile: Profile): { readonly lowHz: number; readonly highHz: number } {
  const { preamble, centerHz } = profile;
  const halfWidthHz = waveformWidthHz(profile) / 2;
  return {
    lowHz: Math.min(preamble.lowHz, centerHz - halfWidthHz),
    highHz: Math.max(preamble.highHz, centerHz + halfWidthHz),
  };
}

/** Air samples of the preamble. */
export function preambleSamples(profile: Profile): number {
  return 2 * profile.preamble.chirpSamples * profile.preamble.pairCount;
}

/** The profile's chirps as dsp sees them. */
export function chirpPair({ preamble, sampleRateHz }: Profile): ChirpPair {
  const { lowHz, highHz, chirpSamples } = preamble;
  return { lowHz, highHz, chirpSeconds: chirpSamples / sampleRateHz };
}
