// The channel over the subcarriers from whatever cells are known: a linear MMSE fit of delay taps whose prior powers are
// learnt from the data (sparse Bayesian learning), so that a near phone costs few taps and a hall gets as many as it needs.

import type { CellStatistics } from './cell-statistics.js';
import { Fft } from './fft.js';

/** Spans and sizes of an estimate, in baseband samples. */
export interface ChannelEstimatorConfig {
  readonly fftSize: number;
  readonly carrierCount: number;
  /** Taps before and after the nominal arrival that may carry energy. */
  readonly tapsBefore: number;
  readonly tapsAfter: number;
}

/** Rounds of learning the taps' prior powers, each followed by a fit. */
const LEARNING_ROUNDS = 3;
/** Taps on each side that share a prior, and how much of it. */
const PRIOR_HALF_WIDTH = 8;
const PRIOR_SHARED = 0.5;
/** Conjugate-gradient steps a fit takes at most; the preconditioned system has a few dozen distinct scales. */
const SOLVER_STEPS = 40;
const SOLVER_TOLERANCE = 1e-3;

/**
 * Solves min_h sum_k w_k |H_k - Y_k|^2 + sum_l |h_l|^2 / p_l with H_k = sum_l h_l exp(-2 pi i k l / N), for weights
 * w_k = (sum of |x|^2) / noise and observations b_k = w_k Y_k = (sum of conj(x) y) / noise.
 *
 * @see Tipping, "Sparse Bayesian learning and the relevance vector machine", 2001, for the prior's update
 */
export class ChannelEstimator {
  // results
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Mean variance of the error of `re` + i `im`. */
  errorVariance = 0;
  /** How many free parameters the fit used up. */
  degreesOfFreedom = 0;
  // derived
  private readonly fft: Fft;
  private readonly tapCount: number;
  // state
  private firstTap = 0;
  private endTap: number;
  private readonly expected: Float64Array;
  // scratch
  private readonly prior: Float64Array;
  private readonly own: Float64Array;
  private readonly h: ComplexVector;
  private readonly residual: ComplexVector;
  private readonly direction: ComplexVector;
  private readonly image: ComplexVector;
  private readonly gridRe: Float64Array;
  private readonly gridIm: Float64Array;
  private readonly carrierRe: Float64Array;
  private readonly carrierIm: Float64Array;

  constructor(private readonly config: ChannelEstimatorConfig) {
    this.fft = new Fft(config.fftSize);
    this.tapCount = config.tapsBefore + config.tapsAfter;
    this.endTap = this.tapCount;
    this.expected = new Float64Array(this.tapCount).fill(1 / this.tapCount);
    this.re = new Float64Array(config.carrierCount);
    this.im = new Float64Array(config.carrierCount);
    this.prior = new Float64Array(this.tapCount);
    this.own = new Float64Array(this.tapCount);
    this.h = complexVector(this.tapCount);
    this.residual = complexVector(this.tapCount);
    this.direction = complexVector(this.tapCount);
    this.image = complexVector(this.tapCount);
    this.gridRe = new Float64Array(config.fftSize);
    this.gridIm = new Float64Array(config.fftSize);
    this.carrierRe = new Float64Array(config.carrierCount);
    this.carrierIm = new Float64Array(config.carrierCount);
  }

  /** Mean of |H|^2 over the carriers. */
  get meanPower(): number {
    let sum = 0;
    for (let c = 0; c < this.re.length; c++) sum += this.re[c] ** 2 + this.im[c] ** 2;
    return sum / this.re.length;
  }

  /**
   * Says what is expected of the taps before anything is learnt.
   *
   * @param powerOf - relative power of the tap at a delay in samples; 0 where no energy can arrive
   */
  expect(powerOf: (delaySamples: number) => number): void {
    let sum = 0;
    for (let l = 0; l < this.tapCount; l++) {
      this.expected[l] = powerOf(l - this.config.tapsBefore);
      sum += this.expected[l];
    }
    for (let l = 0; l < this.tapCount; l++) this.expected[l] /= sum;
    const isOpen = (power: number) => power > 0;
    this.firstTap = this.expected.findIndex(isOpen);
    this.endTap = this.tapCount;
    while (this.endTap > 0 && !isOpen(this.expected[this.endTap - 1])) this.endTap--;
  }

