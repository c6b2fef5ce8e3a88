// The passes of a Fourier transform that sorts itself (Stockham): each reads one pair of arrays and writes another, and after
// the last the bins are in order, so that no bit reversal is needed.
// Reference: Van Loan, "Computational Frameworks for the Fast Fourier Transform", section 1.7; butterflies of four and eight.

/** One pass: butterflies of `radix` values that lie `groups` times `stride` apart. */
export interface FftPass {
  readonly radix: 2 | 4 | 8;
  /** Product of the radices of the passes before. */
  readonly stride: number;
  /** Butterflies with twiddles of their own: transform size / radix / stride. */
  readonly groups: number;
  /** For each group exp(-2 pi i group j / (groups radix)), j from 1 to radix - 1, real and imaginary parts in turn. */
  readonly twiddles: Float64Array;
}

/** Where a pass reads and writes, four arrays of the transform's size. */
export interface FftArrays {
  readonly fromRe: Float64Array;
  readonly fromIm: Float64Array;
  readonly toRe: Float64Array;
  readonly toIm: Float64Array;
}

/**
 * @param size - a power of two, at least 2
 * @returns its passes: eights as long as they fit, then fours; the fewer passes, the less memory is walked through
 */
export function fftPasses(size: number): FftPass[] {
  const passes: FftPass[] = [];
  for (let left = size, stride = 1; left > 1; ) {
    const radix = left === 2 ? 2 : left === 4 || left === 16 ? 4 : 8;
    const groups = left / radix;
    passes.push({ radix, stride, groups, twiddles: twiddles(radix, groups) });
    left = groups;
    stride *= radix;
  }
  return passes;
}

function twiddles(radix: number, groups: number): Float64Array {
  const table = new Float64Array(2 * (radix - 1) * groups);
  let i = 0;
  for (let group = 0; group < groups; group++) {
    for (let j = 1; j < radix; j++) {
      const angle = (-2 * Math.PI * group * j) / (groups * radix);
      table[i++] = Math.cos(angle);
      table[i++] = Math.sin(angle);
    }
  }
  return table;
}

/** Runs a pass. */
export function runPass(pass: FftPass, arrays: FftArrays): void {
  if (pass.radix === 8) passOf8(pass, arrays);
  else if (pass.radix === 4) passOf4(pass, arrays);
  else passOf2(pass, arrays);
}

/** Only ever the whole of a transform of two. */
function passOf2({ stride }: FftPass, { fromRe, fromIm, toRe, toIm }: FftArrays): void {
  for (let i = 0, j = stride; i < stride; i++, j++) {
    toRe[i] = fromRe[i] + fromRe[j];
    toIm[i] = fromIm[i] + fromIm[j];
    toRe[j] = fromRe[i] - fromRe[j];
    toIm[j] = fromIm[i] - fromIm[j];
  }
}

// The two kernels below are long because they are unrolled: every value stays in a register between its load and its store.

function passOf4({ stride, groups, twiddles: w }: FftPass, { fromRe, fromIm, toRe, toIm }: FftArrays): void {
  const apart = stride * groups;
  for (let group = 0, t = 0; group < groups; group++, t += 6) {
    const w1Re = w[t];
    const w1Im = w[t + 1];
    const w2Re = w[t + 2];
    const w2Im = w[t + 3];
    const w3Re = w[t + 4];
    const w3Im = w[t + 5];
    let i = stride * group;
    let o = 4 * i;
    for (const end = i + stride; i < end; i++, o++) {
      let k = i + 2 * apart;
      let xRe = fromRe[i];
      let xIm = fromIm[i];
      let yRe = fromRe[k];
      let yIm = fromIm[k];
      const a0Re = xRe + yRe;
      const a0Im = xIm + yIm;
      const b0Re = xRe - yRe;
      const b0Im = xIm - yIm;
      k = i + apart;
      xRe = fromRe[k];
      xIm = fromIm[k];
      k += 2 * apart;
      yRe = fromRe[k];
      yIm = fromIm[k];
      const a1Re = xRe + yRe;
      const a1Im = xIm + yIm;
      const b1Re = xIm - yIm; // times -i
      const b1Im = yRe - xRe;
      toRe[o] = a0Re + a1Re;
      toIm[o] = a0Im + a1Im;
      k = o + stride;
      xRe = b0Re + b1Re;
      xIm = b0Im + b1Im;
      toRe[k] = xRe * w1Re - xIm * w1Im;
      toIm[k] = xRe * w1Im + xIm * w1Re;
      k += stride;
      xRe = a0Re - a1Re;
      xIm = a0Im - a1Im;
      toRe[k] = xRe * w2Re - xIm * w2Im;
      toIm[k] = xRe * w2Im + xIm * w2Re;
      k += stride;
      xRe = b0Re - b1Re;
      xIm = b0Im - b1Im;
      toRe[k] = xRe * w3Re - xIm * w3Im;
      toIm[k] = xRe * w3Im + xIm * w3Re;
    }
  }
}

