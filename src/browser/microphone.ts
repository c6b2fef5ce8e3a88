// What a page's microphone hears, as chunks for `Receiver.push`.

import { TillsongError } from '../shared/errors.js';
import { CAPTURE_PROCESSOR } from './capture-worklet.js';

export interface MicrophoneOptions {
  /** Its sample rate is the chunks'. Browsers let it run only after the user has touched the page. */
  readonly context: AudioContext;
  /** Where the page serves the module `tillsong/capture-worklet`. */
  readonly workletUrl: string | URL;
  /** As `enumerateDevices` names it; the browser's choice when absent. */
  readonly deviceId?: string;
}

/** Ten seconds: if the page does not take chunks for longer, the oldest are lost. */
const MAX_WAITING_CHUNKS = 1000;

/** Chunks of 10 ms, mono, until closed: `for await (const chunk of microphone) receiver.push(chunk)`. */
export class Microphone implements AsyncIterable<Float32Array> {
  readonly sampleRateHz: number;

  private waiting: Float32Array[] = [];
  private dropped = 0;
  private isClosed = false;
  private wake: (() => void) | undefined;

  private constructor(
    private readonly source: AudioNode,
    private readonly capture: AudioWorkletNode,
    private readonly stream: MediaStream | undefined,
  ) {
    this.sampleRateHz = source.context.sampleRate;
    capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      this.take(data);
    };
  }

  /**
   * Asks the user for the microphone. What browsers do to speech - echo cancellation, noise suppression, gain control - is turned
   * off: it takes a token for noise.
   *
   * @throws DOMException as `getUserMedia` and `addModule` do: no permission, no microphone, no such module
   * @throws TillsongError `ERR_STATE` where the page is not served securely, so that there is no microphone to ask for
   */
  static async open({ context, workletUrl, deviceId }: MicrophoneOptions): Promise<Microphone> {
    if (!navigator.mediaDevices?.getUserMedia)
      throw new TillsongError(
        'ERR_STATE',
        'microphone: expected a page served by https or from localhost, got neither',
      );
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation: false,
        noiseSuppression: false,
        autoGainControl: false,
        ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
      },
    });
    try {
      return await Microphone.attach(context.createMediaStreamSource(stream), workletUrl, stream);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  /** Hears any node of an audio graph in a microphone's place: a file, a test. */
  static listenTo(source: AudioNode, workletUrl: string | URL): Promise<Microphone> {
    return Microphone.attach(source, workletUrl, undefined);
  }

  private static async attach(
    source: AudioNode,
    workletUrl: string | URL,
    stream: MediaStream | undefined,
  ): Promise<Microphone> {
    const { context } = source;
    await context.audioWorklet.addModule(String(workletUrl));
    const capture = new AudioWorkletNode(context, CAPTURE_PROCESSOR, { numberOfInputs: 1, numberOfOutputs: 1 });
    source.connect(capture);
    capture.connect(context.destination); // it stays silent, but a node that leads nowhere may not be run
    return new Microphone(source, capture, stream);
  }

  /** Chunks lost so far because nobody took them. */
  get droppedChunkCount(): number {
    return this.dropped;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Float32Array> {
    while (true) {
      const chunk = this.waiting.shift();
      if (chunk) yield chunk;
      else if (this.isClosed) return;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
  }

  /** Lets go of the microphone; chunks that came before are still given out. */
  close(): void {
    this.isClosed = true;
    this.capture.port.onmessage = null;
    this.source.disconnect(this.capture);
    this.capture.disconnect();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.wake?.();
  }

  private take(chunk: Float32Array): void {
    this.waiting.push(chunk);
    if (this.waiting.length > MAX_WAITING_CHUNKS) {
      this.waiting.shift();
      this.dropped++;
    }
    this.wake?.();
  }
}
