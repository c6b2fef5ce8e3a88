// `tillsong/dsp`: waveforms <-> soft bits. Knows nothing of frames, tokens or codes.

export { BasebandBuffer, type ReadPlan } from './baseband-buffer.js';
export type { BasebandPlacement, BurstDemodulator, BurstSync, Refinement } from './burst-demodulator.js';
export { type BurstCandidate, BurstDetector, type BurstDetectorConfig } from './burst-detector.js';
export { basebandChirp, type ChirpPair, chirpPhaseCycles, sweepRateHzPerSecond, writeChirpTrain } from './chirp.js';
export * from './channel/index.js';
export { type Band, type ComplexSamples, DownConverter } from './down-converter.js';
export { Fft, type RealArray } from './fft.js';
export { FskDemodulator } from './fsk-demodulator.js';
export { type FskWaveform, fskBitsPerGroup, fskBitsPerSymbol, fskSymbolSamples, fskToneCount } from './fsk-grid.js';
export { toneBitLlrs, toneLogLikelihoodRatio } from './fsk-metric.js';
export { FskModulator } from './fsk-modulator.js';
export { type OfdmCells, OfdmDemodulator } from './ofdm-demodulator.js';
export { OfdmGrid, type OfdmWaveform } from './ofdm-grid.js';
export { OfdmModulator } from './ofdm-modulator.js';
export { demapQpsk } from './qpsk.js';
export { Resampler, type ResamplerConfig, resample } from './resampler.js';
export {
  bandPower,
  DensitySpectrum,
  type LevelGrid,
  type MeanSpectrum,
  meanSpectrum,
  spectrogram,
  type SpectrogramConfig,
} from './spectrogram.js';
