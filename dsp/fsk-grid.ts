// Which tones an FSK burst may sound: groups side by side over the band, one tone of each group in every symbol.
//
//   frequency ->   | group 0: tone 0 . . . M-1 | group 1: tone 0 . . . M-1 | ...      spacing sampleRate / fftSize
//   each symbol      log2(M) bits choose one     log2(M) bits choose one   ...        all groups sound at once

/** Numbers of an M-FSK waveform with G tones at once. Lengths are in baseband samples. */
export interface FskWaveform {
  readonly kind: 'fsk';
  /** Length of the window in which tones are orthogonal. */
  readonly fftSize: number;
  /** Raised-cosine overlap of neighbouring symbols, outside that window. */
  readonly rampSamples: number;
  readonly groupCount: number;
  /** M, a power of two. */
  readonly tonesPerGroup: number;
  readonly headerSymbolCount: number;
  /** Highest code rate used: information bits over coded bits; the last symbol is filled up. */
  readonly codeRate: number;
}

/** Tones of all groups. */
export function fskToneCount(waveform: FskWaveform): number {
  return waveform.groupCount * waveform.tonesPerGroup;
}

/** Coded bits that choose one group's tone. */
export function fskBitsPerGroup(waveform: FskWaveform): number {
  return Math.log2(waveform.tonesPerGroup);
}

/** Coded bits in one symbol. */
export function fskBitsPerSymbol(waveform: FskWaveform): number {
  return waveform.groupCount * fskBitsPerGroup(waveform);
}

/** Payload symbols needed so that the code rate is at most the waveform's. */
export function fskPayloadSymbolCount(waveform: FskWaveform, infoBitCount: number): number {
  return Math.ceil(infoBitCount / waveform.codeRate / fskBitsPerSymbol(waveform));
}

/** Sent baseband samples from one symbol to the next. */
export function fskSymbolSamples(waveform: FskWaveform): number {
  return waveform.fftSize + waveform.rampSamples;
}
