// Columns of a picture over a time whose length nobody knows yet: when they are full, neighbours are merged, the larger
// value winning, and each column stands for twice the time. An hour takes no more memory than a minute.

export class PeakColumns {
  /** Inputs that one column stands for: a power of two. */
  inputsPerColumn = 1;
  /** Columns begun. */
  count = 0;
  private readonly values: Float32Array;
  private inputsInLast = 0;

  /**
   * @param capacity - columns, even
   * @param height - values in a column
   * @param lowest - what a column begins with
   */
  constructor(
    private readonly capacity: number,
    private readonly height: number,
    private readonly lowest: number,
  ) {
    this.values = new Float32Array(capacity * height).fill(lowest);
  }

  /** @param input - height values that come next in time */
  push(input: ArrayLike<number>): void {
    if (this.count === 0 || this.inputsInLast === this.inputsPerColumn) this.begin();
    this.inputsInLast++;
    const { values, height } = this;
    const base = (this.count - 1) * height;
    for (let i = 0; i < height; i++) if (input[i] > values[base + i]) values[base + i] = input[i];
  }

  /** Raises one value at a time that may lie in the past or the near future. @param at - in inputs since the first */
  raise(at: number, row: number, value: number): void {
    const column = Math.floor(at / this.inputsPerColumn);
    if (column < 0 || column >= this.count) return;
    const index = column * this.height + row;
    this.values[index] = Math.max(this.values[index], value);
  }

  /** @returns [row * count + column]: rows one after the other */
  rows(): Float32Array {
    const out = new Float32Array(this.count * this.height);
    for (let column = 0; column < this.count; column++)
      for (let row = 0; row < this.height; row++)
        out[row * this.count + column] = this.values[column * this.height + row];
    return out;
  }

  private begin(): void {
    if (this.count === this.capacity) this.merge();
    if (this.inputsInLast > 0 && this.inputsInLast < this.inputsPerColumn) return; // the last one is only half full now
    this.count++;
    this.inputsInLast = 0;
  }

  private merge(): void {
    const { values, height, capacity } = this;
    for (let column = 0; column < capacity / 2; column++)
      for (let row = 0; row < height; row++)
        values[column * height + row] = Math.max(
          values[2 * column * height + row],
          values[(2 * column + 1) * height + row],
        );
    values.fill(this.lowest, (capacity / 2) * height);
    this.count = capacity / 2;
    this.inputsPerColumn *= 2;
    this.inputsInLast = this.inputsPerColumn;
  }
}
