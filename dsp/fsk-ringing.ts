// What a sounding tone leaves elsewhere in an FSK burst heard in a hall: it rings on at its own frequency in the symbols after,
// and where it sets in and dies away it leaks into the tones beside it. Learnt from the burst as shares of the tone's power.

/** Symbols after its own in which a tone is still expected: a fifth of a second and more. */
const LATEST_SYMBOL = 5;
/** Entries of a kernel: for each delay in symbols the tone itself, then each of its two neighbours. */
const KERNEL_LENGTH = 2 * (LATEST_SYMBOL + 1);
/** The entry that ringing is mostly about: the same tone, one symbol later. */
export const NEXT_SYMBOL = 2;
/** Sweeps of the least squares, which has eleven unknowns. */
const SWEEPS = 30;
/** Sources below this share of the noise say nothing. */
const LEAST_SOURCE = 0.01;

/** Entry 2 j is what a tone's power of 1 leaves at its own frequency j symbols later, 2 j + 1 at each neighbour; entry 0 is 0. */
export type RingingKernel = Float64Array;

/**
 * Weighted least squares over the cells where no tone sounds: E - ambient = kernel * sources, no entry below 0 or above 1.
 *
 * @param energies - [symbol][tone]
 * @param ambient - noise without any tone, [symbol][tone]
 * @param noise - variance that cells are weighted by, [symbol][tone]
 * @param sources - expected power of the tone that sounds, [symbol][tone]
 * @param sounding - probability that the tone sounds, [symbol][tone]
 */
export function learnRinging(
  energies: readonly Float64Array[],
  ambient: readonly Float64Array[],
  noise: readonly Float64Array[],
  sources: readonly Float64Array[],
  sounding: readonly Float64Array[],
): RingingKernel {
  const products = new Float64Array(KERNEL_LENGTH * KERNEL_LENGTH);
  const target = new Float64Array(KERNEL_LENGTH);
  const features = new Float64Array(KERNEL_LENGTH);
  energies.forEach((row, symbol) => {
    for (let tone = 0; tone < row.length; tone++) {
      const level = noise[symbol][tone];
      if (!gatherFeatures(sources, symbol, tone, LEAST_SOURCE * level, features)) continue;
      const weight = (1 - sounding[symbol][tone]) / (level * level);
      const excess = row[tone] - ambient[symbol][tone];
      for (let i = 1; i < KERNEL_LENGTH; i++) {
        if (features[i] === 0) continue;
        target[i] += weight * features[i] * excess;
        for (let j = 1; j < KERNEL_LENGTH; j++) products[i * KERNEL_LENGTH + j] += weight * features[i] * features[j];
      }
    }
  });
  return solveWithinBounds(products, target);
}

/**
 * Noise where no tone sounds: ambient plus what rings and leaks.
 *
 * @param without - entry of the kernel that is left out, if any
 */
export function ringingNoise(
  kernel: RingingKernel,
  ambient: readonly Float64Array[],
  sources: readonly Float64Array[],
  without = 0,
): Float64Array[] {
  const features = new Float64Array(KERNEL_LENGTH);
  return ambient.map((row, symbol) =>
    row.map((level, tone) => {
      if (!gatherFeatures(sources, symbol, tone, 0, features)) return level;
      let sum = level;
      for (let i = 1; i < KERNEL_LENGTH; i++) if (i !== without) sum += kernel[i] * features[i];
      return sum;
    }),
  );
}

/** Powers of the sources that each entry of the kernel brings to a cell. @returns whether any is above `least` */
function gatherFeatures(
  sources: readonly Float64Array[],
  symbol: number,
  tone: number,
  least: number,
  out: Float64Array,
): boolean {
  let greatest = 0;
  for (let delay = 0; delay <= LATEST_SYMBOL; delay++) {
    const row = sources[symbol - delay];
    const own = row && delay > 0 ? row[tone] : 0;
    const beside = row ? (row[tone - 1] ?? 0) + (row[tone + 1] ?? 0) : 0;
    out[2 * delay] = own;
    out[2 * delay + 1] = beside;
    greatest = Math.max(greatest, own, beside);
  }
  return greatest > least;
}

/** Minimises x' A x / 2 - b' x with 0 <= x <= 1, one unknown after the other. */
function solveWithinBounds(products: Float64Array, target: Float64Array): Float64Array {
  const count = target.length;
  const solution = new Float64Array(count);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let i = 0; i < count; i++) {
      const own = products[i * count + i];
      if (!(own > 0)) continue;
      let rest = target[i];
      for (let j = 0; j < count; j++) if (j !== i) rest -= products[i * count + j] * solution[j];
      solution[i] = Math.max(0, Math.min(1, rest / own));
    }
  }
  return solution;
}
