// The FSK receiver of a burst, with one stage after the other replaced by what the sender knows.

import {
  type BasebandBuffer,
  FskDemodulator,
  type FskWaveform,
  fskBitsPerGroup,
  type Refinement,
  toneBitLlrs,
  toneLogLikelihoodRatio,
} from 'tillsong/dsp';
import { exactWindows, type GenieBurst, placementOf, type Windows } from './genie-burst.js';
import { difference, meanPower, syncOf } from './genie-ofdm.js';

/** Log-likelihoods of one group's tones in one symbol, and which tone was sent. */
interface GroupMetrics {
  readonly metrics: Float64Array;
  readonly sentTone: number;
}

/** What is known of a burst's tones. */
export class FskGenie {
  private readonly waveform: FskWaveform;
  private readonly heard: Windows;
  private readonly sent: Windows;
  private readonly noise: number;
  /** Power of a sounding tone, by group. */
  private readonly steady: Float64Array;
  /** Tones sent, [symbol][group], payload symbols only. */
  private readonly sentTones: Int32Array[];

  constructor(
    private readonly burst: GenieBurst,
    clean: BasebandBuffer,
    heard: BasebandBuffer,
  ) {
    this.waveform = burst.profile.waveform as FskWaveform;
    this.heard = exactWindows(burst, heard);
    this.sent = exactWindows(burst, clean);
    this.noise = meanPower(difference(this.heard, this.sent));
    this.sentTones = sentTonesOf(burst, this.waveform);
    this.steady = this.meanSentPower();
  }

  /** A demodulator that knows when the burst starts and that nobody moves. */
  demodulator(): FskDemodulator {
    const { profile } = this.burst;
    return new FskDemodulator(this.waveform, placementOf(profile), syncOf(this.burst));
  }

  /** Log-likelihoods with time, noise and the tones' power known, but not their phases. */
  noncoherent(): GroupMetrics[] {
    return this.metricsOf((symbol, bin, group) => {
      const energy = this.heard.re[symbol][bin] ** 2 + this.heard.im[symbol][bin] ** 2;
      return toneLogLikelihoodRatio(energy, this.noise, this.steady[group], 0);
    });
  }

  /** The same with the phases known: each tone would have had the phase of the one that was sent. */
  coherent(): GroupMetrics[] {
    return this.metricsOf((symbol, bin, _, sentBin) => {
      const { re, im } = this.heard;
      const along = re[symbol][bin] * this.sent.re[symbol][sentBin] + im[symbol][bin] * this.sent.im[symbol][sentBin];
      return (2 * along) / this.noise;
    });
  }

  private metricsOf(metricOf: (symbol: number, bin: number, group: number, sentBin: number) => number): GroupMetrics[] {
    const { groupCount, tonesPerGroup } = this.waveform;
    return this.sentTones.flatMap((tones, s) =>
      Array.from({ length: groupCount }, (_, group) => {
        const symbol = this.burst.headerSymbolCount + s;
        const sentBin = group * tonesPerGroup + tones[group];
        const metrics = Float64Array.from({ length: tonesPerGroup }, (_unused, tone) =>
          metricOf(symbol, group * tonesPerGroup + tone, group, sentBin),
        );
        return { metrics, sentTone: tones[group] };
      }),
    );
  }

  private meanSentPower(): Float64Array {
    const { groupCount, tonesPerGroup } = this.waveform;
    const { headerSymbolCount } = this.burst;
    return Float64Array.from({ length: groupCount }, (_, group) => {
      const powers = this.sentTones.map((tones, s) => {
        const bin = group * tonesPerGroup + tones[group];
        return this.sent.re[headerSymbolCount + s][bin] ** 2 + this.sent.im[headerSymbolCount + s][bin] ** 2;
      });
      return powers.reduce((sum, power) => sum + power, 0) / powers.length;
    });
  }
}

function sentTonesOf({ payloadBits }: GenieBurst, waveform: FskWaveform): Int32Array[] {
  const perGroup = fskBitsPerGroup(waveform);
  const perSymbol = perGroup * waveform.groupCount;
  return Array.from({ length: payloadBits.length / perSymbol }, (_, s) =>
    Int32Array.from({ length: waveform.groupCount }, (_unused, group) => {
      let tone = 0;
      for (let b = 0; b < perGroup; b++) tone = 2 * tone + payloadBits[s * perSymbol + group * perGroup + b];
      return tone;
    }),
  );
}

/** Nothing is believed more than this. */
const MOST_NATS = 30;
/** Share of the decoder's news that a round takes, as in the receiver. */
const NEWS_SHARE = 0.5;

/** Soft bits of known metrics, judged again with the decoder's opinion as the receiver does. */
export class RefinedTones {
  private priors: Float32Array;
  private latest: Float32Array;

  constructor(
    private readonly groups: readonly GroupMetrics[],
    readonly refinement: Refinement,
  ) {
    const bitCount = groups.length * Math.log2(groups[0].metrics.length);
    this.priors = new Float32Array(bitCount);
    this.latest = new Float32Array(bitCount);
  }

  /** In transmitted order. */
  llrs(): Float32Array {
    const perGroup = Math.log2(this.groups[0].metrics.length);
    const bits = new Float64Array(perGroup);
    this.groups.forEach(({ metrics }, g) => {
      toneBitLlrs(metrics, bits, this.priors, g * perGroup, new Float64Array(metrics.length));
      this.latest.set(bits, g * perGroup);
    });
    return this.latest.slice();
  }

  refine(appLlrs: Float32Array): void {
    this.priors = this.priors.map((before, i) => {
      const told = NEWS_SHARE * (appLlrs[i] - this.latest[i]) + (1 - NEWS_SHARE) * before;
      return Math.max(-MOST_NATS, Math.min(MOST_NATS, told));
    });
  }
}

/** Information that the tones as a whole tell of what was sent, in bits: log2 of p(heard | sent) / p(heard). */
export function toneInformation(groups: readonly GroupMetrics[]): number {
  let bits = 0;
  for (const { metrics, sentTone } of groups) {
    const top = metrics.reduce((most, metric) => Math.max(most, metric), Number.NEGATIVE_INFINITY);
    const sum = metrics.reduce((total, metric) => total + Math.exp(metric - top), 0);
    bits += Math.log2(metrics.length) + (metrics[sentTone] - top - Math.log(sum)) * Math.LOG2E;
  }
  return bits;
}
