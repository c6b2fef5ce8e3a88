// How far are LLRs from their true scale? Two independent opinions of the same bits tell. The turbo decoder asks this before
// it turns to log-MAP, which is the better algorithm only when LLRs mean what they say.

/** What is believed of the two scales beforehand: standard deviations of their logarithms, 2.2 dB and 6 dB as ratios of power. */
const HEARD_PRIOR = 0.5;
const EXTRINSIC_PRIOR = 1.4;
/** Rounds of the climb, and the longest step of one, in the logarithm. */
const ROUNDS = 6;
const MAX_STEP = 1;
/** Bits looked at, at most: more would cost time and gain less than 0.5 dB. */
const MAX_SAMPLES = 1024;

/**
 * The factor b by which heard LLRs should be multiplied to be of true scale.
 *
 * `heard` (L) and `extrinsic` (E) are independent given the bit. If b L and a E are true LLRs, their signs agree with
 * probability (1 + t) / 2, t = tanh(|b L| / 2) tanh(|a E| / 2). So b and a are found where the likelihood
 * sum ln(1 + tanh(b L / 2) tanh(a E / 2)), with a log-normal prior about 1, is largest; each round is a scoring step, the
 * information matrix taken from the squared scores (Berndt, Hall, Hall, Hausman 1974). Only b is of use: a is found beside it.
 *
 * @param heard - LLRs of n bits from the channel, nats
 * @param extrinsic - LLRs of the same bits from elsewhere (other bits of the code), nats, any scale
 * @returns b, > 0; 1 where nothing can be learnt. For n = 832 near the limit of the code it is right to 0.8 dB (one sigma)
 */
export function estimateLlrScale(heard: Float32Array, extrinsic: Float32Array): number {
  const stride = Math.ceil(heard.length / MAX_SAMPLES);
  let lnA = 0;
  let lnB = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const a = Math.exp(lnA);
    const b = Math.exp(lnB);
    let scoreA = -lnA / EXTRINSIC_PRIOR ** 2;
    let scoreB = -lnB / HEARD_PRIOR ** 2;
    let infoAA = 1 / EXTRINSIC_PRIOR ** 2;
    let infoBB = 1 / HEARD_PRIOR ** 2;
    let infoAB = 0;
    for (let i = 0; i < heard.length; i += stride) {
      const x = (a * extrinsic[i]) / 2;
      const y = (b * heard[i]) / 2;
      const tx = tanh(x);
      const ty = tanh(y);
      const weight = 1 / (1 + tx * ty + Number.EPSILON);
      const dA = x * (1 - tx * tx) * ty * weight;
      const dB = y * (1 - ty * ty) * tx * weight;
      scoreA += dA;
      scoreB += dB;
      infoAA += dA * dA;
      infoBB += dB * dB;
      infoAB += dA * dB;
    }
    const determinant = infoAA * infoBB - infoAB * infoAB;
    lnA += clampStep((infoBB * scoreA - infoAB * scoreB) / determinant);
    lnB += clampStep((infoAA * scoreB - infoAB * scoreA) / determinant);
  }
  return Math.exp(lnB);
}

/** Math.tanh to within 2e-16 of 1, and faster: what is lost near 0 is nothing to a sum of such terms. */
function tanh(x: number): number {
  return 1 - 2 / (Math.exp(2 * x) + 1);
}

function clampStep(step: number): number {
  return Math.max(-MAX_STEP, Math.min(MAX_STEP, step));
}
