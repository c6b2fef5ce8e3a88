// Windows and the filters made from them.

/** Zeroth-order modified Bessel function of the first kind, by its power series (Abramowitz, Stegun 9.6.12). */
export function besselI0(x: number): number {
  const q = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= q / (k * k);
    sum += term;
  }
  return sum;
}

/** Kaiser's shape parameter for a stop band attenuation in dB (Kaiser 1974; Oppenheim, Schafer, eq. 7.75). */
export function kaiserBeta(attenuationDb: number): number {
  if (attenuationDb > 50) return 0.1102 * (attenuationDb - 8.7);
  if (attenuationDb >= 21) return 0.5842 * (attenuationDb - 21) ** 0.4 + 0.07886 * (attenuationDb - 21);
  return 0;
}

/**
 * Linear-phase low-pass filter: a sinc under a Kaiser window, unit gain at 0 Hz.
 *
 * @param tapCount - odd, so that the delay is a whole number of samples
 * @param cutoff - the -6 dB point as a fraction of the sample rate, in (0, 0.5)
 * @param attenuationDb - stop band attenuation, which sets the transition width (attenuation - 8) / (14.4 tapCount)
 */
export function lowPassTaps(tapCount: number, cutoff: number, attenuationDb: number): Float64Array {
  const taps = new Float64Array(tapCount);
  const beta = kaiserBeta(attenuationDb);
  const middle = (tapCount - 1) / 2;
  let sum = 0;
  for (let i = 0; i < tapCount; i++) {
    const t = i - middle;
    const sinc = t === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * t) / (Math.PI * t);
    const edge = t / (middle + 0.5);
    taps[i] = (sinc * besselI0(beta * Math.sqrt(1 - edge * edge))) / besselI0(beta);
    sum += taps[i];
  }
  for (let i = 0; i < tapCount; i++) taps[i] /= sum;
  return taps;
}
