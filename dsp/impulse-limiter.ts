// Clicks of coins, switches and doors: limited in a symbol's window before its transform spreads them over all carriers.

/** Power over the window's mean beyond which a sample is limited: bursts' own envelopes go there once in 2,000 samples. */
const LIMIT_RATIO = 6;
/** The mean is taken anew after each limiting: a loud click hides itself at first. */
const ROUND_COUNT = 4;

/** Limits, in place, the magnitude of complex samples that stand out of their window. */
export function limitImpulses(re: Float64Array, im: Float64Array): void {
  for (let round = 0; round < ROUND_COUNT; round++) {
    let energy = 0;
    for (let n = 0; n < re.length; n++) energy += re[n] * re[n] + im[n] * im[n];
    const limit = (energy / re.length) * LIMIT_RATIO;
    let limited = 0;
    for (let n = 0; n < re.length; n++) {
      const power = re[n] * re[n] + im[n] * im[n];
      if (power <= limit) continue;
      const gain = Math.sqrt(limit / power);
      re[n] *= gain;
      im[n] *= gain;
      limited++;
    }
    if (limited === 0) return;
  }
}
