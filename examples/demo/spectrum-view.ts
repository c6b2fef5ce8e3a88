// Signal and noise over frequency, as a demodulator met them.

/** Powers on one scale, at rising frequencies; NaN where nothing is known. */
export interface SpectrumView {
  readonly frequenciesHz: readonly number[];
  readonly signal: Float64Array;
  readonly noise: Float64Array;
}
