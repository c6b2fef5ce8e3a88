// How well the spectrum of an FSK symbol agrees with each speed that the sender may have had: at the right one every group has a
// tone where tones lie, and none between two groups or beyond the outermost.

import { type FskWaveform, fskToneCount } from './fsk-grid.js';
import type { FskLevels } from './fsk-levels.js';
import { toneLikelihoodRatio } from './fsk-metric.js';
import type { FskToneSpectrum } from './fsk-tone-spectrum.js';

/**
 * Noise is not taken to be lower than this share of a tone's power: a speed that changes within a symbol, and points beside the
 * tone's own frequency, spread it. Without a floor a strong burst is so sure of each symbol that no change is too sudden.
 */
const LEAST_NOISE_SHARE = 0.1;
/** Share of a tone's power times its squared distance in tones that leaks there: half of 1 / pi^2. */
const LEAKAGE = 0.05;
/** Share of groups in which nothing is as expected: the tone has faded, something else sounds. */
const UNEXPECTED_SHARE = 0.15;
/** No group says more than this for a speed, in nats. */
const MOST_BELIEVED = 5;

/** Judges spectra once the levels of tones and noise are learnt. */
export class FskSpeedMetric {
  // state
  /** Expected power per tone, the share of it that is constant, and noise. */
  private readonly power: Float64Array;
  private readonly steadiness: Float64Array;
  private readonly noise: Float64Array;
  /** What of a tone's power is heard again in the next symbol. */
  private decay = 0;
  /** Of the symbol heard last, per point. */
  private readonly likelihoods: Float64Array;

  constructor(
    private readonly waveform: FskWaveform,
    private readonly spectra: FskToneSpectrum,
  ) {
    this.power = new Float64Array(fskToneCount(waveform));
    this.steadiness = new Float64Array(waveform.groupCount);
    this.noise = new Float64Array(this.power.length);
    this.likelihoods = new Float64Array(spectra.length);
  }

  /** @param levels - of symbols like those to be judged */
  learn(levels: FskLevels): void {
    const { tonesPerGroup } = this.waveform;
    const { ambient, steady, diffuse, decay } = levels;
    const groupPower = steady.map((power, group) => power + diffuse[group]);
    this.decay = decay;
    for (let group = 0; group < steady.length; group++) this.steadiness[group] = steady[group] / groupPower[group];
    for (let tone = 0; tone < this.power.length; tone++) {
      this.power[tone] = powerAt((tone + 0.5) / tonesPerGroup - 0.5, groupPower);
      let leakage = 0;
      for (let group = 0; group < steady.length; group++) {
        const distance = Math.abs(tone - (group + 0.5) * tonesPerGroup);
        if (distance > tonesPerGroup / 2) leakage += (LEAKAGE * groupPower[group]) / distance ** 2;
      }
      let sum = 0;
      for (const row of ambient) sum += row[tone];
      this.noise[tone] = sum / ambient.length + leakage;
    }
  }

  /**
   * What rings from one symbol into the next: R(t) = k max(E(t-1), R(t-1)).
   *
   * @param spectrum - of the symbol before
   * @param ringing - the same of the symbol before
   * @param dilationChange - by which the next window is read at a larger dilation
   * @param out - receives one value a point
   */
  expectRinging(spectrum: Float32Array, ringing: Float32Array, dilationChange: number, out: Float32Array): void {
    const shift = Math.round(dilationChange / this.spectra.dilationPerPoint);
    for (let i = 0; i < out.length; i++) {
      const from = Math.max(0, Math.min(out.length - 1, i + shift));
      out[i] = this.decay * Math.max(spectrum[from], ringing[from]);
    }
  }

  /**
   * Sets out to judge a symbol: how much likelier each point's energy is if a tone sounds there.
   *
   * @param ringing - what still sounds of earlier symbols, per point
   */
  hear(spectrum: Float32Array, ringing: Float32Array): void {
    const { power, noise, steadiness, likelihoods } = this;
    const { tonesPerGroup } = this.waveform;
    for (let point = 0; point < likelihoods.length; point++) {
      const tone = this.spectra.toneAt(point);
      const level = Math.max(noise[tone] + ringing[point], LEAST_NOISE_SHARE * power[tone]);
      const steady = power[tone] * steadiness[Math.floor(tone / tonesPerGroup)];
      likelihoods[point] = toneLikelihoodRatio(spectrum[point], level, steady, power[tone] - steady);
    }
  }

  /**
   * Log-likelihood of the symbol heard last, up to a constant.
   *
   * @param dilationError - speed asked for, as in `FskToneSpectrum.pointOf`
   * @param known - the tones that sounded, group by group, if they are known
   */
  logLikelihood(dilationError: number, known: Int32Array | undefined): number {
    const { likelihoods, spectra } = this;
    const { groupCount, tonesPerGroup } = this.waveform;
    let sum = 0;
    for (let group = 0; group < groupCount; group++) {
      const first = known ? known[group] : group * tonesPerGroup;
      const count = known ? 1 : tonesPerGroup;
      let likelihood = 0;
      for (let tone = first; tone < first + count; tone++)
        likelihood += likelihoods[spectra.pointOf(tone, dilationError)];
      likelihood /= count;
      sum += Math.min(MOST_BELIEVED, Math.log(UNEXPECTED_SHARE + (1 - UNEXPECTED_SHARE) * likelihood));
    }
    return sum;
  }
}

/** A tone's power between the middles of two groups: loudspeakers fall by 4 dB and more from one to the next. */
function powerAt(group: number, groupPower: Float64Array): number {
  const within = Math.max(0, Math.min(groupPower.length - 1, group));
  const low = Math.min(Math.max(0, groupPower.length - 2), Math.floor(within));
  const high = Math.min(groupPower.length - 1, low + 1);
  return groupPower[low] * (groupPower[high] / groupPower[low]) ** (within - low);
}
