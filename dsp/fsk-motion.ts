// A sender whose speed changes while it sends an FSK burst. The tones' leaning, which an FSK demodulator follows, lags behind a
// hand that stops or leaves within 0.1 s until it takes each tone for its neighbour. Here the symbols' speeds are judged together,
// by all their tones, and the energies told again at the speeds found.

import type { FskWaveform } from './fsk-grid.js';
import { estimateFskLevels, type FskLevels } from './fsk-levels.js';
import { FskSpeedMetric } from './fsk-speed-metric.js';
import { FskSpeedTrellis, LATEST_SYMBOLS } from './fsk-speed-trellis.js';
import type { FskToneSpectrum } from './fsk-tone-spectrum.js';

/** Largest dilation considered: 2 m/s. */
const MAX_DILATION = 0.006;
/** Rounds of finding the header's speeds and learning the levels at them. */
const HEADER_ROUNDS = 2;
/** With a gain below this in the first round, in nats, there will be none worth having in the next: most headers, and noise. */
const PROMISING_GAIN = 4;

/** One symbol as it was heard. */
interface HeardSymbol {
  readonly spectrum: Float32Array;
  /** At which its window was read. */
  dilation: number;
}

/** Follows one burst: `record` its header symbols, `judgeHeader`, then `follow` each payload symbol. */
export class FskMotion {
  // derived
  private readonly metric: FskSpeedMetric;
  private readonly trellis: FskSpeedTrellis;
  /** Grid of speeds: the one in the middle is 0. */
  private readonly middle: number;
  private readonly mostHeard: number;
  // state
  /** A ring that grows to `mostHeard`: most candidates of a storm end with their header. */
  private heard: HeardSymbol[] = [];
  private count = 0;
  /** What still sounds of earlier symbols in the latest one, and scratch for the next. */
  private ringing: Float32Array;
  private nextRinging: Float32Array;
  private readonly speeds = new Int16Array(LATEST_SYMBOLS);

  constructor(
    private readonly waveform: FskWaveform,
    private readonly spectra: FskToneSpectrum,
  ) {
    this.metric = new FskSpeedMetric(waveform, spectra);
    this.middle = Math.ceil(MAX_DILATION / spectra.dilationPerPoint);
    this.trellis = new FskSpeedTrellis(2 * this.middle + 1);
    this.mostHeard = Math.max(LATEST_SYMBOLS, waveform.headerSymbolCount);
    this.ringing = new Float32Array(spectra.length);
    this.nextRinging = new Float32Array(spectra.length);
  }

  /** Forgets what was heard so far, not at which speed: the burst is complete, and may be kept for long. */
  forget(): void {
    this.heard = [];
    this.count = 0;
    this.trellis.forget();
  }

  /** Where the next symbol's spectrum is to be written. */
  get nextSpectrum(): Float32Array {
    if (this.heard.length === this.count && this.count < this.mostHeard)
      this.heard.push({ spectrum: new Float32Array(this.spectra.length), dilation: 0 });
    return this.heard[this.count % this.mostHeard].spectrum;
  }

  /** The latest symbol's likeliest dilation. */
  get dilation(): number {
    return this.dilationOf(this.trellis.speed);
  }

  /** Symbols that `energiesOf` can tell again. */
  get keptCount(): number {
    return this.trellis.keptCount;
  }

  /** Takes the symbol whose spectrum was written, read at a dilation. */
  record(dilation: number): void {
    this.heard[this.count++ % this.mostHeard].dilation = dilation;
  }

  /**
   * Finds the speeds of the header symbols recorded.
   *
   * @param startDilation - the preamble's
   * @param energies - their tones' energies as read, [symbol][tone]
   * @param known - for each symbol the tones known to have sounded, or undefined
   * @param levelsAsRead - of these energies, if they are estimated already
   * @returns by how much these speeds are likelier than those at which the symbols were read, in nats
   */
  judgeHeader(
    startDilation: number,
    energies: readonly Float64Array[],
    known: readonly (Int32Array | undefined)[],
    levelsAsRead: FskLevels | undefined,
  ): number {
    let gain = 0;
    let rows = energies.slice(0, this.waveform.headerSymbolCount);
    let levels = levelsAsRead;
    for (let round = 0; round < HEADER_ROUNDS; round++) {
      this.metric.learn(levels ?? estimateFskLevels(this.waveform, rows, known));
      levels = undefined;
      this.trellis.start(this.speedNear(startDilation));
      for (let i = 0; i < rows.length; i++) this.advance(i, known[i]);
      gain = this.trellis.likeliestWay(this.speeds);
      if (gain < PROMISING_GAIN) break;
      const skipped = rows.length - this.keptCount;
      rows = rows.map((row, i) => (i < skipped ? row : this.energiesOf(i - skipped)));
    }
    return gain;
  }

  /**
   * Takes the payload symbol whose spectrum was written.
   *
   * @param dilation - at which it was read
   * @returns as `judgeHeader`, for the symbols kept
   */
  follow(dilation: number): number {
    this.record(dilation);
    this.advance(this.count - 1, undefined);
    return this.trellis.likeliestWay(this.speeds);
  }

  /** Sum over the kept symbols of the dilation by which each was read at too small a one. */
  get missedDilation(): number {
    let sum = 0;
    for (let i = 0; i < this.keptCount; i++) sum += this.dilationOf(this.speeds[i]) - this.keptAt(i).dilation;
    return sum;
  }

  /** Energies of a kept symbol's tones at its likeliest speed. @param i - 0 is the oldest kept */
  energiesOf(i: number): Float64Array {
    const { spectrum, dilation } = this.keptAt(i);
    return this.spectra.energies(spectrum, this.dilationOf(this.speeds[i]) - dilation);
  }

  private keptAt(i: number): HeardSymbol {
    return this.heard[(this.count - this.keptCount + i) % this.mostHeard];
  }

  private advance(index: number, known: Int32Array | undefined): void {
    const { heard, metric, mostHeard, ringing, nextRinging } = this;
    const { spectrum, dilation } = heard[index % mostHeard];
    if (index === 0) nextRinging.fill(0);
    else {
      const before = heard[(index - 1) % mostHeard];
      metric.expectRinging(before.spectrum, ringing, dilation - before.dilation, nextRinging);
    }
    this.ringing = nextRinging;
    this.nextRinging = ringing;
    metric.hear(spectrum, nextRinging);
    this.trellis.advance(
      (speed) => metric.logLikelihood(this.dilationOf(speed) - dilation, known),
      this.speedNear(dilation),
    );
  }

  private dilationOf(speed: number): number {
    return (speed - this.middle) * this.spectra.dilationPerPoint;
  }

  private speedNear(dilation: number): number {
    const speed = this.middle + Math.round(dilation / this.spectra.dilationPerPoint);
    return Math.max(0, Math.min(2 * this.middle, speed));
  }
}