  /** Power of the tap at a delay in samples, relative to the nominal arrival. */
  tapPower(delaySamples: number): number {
    const l = delaySamples + this.config.tapsBefore;
    return l >= 0 && l < this.tapCount ? this.h.re[l] ** 2 + this.h.im[l] ** 2 : 0;
  }

  /** Learns the taps' prior powers anew and fits: fills `re`, `im`, `errorVariance` and `degreesOfFreedom`. */
  estimate(statistics: CellStatistics): void {
    const { weights, observedRe, observedIm } = statistics;
    const information = total(weights);
    if (!(information > 0)) {
      this.clear();
      return;
    }
    let power = 0;
    for (let k = 0; k < weights.length; k++)
      if (weights[k] > 0) power += (observedRe[k] ** 2 + observedIm[k] ** 2) / weights[k] - 1;
    const expectedPower = Math.max(power, weights.length * 0.01) / information;
    for (let l = 0; l < this.tapCount; l++) this.prior[l] = this.expected[l] * expectedPower;
    this.h.re.fill(0);
    this.h.im.fill(0);
    this.solve(statistics);
    for (let round = 0; round < LEARNING_ROUNDS; round++) {
      this.learnPrior(information);
      this.solve(statistics);
    }
    this.conclude(information);
  }

  /** Fits again with the priors learnt so far, moved on by one round: for statistics that changed a little. */
  update(statistics: CellStatistics): void {
    const information = total(statistics.weights);
    if (!(information > 0)) {
      this.clear();
      return;
    }
    this.learnPrior(information);
    this.solve(statistics);
    this.conclude(information);
  }

  private conclude(information: number): void {
    this.toCarriers(this.h, this.re, this.im);
    let error = 0;
    let freedom = 0;
    for (const prior of this.prior) {
      error += prior / (1 + prior * information);
      freedom += (prior * information) / (1 + prior * information);
    }
    this.errorVariance = error;
    this.degreesOfFreedom = freedom;
  }

  private clear(): void {
    this.re.fill(0);
    this.im.fill(0);
    this.errorVariance = 1;
    this.degreesOfFreedom = 0;
  }

  /**
   * p_l = |h_l|^2 + its posterior variance (as if the known cells were spread evenly), shared half with the neighbour
   * taps: a single tap is a poor witness of a hall's smooth decay, while a lone path keeps half of its own.
   */
  private learnPrior(information: number): void {
    const { prior, h, firstTap, endTap, own } = this;
    let sum = 0;
    for (let l = firstTap; l < endTap; l++) {
      own[l] = h.re[l] ** 2 + h.im[l] ** 2 + prior[l] / (1 + prior[l] * information);
      if (l < firstTap + PRIOR_HALF_WIDTH) sum += own[l];
    }
    for (let l = firstTap; l < endTap; l++) {
      const entering = l + PRIOR_HALF_WIDTH;
      const leaving = l - PRIOR_HALF_WIDTH - 1;
      if (entering < endTap) sum += own[entering];
      if (leaving >= firstTap) sum -= own[leaving];
      const count = Math.min(entering, endTap - 1) - Math.max(leaving + 1, firstTap) + 1;
      prior[l] = (1 - PRIOR_SHARED) * own[l] + (PRIOR_SHARED * Math.max(sum, 0)) / count;
    }
  }

  /**
   * Conjugate gradients on (I + S F'WF S) g = S F'b with S = sqrt(prior), h = S g, from the taps found last: between two
   * rounds of learning they change little.
   */
  private solve({ weights, observedRe, observedIm }: CellStatistics): void {
    const { h, residual, direction, image, prior } = this;
    this.toTaps(observedRe, observedIm, residual);
    scale(residual, prior);
    const target = energy(residual) * SOLVER_TOLERANCE ** 2;
    unscale(h, prior);
    if (energy(h) > 0) {
      this.applySystem(h, weights, image);
      addScaled(residual, image, -1);
    }
    direction.re.set(residual.re);
    direction.im.set(residual.im);
    let norm = energy(residual);
    for (let step = 0; step < SOLVER_STEPS && norm > target; step++) {
      this.applySystem(direction, weights, image);
      const alpha = norm / dot(direction, image);
      addScaled(h, direction, alpha);
      addScaled(residual, image, -alpha);
      const next = energy(residual);
      blend(direction, residual, next / norm);
      norm = next;
    }
    scale(h, prior);
  }

