// The likelihood that decides M-FSK: how much more likely a tone's energy is if the tone sounded than if it did not.

/** ln I0(x) for x >= 0: polynomial fits of Abramowitz and Stegun 9.8.1 and 9.8.2 (relative error of I0 below 5e-7). */
export function logBesselI0(x: number): number {
  if (x < 3.75) {
    const t = (x / 3.75) ** 2;
    return Math.log(
      1 + t * (3.5156229 + t * (3.0899424 + t * (1.2067492 + t * (0.2659732 + t * (0.0360768 + t * 0.0045813))))),
    );
  }
  const t = 3.75 / x;
  const tail =
    0.39894228 +
    t *
      (0.01328592 +
        t *
          (0.00225319 +
            t *
              (-0.00157565 +
                t * (0.00916281 + t * (-0.02057706 + t * (0.02635537 + t * (-0.01647633 + t * 0.00392377)))))));
  return x - 0.5 * Math.log(x) + Math.log(tail);
}

/**
 * ln p(E | tone sounds) - ln p(E | it does not), with E the squared magnitude of the tone's bin. Without the tone the bin
 * is complex Gaussian of variance `noise` (surroundings and what rings from before); with it a constant part of power
 * `steady` and a fluctuating one of power `diffuse` come on top (Rice). diffuse = 0 is the classical Bessel metric of
 * white noise; steady = 0 is Rayleigh fading.
 *
 * @param energy - E >= 0
 * @param noise - > 0
 * @see Proakis, Digital Communications, noncoherent detection of orthogonal signals
 */
export function toneLogLikelihoodRatio(energy: number, noise: number, steady: number, diffuse: number): number {
  const variance = noise + diffuse;
  return (
    Math.log(noise / variance) -
    (energy + steady) / variance +
    energy / noise +
    logBesselI0((2 * Math.sqrt(steady * energy)) / variance)
  );
}

/**
 * LLRs of the bits that choose one of M tones, from the tones' log-likelihood ratios (all tones equally likely before):
 * L(bit) = ln sum over tones with bit 0 - ln sum over tones with bit 1. Bits are MSB first; positive means 0.
 */
export function toneBitLlrs(metrics: Float64Array, out: Float64Array): void {
  let top = Number.NEGATIVE_INFINITY;
  for (const metric of metrics) if (metric > top) top = metric;
  const zero = new Float64Array(out.length);
  const one = new Float64Array(out.length);
  for (let tone = 0; tone < metrics.length; tone++) {
    const likelihood = Math.exp(metrics[tone] - top);
    for (let b = 0; b < out.length; b++) {
      if ((tone >> (out.length - 1 - b)) & 1) one[b] += likelihood;
      else zero[b] += likelihood;
    }
  }
  for (let b = 0; b < out.length; b++) out[b] = Math.log((zero[b] + 1e-30) / (one[b] + 1e-30));
}
