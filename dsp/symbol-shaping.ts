// What both modulators do at the end: raised-cosine edges, and mixing up to the band.

/** Weight of sample n of a symbol of total samples: raised cosine over the first and last ramp; neighbours add to 1. */
export function rampWeight(n: number, total: number, ramp: number): number {
  const edge = Math.min(n + 0.5, total - n - 0.5);
  return edge >= ramp ? 1 : 0.5 - 0.5 * Math.cos((Math.PI * edge) / ramp);
}

/**
 * Real samples Re(baseband exp(i w t)).
 *
 * @param startSamples - t of the first sample, counted from the burst's first
 */
export function mixUp(
  re: Float64Array,
  im: Float64Array,
  centerHz: number,
  sampleRateHz: number,
  startSamples: number,
): Float64Array {
  const omega = (2 * Math.PI * centerHz) / sampleRateHz;
  const out = new Float64Array(re.length);
  for (let n = 0; n < out.length; n++) {
    const phase = omega * (startSamples + n);
    out[n] = re[n] * Math.cos(phase) - im[n] * Math.sin(phase);
  }
  return out;
}