  private applySystem(g: ComplexVector, weights: Float64Array, out: ComplexVector): void {
    out.re.set(g.re);
    out.im.set(g.im);
    scale(out, this.prior);
    const { carrierRe, carrierIm } = this;
    this.toCarriers(out, carrierRe, carrierIm);
    for (let k = 0; k < weights.length; k++) {
      carrierRe[k] *= weights[k];
      carrierIm[k] *= weights[k];
    }
    this.toTaps(carrierRe, carrierIm, out);
    scale(out, this.prior);
    for (let l = 0; l < out.re.length; l++) {
      out.re[l] += g.re[l];
      out.im[l] += g.im[l];
    }
  }

  private toCarriers(taps: ComplexVector, outRe: Float64Array, outIm: Float64Array): void {
    const { gridRe, gridIm, config } = this;
    const mask = config.fftSize - 1;
    gridRe.fill(0);
    gridIm.fill(0);
    for (let l = 0; l < this.tapCount; l++) {
      const n = (l - config.tapsBefore) & mask;
      gridRe[n] = taps.re[l];
      gridIm[n] = taps.im[l];
    }
    this.fft.forward(gridRe, gridIm, gridRe, gridIm);
    const half = config.carrierCount / 2;
    for (let c = 0; c < config.carrierCount; c++) {
      outRe[c] = gridRe[(c - half) & mask];
      outIm[c] = gridIm[(c - half) & mask];
    }
  }

  private toTaps(re: Float64Array, im: Float64Array, out: ComplexVector): void {
    const { gridRe, gridIm, config } = this;
    const mask = config.fftSize - 1;
    const half = config.carrierCount / 2;
    gridRe.fill(0);
    gridIm.fill(0);
    for (let c = 0; c < config.carrierCount; c++) {
      gridRe[(c - half) & mask] = re[c];
      gridIm[(c - half) & mask] = im[c];
    }
    this.fft.inverse(gridRe, gridIm, gridRe, gridIm);
    for (let l = 0; l < this.tapCount; l++) {
      const n = (l - config.tapsBefore) & mask;
      out.re[l] = gridRe[n] * config.fftSize;
      out.im[l] = gridIm[n] * config.fftSize;
    }
  }
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function complexVector(length: number): ComplexVector {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** Multiplies by the square roots of the powers. */
function scale(v: ComplexVector, powers: Float64Array): void {
  for (let l = 0; l < powers.length; l++) {
    const root = Math.sqrt(powers[l]);
    v.re[l] *= root;
    v.im[l] *= root;
  }
}

/** Divides by the square roots of the powers; what has no power becomes 0. */
function unscale(v: ComplexVector, powers: Float64Array): void {
  for (let l = 0; l < powers.length; l++) {
    const gain = powers[l] > 0 ? 1 / Math.sqrt(powers[l]) : 0;
    v.re[l] *= gain;
    v.im[l] *= gain;
  }
}

function energy(v: ComplexVector): number {
  return dot(v, v);
}

/** Real part of the inner product. */
function dot(a: ComplexVector, b: ComplexVector): number {
  let sum = 0;
  for (let l = 0; l < a.re.length; l++) sum += a.re[l] * b.re[l] + a.im[l] * b.im[l];
  return sum;
}

/** a += factor b */
function addScaled(a: ComplexVector, b: ComplexVector, factor: number): void {
  for (let l = 0; l < a.re.length; l++) {
    a.re[l] += factor * b.re[l];
    a.im[l] += factor * b.im[l];
  }
}

/** a = b + factor a */
function blend(a: ComplexVector, b: ComplexVector, factor: number): void {
  for (let l = 0; l < a.re.length; l++) {
    a.re[l] = b.re[l] + factor * a.re[l];
    a.im[l] = b.im[l] + factor * a.im[l];
  }
}
