// Plays a burst on a page's loudspeaker.

import { assertFloats, assertInteger } from '../shared/assert.js';

export interface PlayOptions {
  /** Of the samples; the context's when absent. The browser resamples. */
  readonly sampleRateHz?: number;
  /** Stops playing. */
  readonly signal?: AbortSignal;
}

export class Speaker {
  /** @param context - a page's `AudioContext` after the user has touched the page; or an offline one */
  constructor(private readonly context: BaseAudioContext) {}

  /**
   * @param samples - mono, as `Transmitter.modulate` gives them
   * @returns when the last sample was played, or the signal stopped it
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`, `ERR_RANGE`
   */
  play(samples: Float32Array, { sampleRateHz = this.context.sampleRate, signal }: PlayOptions = {}): Promise<void> {
    assertFloats('samples', samples, 1, Number.MAX_SAFE_INTEGER);
    assertInteger('sampleRateHz', sampleRateHz, 8000, 192000);
    if (signal?.aborted) return Promise.resolve();
    const buffer = this.context.createBuffer(1, samples.length, sampleRateHz);
    buffer.copyToChannel(new Float32Array(samples), 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    return new Promise((resolve) => {
      const stop = () => source.stop();
      source.onended = () => {
        signal?.removeEventListener('abort', stop);
        source.disconnect();
        resolve();
      };
      signal?.addEventListener('abort', stop, { once: true });
      source.start();
    });
  }
}