function passOf8({ stride, groups, twiddles: w }: FftPass, { fromRe, fromIm, toRe, toIm }: FftArrays): void {
  const apart = stride * groups;
  for (let group = 0, t = 0; group < groups; group++, t += 14) {
    const w1Re = w[t];
    const w1Im = w[t + 1];
    const w2Re = w[t + 2];
    const w2Im = w[t + 3];
    const w3Re = w[t + 4];
    const w3Im = w[t + 5];
    const w4Re = w[t + 6];
    const w4Im = w[t + 7];
    const w5Re = w[t + 8];
    const w5Im = w[t + 9];
    const w6Re = w[t + 10];
    const w6Im = w[t + 11];
    const w7Re = w[t + 12];
    const w7Im = w[t + 13];
    let i = stride * group;
    let o = 8 * i;
    for (const end = i + stride; i < end; i++, o++) {
      // Values 0, 2, 4 and 6: a transform of four.
      let k = i + 4 * apart;
      let xRe = fromRe[i];
      let xIm = fromIm[i];
      let yRe = fromRe[k];
      let yIm = fromIm[k];
      const a0Re = xRe + yRe;
      const a0Im = xIm + yIm;
      const b0Re = xRe - yRe;
      const b0Im = xIm - yIm;
      k = i + 2 * apart;
      xRe = fromRe[k];
      xIm = fromIm[k];
      k += 4 * apart;
      yRe = fromRe[k];
      yIm = fromIm[k];
      const a2Re = xRe + yRe;
      const a2Im = xIm + yIm;
      const b2Re = xIm - yIm; // times -i
      const b2Im = yRe - xRe;
      const even0Re = a0Re + a2Re;
      const even0Im = a0Im + a2Im;
      const even2Re = a0Re - a2Re;
      const even2Im = a0Im - a2Im;
      const even1Re = b0Re + b2Re;
      const even1Im = b0Im + b2Im;
      const even3Re = b0Re - b2Re;
      const even3Im = b0Im - b2Im;
      // Values 1, 3, 5 and 7: another, turned by eighths.
      k = i + apart;
      xRe = fromRe[k];
      xIm = fromIm[k];
      k += 4 * apart;
      yRe = fromRe[k];
      yIm = fromIm[k];
      const a1Re = xRe + yRe;
      const a1Im = xIm + yIm;
      const b1Re = xRe - yRe;
      const b1Im = xIm - yIm;
      k = i + 3 * apart;
      xRe = fromRe[k];
      xIm = fromIm[k];
      k += 4 * apart;
      yRe = fromRe[k];
      yIm = fromIm[k];
      const a3Re = xRe + yRe;
      const a3Im = xIm + yIm;
      const b3Re = xIm - yIm; // times -i
      const b3Im = yRe - xRe;
      const odd0Re = a1Re + a3Re;
      const odd0Im = a1Im + a3Im;
      const odd2Re = a1Im - a3Im;
      const odd2Im = a3Re - a1Re;
      const sumRe = b1Re + b3Re;
      const sumIm = b1Im + b3Im;
      const differenceRe = b1Re - b3Re;
      const differenceIm = b1Im - b3Im;
      const odd1Re = Math.SQRT1_2 * (sumRe + sumIm);
      const odd1Im = Math.SQRT1_2 * (sumIm - sumRe);
      const odd3Re = Math.SQRT1_2 * (differenceIm - differenceRe);
      const odd3Im = -Math.SQRT1_2 * (differenceRe + differenceIm);
      toRe[o] = even0Re + odd0Re;
      toIm[o] = even0Im + odd0Im;
      k = o + stride;
      xRe = even1Re + odd1Re;
      xIm = even1Im + odd1Im;
      toRe[k] = xRe * w1Re - xIm * w1Im;
      toIm[k] = xRe * w1Im + xIm * w1Re;
      k += stride;
      xRe = even2Re + odd2Re;
      xIm = even2Im + odd2Im;
      toRe[k] = xRe * w2Re - xIm * w2Im;
      toIm[k] = xRe * w2Im + xIm * w2Re;
      k += stride;
      xRe = even3Re + odd3Re;
      xIm = even3Im + odd3Im;
      toRe[k] = xRe * w3Re - xIm * w3Im;
      toIm[k] = xRe * w3Im + xIm * w3Re;
      k += stride;
      xRe = even0Re - odd0Re;
      xIm = even0Im - odd0Im;
      toRe[k] = xRe * w4Re - xIm * w4Im;
      toIm[k] = xRe * w4Im + xIm * w4Re;
      k += stride;
      xRe = even1Re - odd1Re;
      xIm = even1Im - odd1Im;
      toRe[k] = xRe * w5Re - xIm * w5Im;
      toIm[k] = xRe * w5Im + xIm * w5Re;
      k += stride;
      xRe = even2Re - odd2Re;
      xIm = even2Im - odd2Im;
      toRe[k] = xRe * w6Re - xIm * w6Im;
      toIm[k] = xRe * w6Im + xIm * w6Re;
      k += stride;
      xRe = even3Re - odd3Re;
      xIm = even3Im - odd3Im;
      toRe[k] = xRe * w7Re - xIm * w7Im;
      toIm[k] = xRe * w7Im + xIm * w7Re;
    }
  }
}
