// One burst as the demodulator sees it, taken apart once more after the receiver has told where it lies: for the picture.
// The receiver itself keeps none of this; here its pieces from `tillsong/dsp` are put together by hand.

import {
  burstLayout,
  chirpPair,
  type LinkReport,
  type Profile,
  preambleSamples,
  SPEED_OF_SOUND_METERS_PER_SECOND,
} from 'tillsong';
import { encodeFrame, HeaderCodec } from 'tillsong/codec';
import { BasebandBuffer, type BasebandPlacement, DownConverter, FskDemodulator, OfdmDemodulator } from 'tillsong/dsp';
import { type FskView, viewFsk } from './fsk-view.js';
import { type OfdmView, viewOfdm } from './ofdm-view.js';

/** A stretch of a burst, in seconds since the recording began. */
export interface BurstPart {
  readonly kind: 'down chirp' | 'up chirp' | 'header' | 'payload';
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A burst with its parts and what each payload symbol brought. */
export interface BurstView {
  /** In order; chirps one by one, header and payload symbol by symbol. (OFDM's header symbol holds some payload, too.) */
  readonly parts: readonly BurstPart[];
  readonly waveform: OfdmView | FskView;
}

/**
 * Demodulates a burst again, as the receiver did at first sight of it.
 *
 * @param samples - the recording, at the profile's rate
 * @param report - of this burst, from the receiver
 * @param payload - the message, if the receiver had it: tells which decisions were wrong
 * @returns undefined when the header cannot be read from here
 */
export function viewBurst(
  samples: Float32Array,
  profile: Profile,
  report: LinkReport,
  payload: Uint8Array | undefined,
): BurstView | undefined {
  const basebandRateHz = profile.sampleRateHz / profile.decimation;
  const placement = { basebandRateHz, centerHz: profile.centerHz, pair: chirpPair(profile) };
  const demodulator = demodulatorFor(profile, placement, report);
  const buffer = toBaseband(samples, profile);

  const { headerBitCount, headerSymbolCount } = burstLayout(profile, 1);
  const codec = new HeaderCodec(headerBitCount);
  const decoded = codec.decode(demodulator.demodulateHeader(buffer));
  if (!decoded.ok) return undefined;
  const { header, redundancyVersion } = decoded;
  demodulator.acceptHeader(codec.encode(header, redundancyVersion));

  const { symbolCount, payloadBitCount } = burstLayout(profile, header.payloadByteCount);
  for (let symbol = headerSymbolCount; symbol < symbolCount; symbol++) demodulator.demodulateSymbol(buffer, symbol);

  const isThisMessage = payload?.length === header.payloadByteCount;
  const sentBits = isThisMessage ? encodeFrame(payload, redundancyVersion, payloadBitCount) : undefined;
  const symbolEnds = Array.from({ length: symbolCount }, (_, i) => demodulator.endOfBurst(i + 1) / basebandRateHz);
  return {
    parts: partsOf(profile, report, headerSymbolCount, symbolEnds),
    waveform:
      demodulator instanceof OfdmDemodulator
        ? viewOfdm(demodulator, placement, symbolCount, sentBits)
        : viewFsk(demodulator, profile, symbolCount, sentBits),
  };
}

/** The report splits the dilation into what a clock and what a motion explains; a demodulator takes it as one. */
function dilationOf({ clockOffsetPpm, speedMetersPerSecond }: LinkReport): number {
  return clockOffsetPpm * 1e-6 + speedMetersPerSecond / SPEED_OF_SOUND_METERS_PER_SECOND;
}

function demodulatorFor(
  profile: Profile,
  placement: BasebandPlacement,
  report: LinkReport,
): OfdmDemodulator | FskDemodulator {
  const { waveform, decimation } = profile;
  const sync = {
    startSamples: report.startSeconds * placement.basebandRateHz,
    dilation: dilationOf(report),
    offsetSamples: preambleSamples(profile) / decimation,
  };
  return waveform.kind === 'ofdm'
    ? new OfdmDemodulator(waveform, placement, sync)
    : new FskDemodulator(waveform, placement, sync);
}

function toBaseband(samples: Float32Array, profile: Profile): BasebandBuffer {
  const { sampleRateHz, centerHz, decimation, preamble } = profile;
  const widthHz = 2 * Math.max(preamble.highHz - centerHz, centerHz - preamble.lowHz);
  const converter = new DownConverter({ sampleRateHz, centerHz, widthHz, decimation });
  const silence = new Float32Array(sampleRateHz); // carries the end of the recording through the filters
  const buffer = new BasebandBuffer(Math.ceil((samples.length + silence.length) / decimation));
  for (const chunk of [samples, silence]) {
    const { re, im } = converter.push(chunk);
    buffer.append(re, im);
  }
  return buffer;
}

function partsOf(
  { preamble, sampleRateHz }: Profile,
  report: LinkReport,
  headerSymbolCount: number,
  symbolEndsSeconds: readonly number[],
): BurstPart[] {
  const chirpSeconds = preamble.chirpSamples / sampleRateHz / (1 + dilationOf(report));
  const chirps = Array.from({ length: 2 * preamble.pairCount }, (_, i) => ({
    kind: i % 2 === 0 ? ('down chirp' as const) : ('up chirp' as const),
    startSeconds: report.startSeconds + i * chirpSeconds,
    endSeconds: report.startSeconds + (i + 1) * chirpSeconds,
  }));
  const symbols = symbolEndsSeconds.map((endSeconds, i) => ({
    kind: i < headerSymbolCount ? ('header' as const) : ('payload' as const),
    startSeconds: i === 0 ? chirps[chirps.length - 1].endSeconds : symbolEndsSeconds[i - 1],
    endSeconds,
  }));
  return [...chirps, ...symbols];
}
