// The channel over the subcarriers from whatever cells are known: a linear MMSE fit of delay taps whose prior powers are
// learnt from the data (sparse Bayesian learning), so that a near phone costs few taps and a hall gets as many as it needs.

import type { CellStatistics } from './cell-statistics.js';
import { type ComplexVector, complexVector, type TapSpan, TapTransform } from './tap-transform.js';

/** Rounds of learning the taps' prior powers, each followed by a fit. */
const LEARNING_ROUNDS = 5;
/** Taps on each side that share a prior, and how much of it. */
const PRIOR_HALF_WIDTH = 8;
const PRIOR_SHARED = 0.5;
/** Conjugate-gradient steps a fit takes at most; the preconditioned system has a few dozen distinct scales. */
const SOLVER_STEPS = 40;
/**
 * A fit ends when what it still lacks is this share of what noise leaves uncertain anyway. Three times as much saves a third of
 * the steps and loses a tenth of the bits where a channel without noise has an echo nearly as strong as the first path.
 */
const SOLVER_SHARE = 0.003;

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
  private readonly transform: TapTransform;
  private readonly tapCount: number;
  // state
  private firstTap = 0;
  private endTap: number;
  private readonly expected: Float64Array;
  private readonly prior: Float64Array;
  private readonly h: ComplexVector;
  /** F'b - F'WF h. */
  private readonly unexplained: ComplexVector;
  // scratch
  private readonly own: Float64Array;
  private readonly root: Float64Array;
  /** Share of a tap's uncertainty that the cells leave. */
  private readonly left: Float64Array;
  private readonly residual: ComplexVector;
  private readonly direction: ComplexVector;
  private readonly step: ComplexVector;
  private readonly image: ComplexVector;

  constructor(private readonly span: TapSpan) {
    this.transform = new TapTransform(span);
    const { tapCount } = this.transform;
    this.tapCount = tapCount;
    this.endTap = tapCount;
    this.expected = new Float64Array(tapCount).fill(1 / tapCount);
    this.re = new Float64Array(span.carrierCount);
    this.im = new Float64Array(span.carrierCount);
    this.prior = new Float64Array(tapCount);
    this.h = complexVector(tapCount);
    this.unexplained = complexVector(tapCount);
    this.own = new Float64Array(tapCount);
    this.root = new Float64Array(tapCount);
    this.left = new Float64Array(tapCount);
    this.residual = complexVector(tapCount);
    this.direction = complexVector(tapCount);
    this.step = complexVector(tapCount);
    this.image = complexVector(tapCount);
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
      this.expected[l] = powerOf(l - this.span.tapsBefore);
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
    const l = delaySamples + this.span.tapsBefore;
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
    this.observe(statistics);
    this.solve(information);
    for (let round = 0; round < LEARNING_ROUNDS; round++) {
      this.learnPrior(information);
      this.solve(information);
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
    this.observe(statistics);
    this.solve(information);
    this.conclude(information);
  }

  private conclude(information: number): void {
    this.transform.toCarriers(this.h, this);
    let error = 0;
    let freedom = 0;
    const { prior } = this;
    for (let l = 0; l < prior.length; l++) {
      const known = 1 + prior[l] * information;
      error += prior[l] / known;
      freedom += (prior[l] * information) / known;
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
    const { re: hRe, im: hIm } = h;
    for (let l = firstTap; l < endTap; l++) {
      own[l] = hRe[l] ** 2 + hIm[l] ** 2 + prior[l] / (1 + prior[l] * information);
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

  /** Sets out on new statistics: what of their observations the taps found last leave unexplained. */
  private observe({ weights, observedRe, observedIm }: CellStatistics): void {
    const { h, unexplained, image } = this;
    this.transform.weigh(weights);
    this.transform.toTaps({ re: observedRe, im: observedIm }, unexplained);
    if (energy(h) === 0) return;
    this.transform.applyNormal(h, image);
    addScaled(unexplained, image, -1);
  }

  /**
   * Conjugate gradients on (P^-1 + F'WF) h = F'b with h = R g, where R^2 = P / (1 + P information) is the taps' posterior
   * variance, so that g has one all over. Starts from the taps found last: between two rounds of learning they change
   * little. F'b - F'WF h is kept along the way, as it does not depend on the prior.
   */
  private solve(information: number): void {
    const { residual, step, image } = this;
    const target = SOLVER_SHARE * this.startSolving(information);
    let norm = energy(residual);
    for (let count = 0; count < SOLVER_STEPS && norm > target; count++) {
      const own = this.scaleDirection();
      this.transform.applyNormal(step, image);
      this.moveBy(norm / (own + dot(step, image)));
      const next = energy(residual);
      blend(this.direction, residual, next / norm);
      norm = next;
    }
  }

  /** step = R direction. @returns sum of left |direction|^2 */
  private scaleDirection(): number {
    const { root, left, direction, step } = this;
    const { re: directionRe, im: directionIm } = direction;
    const { re: stepRe, im: stepIm } = step;
    let sum = 0;
    for (let l = 0; l < root.length; l++) {
      const re = directionRe[l];
      const im = directionIm[l];
      stepRe[l] = root[l] * re;
      stepIm[l] = root[l] * im;
      sum += left[l] * (re * re + im * im);
    }
    return sum;
  }

  /** Goes so far along the direction, and keeps what is unexplained and the residual up with it. */
  private moveBy(alpha: number): void {
    const { root, left } = this;
    const { re: hRe, im: hIm } = this.h;
    const { re: unexplainedRe, im: unexplainedIm } = this.unexplained;
    const { re: residualRe, im: residualIm } = this.residual;
    const { re: directionRe, im: directionIm } = this.direction;
    const { re: stepRe, im: stepIm } = this.step;
    const { re: imageRe, im: imageIm } = this.image;
    for (let l = 0; l < root.length; l++) {
      hRe[l] += alpha * stepRe[l];
      hIm[l] += alpha * stepIm[l];
      unexplainedRe[l] -= alpha * imageRe[l];
      unexplainedIm[l] -= alpha * imageIm[l];
      residualRe[l] -= alpha * (left[l] * directionRe[l] + root[l] * imageRe[l]);
      residualIm[l] -= alpha * (left[l] * directionIm[l] + root[l] * imageIm[l]);
    }
  }

  /** Sets scales, residual and first direction. @returns degrees of freedom: the energy of g that is uncertain */
  private startSolving(information: number): number {
    const { root, left, prior, residual, direction } = this;
    const { re: hRe, im: hIm } = this.h;
    const { re: unexplainedRe, im: unexplainedIm } = this.unexplained;
    const { re: residualRe, im: residualIm } = residual;
    let freedom = 0;
    for (let l = 0; l < root.length; l++) {
      const own = prior[l];
      const share = 1 / (1 + own * information);
      const scale = Math.sqrt(own * share);
      const gain = own > 0 ? scale / own : 0;
      left[l] = share;
      root[l] = scale;
      residualRe[l] = scale * unexplainedRe[l] - gain * hRe[l];
      residualIm[l] = scale * unexplainedIm[l] - gain * hIm[l];
      freedom += 1 - share;
    }
    direction.re.set(residualRe);
    direction.im.set(residualIm);
    return freedom;
  }
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function energy(v: ComplexVector): number {
  return dot(v, v);
}

/** Real part of the inner product. */
function dot(a: ComplexVector, b: ComplexVector): number {
  const { re: aRe, im: aIm } = a;
  const { re: bRe, im: bIm } = b;
  let sum = 0;
  for (let l = 0; l < aRe.length; l++) sum += aRe[l] * bRe[l] + aIm[l] * bIm[l];
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
  const { re: aRe, im: aIm } = a;
  const { re: bRe, im: bIm } = b;
  for (let l = 0; l < aRe.length; l++) {
    aRe[l] = bRe[l] + factor * aRe[l];
    aIm[l] = bIm[l] + factor * aIm[l];
  }
}
