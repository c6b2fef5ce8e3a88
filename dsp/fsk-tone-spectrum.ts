// The spectrum of an FSK symbol's window at every quarter of the tones' spacing, so that the tones' energies can be looked up for
// any speed near that at which the window was read.

import type { RealArray } from './fft.js';
import { type FskWaveform, fskToneCount } from './fsk-grid.js';
import { type ScrambledFft, sharedScrambledFft } from './scrambled-fft.js';

/** Points from one tone to the next: a tone half way between two loses 0.2 dB. */
const POINTS_PER_TONE = 4;
/** Tones beyond the outermost, to each side, that are kept: 1.7 m/s at 19 kHz and 23 Hz. */
const MARGIN_TONES = 4;

/** Makes and reads spectra of one waveform. */
export class FskToneSpectrum {
  // derived
  /** Values in a spectrum. */
  readonly length: number;
  /** Dilation that moves the middle tone by one point. */
  readonly dilationPerPoint: number;
  private readonly toneCount: number;
  private readonly fft: ScrambledFft;
  /** Where a transform leaves the bin of each tone, those in the margins included. */
  private readonly places: Int32Array;
  /** Points by which each tone moves per unit of dilation. */
  private readonly pointsPerDilation: Float64Array;
  /** exp(-2 pi i n / (4 N)) moves a window's spectrum by one point. */
  private readonly turnRe: Float64Array;
  private readonly turnIm: Float64Array;
  // scratch
  private readonly turnedRe: Float64Array;
  private readonly turnedIm: Float64Array;
  private readonly binRe: Float64Array;
  private readonly binIm: Float64Array;

  /** @param omegaRadPerSample - passband frequency of each tone */
  constructor(
    private readonly waveform: FskWaveform,
    omegaRadPerSample: Float64Array,
  ) {
    const { fftSize } = waveform;
    const pointRad = (2 * Math.PI) / fftSize / POINTS_PER_TONE;
    this.toneCount = fskToneCount(waveform);
    this.length = POINTS_PER_TONE * (this.toneCount + 2 * MARGIN_TONES);
    this.dilationPerPoint = pointRad / omegaRadPerSample[this.toneCount >> 1];
    this.pointsPerDilation = omegaRadPerSample.map((omega) => omega / pointRad);
    this.fft = sharedScrambledFft(fftSize);
    this.places = Int32Array.from(
      { length: this.toneCount + 2 * MARGIN_TONES },
      (_, i) => this.fft.places[(i - MARGIN_TONES - this.toneCount / 2) & (fftSize - 1)],
    );
    this.turnRe = Float64Array.from({ length: fftSize }, (_, n) => Math.cos(pointRad * n));
    this.turnIm = Float64Array.from({ length: fftSize }, (_, n) => -Math.sin(pointRad * n));
    this.turnedRe = new Float64Array(fftSize);
    this.turnedIm = new Float64Array(fftSize);
    this.binRe = new Float64Array(fftSize);
    this.binIm = new Float64Array(fftSize);
  }

  /**
   * @param re - real parts of the window, fftSize of them, left as they are
   * @param out - receives `length` squared magnitudes
   */
  transform(re: Float64Array, im: Float64Array, out: RealArray): void {
    const { places, turnRe, turnIm, turnedRe, turnedIm, binRe, binIm } = this;
    const { fftSize } = this.waveform;
    turnedRe.set(re);
    turnedIm.set(im);
    for (let point = 0; point < POINTS_PER_TONE; point++) {
      binRe.set(turnedRe);
      binIm.set(turnedIm);
      this.fft.forward(binRe, binIm);
      for (let i = 0; i < places.length; i++) {
        const at = places[i];
        out[POINTS_PER_TONE * i + point] = binRe[at] * binRe[at] + binIm[at] * binIm[at];
      }
      for (let n = 0; n < fftSize; n++) {
        const turned = turnedRe[n] * turnRe[n] - turnedIm[n] * turnIm[n];
        turnedIm[n] = turnedRe[n] * turnIm[n] + turnedIm[n] * turnRe[n];
        turnedRe[n] = turned;
      }
    }
  }

  /**
   * Index of the point nearest to where a tone lies, within the margin.
   *
   * @param dilationError - by how much the burst's dilation exceeds that at which the window was read
   */
  pointOf(tone: number, dilationError: number): number {
    const most = POINTS_PER_TONE * MARGIN_TONES - 1;
    const shift = Math.round(dilationError * this.pointsPerDilation[tone]);
    return POINTS_PER_TONE * (tone + MARGIN_TONES) + Math.max(-most, Math.min(most, shift));
  }

  /** The tone that a point is nearest above of; the outermost for points in the margin. */
  toneAt(point: number): number {
    const tone = Math.floor(point / POINTS_PER_TONE) - MARGIN_TONES;
    return Math.max(0, Math.min(this.toneCount - 1, tone));
  }

  /** Energies of all tones. @param dilationError - as in `pointOf` */
  energies(spectrum: RealArray, dilationError: number): Float64Array {
    const energies = new Float64Array(this.toneCount);
    for (let tone = 0; tone < energies.length; tone++) energies[tone] = spectrum[this.pointOf(tone, dilationError)];
    return energies;
  }
}
