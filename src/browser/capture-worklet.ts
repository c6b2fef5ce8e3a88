// Runs in an AudioWorkletGlobalScope: hands what comes in to the page, mono, in chunks of 10 ms. Imports nothing, so that its URL
// alone is enough for `audioWorklet.addModule`. Loaded anywhere else it does nothing.

// What the worklet's scope holds; TypeScript's DOM library leaves it out.
declare const sampleRate: number;
declare const AudioWorkletProcessor: { new (): { readonly port: MessagePort } };
declare function registerProcessor(name: string, processor: new () => unknown): void;

/** The name an `AudioWorkletNode` is made with. */
export const CAPTURE_PROCESSOR = 'tillsong-capture';

const CHUNKS_PER_SECOND = 100;

function register(): void {
  class CaptureProcessor extends AudioWorkletProcessor {
    private readonly chunkSamples = Math.round(sampleRate / CHUNKS_PER_SECOND);
    private chunk = new Float32Array(this.chunkSamples);
    private filled = 0;

    /** @param inputs - [input][channel][sample]; no channels while nothing is connected */
    process([channels]: readonly (readonly Float32Array[])[]): boolean {
      const count = channels?.[0]?.length ?? 0;
      for (let n = 0; n < count; n++) {
        let sum = 0;
        for (const channel of channels) sum += channel[n];
        this.chunk[this.filled++] = sum / channels.length;
        if (this.filled === this.chunkSamples) this.send();
      }
      return true;
    }

    private send(): void {
      const { chunk } = this;
      this.chunk = new Float32Array(this.chunkSamples);
      this.filled = 0;
      this.port.postMessage(chunk, [chunk.buffer]);
    }
  }
  registerProcessor(CAPTURE_PROCESSOR, CaptureProcessor);
}

if (typeof registerProcessor === 'function') register();
