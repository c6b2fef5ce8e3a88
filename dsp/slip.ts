// How early a symbol lies, from the phases of its known cells: all carriers turn by their own frequency times one time.

/** Newton steps after the coarse search. */
const NEWTON_STEPS = 3;
/** Usual coarse search: this many steps to each side, an eighth of a turn of the middle carrier each. */
const COARSE_STEPS = 3;

/**
 * Maximises Re sum q_c exp(-i w_c t) over the slip t.
 *
 * @param qRe - real parts of conj(h x) y / noise per carrier, 0 where nothing is known
 * @param qIm - imaginary parts
 * @param omegaRadPerSample - passband frequency of each carrier
 * @param coarseSteps - how many eighths of a turn of the middle carrier are searched to each side
 * @returns slip in samples
 */
export function measureSlip(
  qRe: Float64Array,
  qIm: Float64Array,
  omegaRadPerSample: Float64Array,
  coarseSteps = COARSE_STEPS,
): number {
  const middle = omegaRadPerSample[omegaRadPerSample.length >> 1];
  const step = Math.PI / 4 / middle;
  let best = step * searchSteps(qRe, qIm, omegaRadPerSample, step, coarseSteps);
  for (let i = 0; i < NEWTON_STEPS; i++) {
    const { slope, curvature } = correlate(qRe, qIm, omegaRadPerSample, best);
    if (!(curvature < 0)) break;
    best -= Math.max(-step, Math.min(step, slope / curvature));
  }
  return Number.isFinite(best) ? best : 0;
}

/** The j in -count..count with the greatest Re sum q_c exp(-i w_c j step): 0 where nothing is known and all are equal. */
function searchSteps(qRe: Float64Array, qIm: Float64Array, omega: Float64Array, step: number, count: number): number {
  // Re q exp(-i a j) + Re q exp(i a j) = 2 Re(q) cos(a j), and their difference is 2 Im(q) sin(a j).
  const even = new Float64Array(count + 1);
  const odd = new Float64Array(count + 1);
  for (let c = 0; c < qRe.length; c++) {
    if (qRe[c] === 0 && qIm[c] === 0) continue;
    const turnCos = Math.cos(omega[c] * step);
    const turnSin = Math.sin(omega[c] * step);
    let cos = 1;
    let sin = 0;
    for (let j = 0; j <= count; j++) {
      even[j] += qRe[c] * cos;
      odd[j] += qIm[c] * sin;
      const next = cos * turnCos - sin * turnSin;
      sin = sin * turnCos + cos * turnSin;
      cos = next;
    }
  }
  let best = 0;
  let bestValue = even[0];
  for (let j = -count; j <= count; j++) {
    const value = j < 0 ? even[-j] - odd[-j] : even[j] + odd[j];
    if (value > bestValue) {
      bestValue = value;
      best = j;
    }
  }
  return best;
}

/** Re sum q exp(-i w t) with its first and second derivatives after t. */
function correlate(
  qRe: Float64Array,
  qIm: Float64Array,
  omega: Float64Array,
  t: number,
): { value: number; slope: number; curvature: number } {
  let value = 0;
  let slope = 0;
  let curvature = 0;
  for (let c = 0; c < qRe.length; c++) {
    if (qRe[c] === 0 && qIm[c] === 0) continue;
    const cos = Math.cos(omega[c] * t);
    const sin = Math.sin(omega[c] * t);
    const along = qRe[c] * cos + qIm[c] * sin;
    const across = qIm[c] * cos - qRe[c] * sin;
    value += along;
    slope += omega[c] * across;
    curvature -= omega[c] * omega[c] * along;
  }
  return { value, slope, curvature };
}
