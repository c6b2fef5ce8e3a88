// What the chirp correlator hears: powers of the down and the up chirp by position, of the latest stretch of a stream.

/** Rolling matched-filter powers, oldest first; index 0 is the position `firstPosition` of the stream. */
export class ChirpPowers {
  readonly down: Float32Array;
  readonly up: Float32Array;
  /** Both powers summed before each index. */
  private readonly prefix: Float64Array;
  private position = 0;

  /** @param length - positions held */
  constructor(readonly length: number) {
    this.down = new Float32Array(length);
    this.up = new Float32Array(length);
    this.prefix = new Float64Array(length + 1);
  }

  /** Baseband samples from the stream's begin to index 0; negative while what came before the stream is still held. */
  get firstPosition(): number {
    return this.position;
  }

  /** Forgets everything. @param firstPosition - position of index 0 now */
  reset(firstPosition: number): void {
    this.down.fill(0);
    this.up.fill(0);
    this.prefix.fill(0);
    this.position = firstPosition;
  }

  /** Drops the oldest positions; the last `count` are to be written next, then `updateMeans` called. */
  advance(count: number): void {
    this.down.copyWithin(0, count);
    this.up.copyWithin(0, count);
    this.position += count;
  }

  /** Makes `meanBetween` know of what was written. */
  updateMeans(): void {
    const { prefix, up, down } = this;
    let sum = 0;
    for (let n = 0; n < up.length; n++) {
      sum += up[n] + down[n];
      prefix[n + 1] = sum;
    }
  }

  /** Mean power of one chirp's filter over the indices from <= n < to, 0 <= from < to <= length. */
  meanBetween(from: number, to: number): number {
    return (this.prefix[to] - this.prefix[from]) / (2 * (to - from));
  }
}

/** Powers at n plus each offset, summed. */
export function sumAt(powers: Float32Array, n: number, offsets: Int32Array): number {
  let sum = 0;
  for (let p = 0; p < offsets.length; p++) sum += powers[n + offsets[p]];
  return sum;
}
