// The machine's ear: what the microphone delivers, pushed in chunks of 10 ms as a sound card would.

import { Receiver, type ReceiverEvent } from 'tillsong';

const CHUNK_SECONDS = 0.01;

type MessageEvent = Extract<ReceiverEvent, { type: 'message' }>;
type LostEvent = Extract<ReceiverEvent, { type: 'lost' }>;

/** What came out, and how quickly. */
export interface Hearing {
  readonly message: MessageEvent | undefined;
  /** Bursts whose header was read and whose payload was not. */
  readonly lost: readonly LostEvent[];
  /** From the last sample of the burst to the message: sound that had to follow, and computing. */
  readonly delaySeconds: number | undefined;
  readonly soundSeconds: number;
  readonly computingSeconds: number;
}

/**
 * @param samples - mono
 * @param clockMs - grows with what is computed
 * @param progress - told the share done after every chunk
 */
export function hear(
  samples: Float32Array,
  sampleRateHz: number,
  clockMs: () => number,
  progress: (share: number) => void = () => {},
): Hearing {
  const receiver = new Receiver({ sampleRateHz });
  const chunkSamples = Math.round(CHUNK_SECONDS * sampleRateHz);
  const lost: LostEvent[] = [];
  let message: MessageEvent | undefined;
  let delaySeconds: number | undefined;
  let computingSeconds = 0;
  const take = (events: readonly ReceiverEvent[], heardSeconds: number, chunkSeconds: number) => {
    computingSeconds += chunkSeconds;
    for (const event of events) {
      if (event.type === 'lost') lost.push(event);
      else if (!message) {
        message = event;
        delaySeconds = heardSeconds - event.report.endSeconds + chunkSeconds;
      }
    }
  };
  for (let start = 0; start < samples.length; start += chunkSamples) {
    const end = Math.min(samples.length, start + chunkSamples);
    const beganMs = clockMs();
    const events = receiver.push(samples.subarray(start, end));
    take(events, end / sampleRateHz, (clockMs() - beganMs) / 1000);
    progress(end / samples.length);
  }
  take(receiver.flush(), samples.length / sampleRateHz, 0);
  return { message, lost, delaySeconds, soundSeconds: samples.length / sampleRateHz, computingSeconds };
}
