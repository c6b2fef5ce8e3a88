// Where a modulated waveform sits on the air: what both modulators need of a profile besides their waveform.

/** Where the waveform sits: baseband samples are `decimation` air samples long. */
export interface AirPlacement {
  readonly sampleRateHz: number;
  readonly centerHz: number;
  readonly decimation: number;
  /** How far beyond the band a little energy may go, which lowers the peaks. */
  readonly skirtHz: number;
}
