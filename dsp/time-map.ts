// Sent time -> received time of one burst: where to read the baseband for a moment of the transmission, and which rotation
// a moving sender's carrier needs. Kept up to date by the demodulators' tracking.

import type { ReadPlan } from './baseband-buffer.js';

/**
 * Received position (baseband samples) of sent time u: t(u) = anchor + (u - anchorSent) / (1 + dilation).
 * A passband signal s(t) received as s(u(t)) has the baseband r(t) = s_b(u) exp(i w (u - t)), so reading s_b(u) takes
 * r(t(u)) turned by -w (u - t(u)).
 */
export class TimeMap {
  private anchorSentSamples = 0;

  /**
   * @param anchorSamples - received position of sent time 0
   * @param dilation - received time runs faster by this fraction
   * @param carrierRadPerSample - 2 pi centerHz / basebandRateHz
   */
  constructor(
    private anchorSamples: number,
    public dilation: number,
    private readonly carrierRadPerSample: number,
  ) {}

  /** Another map that says the same so far. */
  copy(): TimeMap {
    const { anchorSamples, dilation, carrierRadPerSample, anchorSentSamples } = this;
    const map = new TimeMap(anchorSamples, dilation, carrierRadPerSample);
    map.anchorSentSamples = anchorSentSamples;
    return map;
  }

  /** Received position of a sent time. */
  at(sentSamples: number): number {
    return this.anchorSamples + (sentSamples - this.anchorSentSamples) / (1 + this.dilation);
  }

  /**
   * How to read values whose sent times are first, first + 1, ...
   *
   * @param growthPerSample - by which the dilation grows from there on, per sent sample: t(u) bends by -growth u^2 / 2
   */
  plan(firstSentSamples: number, growthPerSample = 0): ReadPlan {
    const startSamples = this.at(firstSentSamples);
    const stepSamples = 1 / (1 + this.dilation);
    return {
      curveSamples: -growthPerSample / 2,
      curveRad: (this.carrierRadPerSample * growthPerSample) / 2,
      startSamples,
      stepSamples,
      phaseRad: (this.carrierRadPerSample * (firstSentSamples - startSamples)) % (2 * Math.PI),
      phaseStepRad: this.carrierRadPerSample * (1 - stepSamples),
    };
  }

  /** The dilation grows evenly from a sent time to another by this much, and then stays. */
  grow(fromSentSamples: number, toSentSamples: number, dilationGrowth: number): void {
    const count = toSentSamples - fromSentSamples;
    this.anchorSamples = this.at(toSentSamples) - (dilationGrowth * count) / 2;
    this.anchorSentSamples = toSentSamples;
    this.dilation += dilationGrowth;
  }

  /**
   * From a sent time on the signal was found early and the dilation larger.
   *
   * @param earlySamples - the signal at fromSentSamples lies this much earlier than the map says
   * @param dilationChange - added to the dilation from there on
   */
  correct(fromSentSamples: number, earlySamples: number, dilationChange: number): void {
    this.anchorSamples = this.at(fromSentSamples) - earlySamples;
    this.anchorSentSamples = fromSentSamples;
    this.dilation += dilationChange;
  }
}
