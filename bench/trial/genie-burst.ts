// What a burst is made of and what of it arrived, known by who sent it: the reference that the loss budget compares the
// receiver with. White noise, nobody moves, both clocks agree.

import {
  burstLayout,
  chirpPair,
  PROFILES,
  type Profile,
  type ProfileName,
  preambleSamples,
  type SeededRandom,
  Transmitter,
} from 'tillsong';
import { encodeFrame, encodeHeader, type Header, messageIdOf } from 'tillsong/codec';
import { BasebandBuffer, type BasebandPlacement, DownConverter, Fft, noiseRmsAtPsnr, scaleToPeak } from 'tillsong/dsp';
import { bandSearch } from 'tillsong';

/** Silence or noise around the burst: enough for the receiver's filters, and for the surroundings that it looks at. */
const LEAD_SECONDS = 0.5;
const TAIL_SECONDS = 0.1;

/** The four redundancy versions are alike; a single burst is the first. */
const REDUNDANCY_VERSION = 0;

/** One burst as sent: bits, samples and where they lie. */
export interface GenieBurst {
  readonly profile: Profile;
  readonly payload: Uint8Array;
  readonly header: Header;
  readonly redundancyVersion: number;
  readonly headerBits: Uint8Array;
  readonly payloadBits: Uint8Array;
  readonly headerSymbolCount: number;
  readonly symbolCount: number;
  /** At peak 1, between silences. */
  readonly clean: Float32Array;
  /** First sample of the burst within `clean`. */
  readonly startSamples: number;
  readonly burstSamples: number;
}

/** Makes a burst of a random payload. */
export function genieBurst(name: ProfileName, payloadByteCount: number, random: SeededRandom): GenieBurst {
  const profile = PROFILES[name];
  const payload = random.bytes(payloadByteCount);
  const burst = scaleToPeak(new Transmitter({ profile }).modulate(payload));
  const layout = burstLayout(profile, payloadByteCount);
  const header = { payloadByteCount, messageId: messageIdOf(payload) };
  const startSamples = Math.round((LEAD_SECONDS * profile.sampleRateHz) / profile.decimation) * profile.decimation;
  const clean = new Float32Array(startSamples + burst.length + Math.round(TAIL_SECONDS * profile.sampleRateHz));
  clean.set(burst, startSamples);
  return {
    profile,
    payload,
    header,
    redundancyVersion: REDUNDANCY_VERSION,
    headerBits: encodeHeader(header, REDUNDANCY_VERSION, layout.headerBitCount),
    payloadBits: encodeFrame(payload, REDUNDANCY_VERSION, layout.payloadBitCount),
    headerSymbolCount: layout.headerSymbolCount,
    symbolCount: layout.symbolCount,
    clean,
    startSamples,
    burstSamples: burst.length,
  };
}

/** White noise at a PSNR, as long as a burst's samples. */
export function genieNoise(count: number, psnrDb: number, random: SeededRandom): Float32Array {
  const deviation = noiseRmsAtPsnr(psnrDb);
  return Float32Array.from({ length: count }, () => deviation * random.normal());
}

/** Where a profile's waveform sits. */
export function placementOf(profile: Profile): BasebandPlacement {
  const { centerHz, sampleRateHz, decimation } = profile;
  return { pair: chirpPair(profile), basebandRateHz: sampleRateHz / decimation, centerHz };
}

/** All of a sound in the profile's baseband. */
export function basebandOf(profile: Profile, sound: Float32Array): BasebandBuffer {
  const { re, im } = new DownConverter(bandSearch([profile]).band).push(sound);
  const buffer = new BasebandBuffer(re.length + 64);
  buffer.append(re, im);
  return buffer;
}

/** Complex numbers of the symbols' windows, [symbol][carrier or tone]. */
export interface Windows {
  readonly re: Float64Array[];
  readonly im: Float64Array[];
}

/** Reads every symbol's window at exactly its time: fftSize samples, the given number of bins around 0 Hz. */
export function exactWindows(burst: GenieBurst, baseband: BasebandBuffer): Windows {
  const { profile, symbolCount, startSamples } = burst;
  const { waveform, decimation } = profile;
  const { fftSize } = waveform;
  const isOfdm = waveform.kind === 'ofdm';
  const binCount = isOfdm ? waveform.carrierCount : waveform.groupCount * waveform.tonesPerGroup;
  // OFDM: the prefix, then the window. FSK: a ramp, the window, and the next ramp begins with the next symbol.
  const before = isOfdm ? waveform.cyclicPrefixSamples : waveform.rampSamples;
  const symbolSamples = fftSize + before;
  const first = (startSamples + preambleSamples(profile)) / decimation + before;
  const fft = new Fft(fftSize);
  const workRe = new Float64Array(fftSize);
  const workIm = new Float64Array(fftSize);
  const windows: Windows = { re: [], im: [] };
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    baseband.copy(first + symbol * symbolSamples, workRe, workIm);
    fft.forward(workRe, workIm, workRe, workIm);
    const bins = Int32Array.from({ length: binCount }, (_, k) => (k - binCount / 2) & (fftSize - 1));
    windows.re.push(Float64Array.from(bins, (bin) => workRe[bin]));
    windows.im.push(Float64Array.from(bins, (bin) => workIm[bin]));
  }
  return windows;
}
