// The latest samples of a recording, by position: what is looked at again once a burst has ended.

export class SampleRing {
  private readonly samples: Float32Array;
  private written = 0;

  /** @param capacity - at least this many of the latest samples are kept */
  constructor(capacity: number) {
    this.samples = new Float32Array(2 ** Math.ceil(Math.log2(capacity)));
  }

  /** Position after the last sample. */
  get end(): number {
    return this.written;
  }

  /** Position of the oldest sample still held. */
  get start(): number {
    return Math.max(0, this.written - this.samples.length);
  }

  append(samples: Float32Array): void {
    const mask = this.samples.length - 1;
    for (let i = 0, j = this.written; i < samples.length; i++, j++) {
      const x = samples[i];
      this.samples[j & mask] = Number.isFinite(x) ? x : 0;
    }
    this.written += samples.length;
  }

  /** @returns a copy of the samples from `from` up to `to`, as far as they are held */
  slice(from: number, to: number): Float32Array {
    const first = Math.max(this.start, Math.round(from));
    const last = Math.min(this.end, Math.round(to));
    const mask = this.samples.length - 1;
    return Float32Array.from({ length: Math.max(0, last - first) }, (_, i) => this.samples[(first + i) & mask]);
  }
}
