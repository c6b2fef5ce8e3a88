// What the chirp correlator hears: powers of the down and the up chirp by position, of the latest stretch of a stream. Kept
// also by cells of a few positions, so that a search can tell at a glance where nothing can be found.

/** Positions in a cell. */
export const CELL_POSITIONS = 8;

/** @returns the least whole number of cells that holds so many positions, in positions */
export function wholeCells(positions: number): number {
  return Math.ceil(positions / CELL_POSITIONS) * CELL_POSITIONS;
}

/** Rolling matched-filter powers, oldest first; index 0 is the position `firstPosition` of the stream. */
export class ChirpPowers {
  readonly down: Float32Array;
  readonly up: Float32Array;
  /** By cell: the largest power of a chirp in it and the next. */
  readonly downDoubles: Float32Array;
  readonly upDoubles: Float32Array;
  /** Cells held. */
  readonly cellCount: number;
  /** By cell: a chirp's powers summed. */
  private readonly downSums: Float64Array;
  private readonly upSums: Float64Array;
  /** Powers summed before each cell. */
  private readonly downPrefix: Float64Array;
  private readonly upPrefix: Float64Array;
  private position = 0;

  /** @param length - positions held, whole cells */
  constructor(readonly length: number) {
    this.cellCount = length / CELL_POSITIONS;
    this.down = new Float32Array(length);
    this.up = new Float32Array(length);
    this.downDoubles = new Float32Array(this.cellCount);
    this.upDoubles = new Float32Array(this.cellCount);
    this.downSums = new Float64Array(this.cellCount);
    this.upSums = new Float64Array(this.cellCount);
    this.downPrefix = new Float64Array(this.cellCount + 1);
    this.upPrefix = new Float64Array(this.cellCount + 1);
  }

  /** Baseband samples from the stream's begin to index 0; negative while what came before the stream is still held. */
  get firstPosition(): number {
    return this.position;
  }

  /** Forgets everything. @param firstPosition - position of index 0 now */
  reset(firstPosition: number): void {
    const { down, up, downDoubles, upDoubles, downSums, upSums, downPrefix, upPrefix } = this;
    for (const values of [down, up, downDoubles, upDoubles, downSums, upSums, downPrefix, upPrefix]) values.fill(0);
    this.position = firstPosition;
  }

  /**
   * Drops the oldest positions; the last `count` are to be written next, then `summarise` called.
   *
   * @param count - whole cells
   */
  advance(count: number): void {
    this.down.copyWithin(0, count);
    this.up.copyWithin(0, count);
    this.downDoubles.copyWithin(0, count / CELL_POSITIONS);
    this.upDoubles.copyWithin(0, count / CELL_POSITIONS);
    this.downSums.copyWithin(0, count / CELL_POSITIONS);
    this.upSums.copyWithin(0, count / CELL_POSITIONS);
    this.position += count;
  }

  /** Makes cells, sums and means know of the last `count` positions. */
  summarise(count: number): void {
    const { cellCount, downSums, upSums, downPrefix, upPrefix, up, down } = this;
    const newCells = count / CELL_POSITIONS;
    for (let cell = cellCount - newCells; cell < cellCount; cell++) {
      let downSum = 0;
      let upSum = 0;
      for (let n = cell * CELL_POSITIONS; n < (cell + 1) * CELL_POSITIONS; n++) {
        downSum += down[n];
        upSum += up[n];
      }
      downSums[cell] = downSum;
      upSums[cell] = upSum;
    }
    for (let cell = 0; cell < cellCount; cell++) {
      downPrefix[cell + 1] = downPrefix[cell] + downSums[cell];
      upPrefix[cell + 1] = upPrefix[cell] + upSums[cell];
    }
    updateDoubles(up, this.upDoubles, newCells);
    updateDoubles(down, this.downDoubles, newCells);
  }

  /** Both powers summed over the cells from <= cell < to. */
  sumOfCells(from: number, to: number): number {
    return this.downOfCells(from, to) + this.upOfCells(from, to);
  }

  /** The down chirp's powers summed over the cells from <= cell < to. */
  downOfCells(from: number, to: number): number {
    return this.downPrefix[to] - this.downPrefix[from];
  }

  /** The up chirp's powers summed over the cells from <= cell < to. */
  upOfCells(from: number, to: number): number {
    return this.upPrefix[to] - this.upPrefix[from];
  }

  /**
   * Mean power of one chirp's filter over the indices from n - before up to n + after, for each n of a cell; indices that
   * are not held are left out.
   *
   * @param out - length CELL_POSITIONS
   */
  meansAround(cell: number, before: number, after: number, out: Float64Array): void {
    const { up, down, length } = this;
    const first = cell * CELL_POSITIONS;
    let from = Math.max(0, first - before);
    let to = Math.min(length, first + after);
    const fromCell = Math.ceil(from / CELL_POSITIONS);
    const toCell = Math.floor(to / CELL_POSITIONS);
    let sum = this.sumOfCells(fromCell, toCell);
    for (let n = from; n < fromCell * CELL_POSITIONS; n++) sum += up[n] + down[n];
    for (let n = toCell * CELL_POSITIONS; n < to; n++) sum += up[n] + down[n];
    for (let i = 0; i < CELL_POSITIONS; i++) {
      out[i] = sum / (2 * (to - from));
      if (to < length) {
        sum += up[to] + down[to];
        to++;
      }
      if (first + i >= before) {
        sum -= up[from] + down[from];
        from++;
      }
    }
  }
}

/** Largest values of the last `newCells` cells and their next ones, and of the cell before them. */
function updateDoubles(powers: Float32Array, doubles: Float32Array, newCells: number): void {
  const first = Math.max(0, doubles.length - newCells - 1);
  let next = 0;
  for (let cell = doubles.length - 1; cell >= first; cell--) {
    const n = cell * CELL_POSITIONS;
    // Unrolled, and without branches: which of two powers is larger is a coin's toss.
    const early = Math.max(Math.max(powers[n], powers[n + 1]), Math.max(powers[n + 2], powers[n + 3]));
    const late = Math.max(Math.max(powers[n + 4], powers[n + 5]), Math.max(powers[n + 6], powers[n + 7]));
    const largest = Math.max(early, late);
    doubles[cell] = Math.max(largest, next);
    next = largest;
  }
}

/** Powers at n plus each offset, summed. */
export function sumAt(powers: Float32Array, n: number, offsets: Int32Array): number {
  let sum = 0;
  for (let p = 0; p < offsets.length; p++) sum += powers[n + offsets[p]];
  return sum;
}
