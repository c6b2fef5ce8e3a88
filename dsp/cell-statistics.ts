// What the known cells of a burst say of each carrier's channel: all a linear estimator needs.

/** Per carrier: weight = sum |x|^2 / noise, and observation = sum conj(x) y / noise. */
export class CellStatistics {
  readonly weights: Float64Array;
  readonly observedRe: Float64Array;
  readonly observedIm: Float64Array;

  constructor(carrierCount: number) {
    this.weights = new Float64Array(carrierCount);
    this.observedRe = new Float64Array(carrierCount);
    this.observedIm = new Float64Array(carrierCount);
  }

  clear(): void {
    this.scale(0);
  }

  /** Forgets: multiplies everything by a factor in [0, 1]. */
  scale(factor: number): void {
    for (let c = 0; c < this.weights.length; c++) {
      this.weights[c] *= factor;
      this.observedRe[c] *= factor;
      this.observedIm[c] *= factor;
    }
  }

  /** Adds other observations of the same channel. */
  add(other: CellStatistics): void {
    for (let c = 0; c < this.weights.length; c++) {
      this.weights[c] += other.weights[c];
      this.observedRe[c] += other.observedRe[c];
      this.observedIm[c] += other.observedIm[c];
    }
  }

  /** Adds y = h x + n of a known x. */
  addCell(carrier: number, yRe: number, yIm: number, xRe: number, xIm: number, noiseVariance: number): void {
    const scale = 1 / noiseVariance;
    this.weights[carrier] += (xRe * xRe + xIm * xIm) * scale;
    this.observedRe[carrier] += (xRe * yRe + xIm * yIm) * scale;
    this.observedIm[carrier] += (xRe * yIm - xIm * yRe) * scale;
  }

  /**
   * Adds a symbol whose cells are known up to their means: the expected statistics of unit-energy cells (the M step of
   * expectation-maximisation), which pulls towards 0 what is uncertain instead of believing it.
   */
  addSoft(
    yRe: Float64Array,
    yIm: Float64Array,
    meanRe: Float64Array,
    meanIm: Float64Array,
    noise: Float64Array,
    noiseGains: Float64Array,
  ): void {
    for (let c = 0; c < this.weights.length; c++) {
      const scale = 1 / (noise[c] * noiseGains[c]);
      this.weights[c] += scale;
      this.observedRe[c] += (meanRe[c] * yRe[c] + meanIm[c] * yIm[c]) * scale;
      this.observedIm[c] += (meanRe[c] * yIm[c] - meanIm[c] * yRe[c]) * scale;
    }
  }
}
