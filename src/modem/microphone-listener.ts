// One microphone on its way to bursts: resampled to the rate of the profiles, then every band listened to.

import { Resampler } from '../../dsp/resampler.js';
import { BandListener } from './band-listener.js';
import type { BurstReception } from './burst-reception.js';
import type { KnownHeaders } from './known-headers.js';
import type { Profile } from './profiles.js';
import type { ReceiverObserver } from './receiver-observer.js';

/** Rate at which profiles are defined. */
const NATIVE_RATE_HZ = 48000;

export class MicrophoneListener {
  // derived
  private readonly resampler: Resampler | undefined;
  private readonly listeners: readonly BandListener[];
  // scratch: the latest piece at 48 kHz, where it is resampled
  private resampled = new Float32Array(0);

  /**
   * @param bands - profiles by band
   * @param known - by band: headers that any microphone has read
   * @param observer - told how receptions end that give no event
   */
  constructor(
    sampleRateHz: number,
    bands: readonly (readonly Profile[])[],
    known: readonly KnownHeaders[],
    observer: ReceiverObserver | undefined,
  ) {
    this.listeners = bands.map((profiles, band) => new BandListener(profiles, known[band], observer));
    if (sampleRateHz !== NATIVE_RATE_HZ)
      this.resampler = new Resampler({ inputRateHz: sampleRateHz, outputRateHz: NATIVE_RATE_HZ });
  }

  reset(): void {
    this.resampler?.reset();
    for (const listener of this.listeners) listener.reset();
  }

  /**
   * @param samples - at the microphone's rate
   * @param complete - receptions that became complete are added here, band after band
   */
  push(samples: Float32Array, complete: BurstReception[]): void {
    if (!this.resampler) {
      this.listen(samples, samples.length, complete);
      return;
    }
    const most = this.resampler.mostOutputs(samples.length);
    if (most > this.resampled.length) this.resampled = new Float32Array(most);
    this.listen(this.resampled, this.resampler.convert(samples, this.resampled), complete);
  }

  /**
   * The input has ended: silence carries the last burst through all delays.
   *
   * @param seconds - of silence
   */
  pushSilence(seconds: number, complete: BurstReception[]): void {
    if (this.resampler) {
      const rest = this.resampler.flush();
      this.listen(rest, rest.length, complete);
    }
    const silence = new Float32Array(NATIVE_RATE_HZ / 10);
    for (let i = 0; i < seconds * 10; i++) this.listen(silence, silence.length, complete);
  }

  /** @returns receptions with a header that will never be complete now */
  abandon(): BurstReception[] {
    return this.listeners.flatMap((listener) => listener.abandon());
  }

  /** @param count - how many of the samples to take */
  private listen(samples: Float32Array, count: number, complete: BurstReception[]): void {
    for (let i = 0; i < this.listeners.length; i++) {
      const receptions = this.listeners[i].push(samples, count);
      for (let j = 0; j < receptions.length; j++) complete.push(receptions[j]);
    }
  }
}
