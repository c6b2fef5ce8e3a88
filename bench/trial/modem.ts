// What a trial needs of a modem, ours or a peer's: bursts out of a payload, and messages out of sound.

import { type LinkReport, type ProfileName, Receiver, Transmitter } from 'tillsong';
import { scaleToPeak } from 'tillsong/dsp';
import { type GgwaveProtocol, openGgwave } from '../peers/ggwave-modem.js';

/** Which modem sings and listens. */
export type ModemName =
  | { readonly modem: 'tillsong'; readonly profile: ProfileName }
  | { readonly modem: 'ggwave'; readonly protocol: GgwaveProtocol };

/** A payload that came out. */
export interface HeardMessage {
  readonly payload: Uint8Array;
  /** Of the burst that completed it, since the first sample; where the modem tells it. */
  readonly endSeconds?: number;
  readonly report?: LinkReport;
}

/** How far a burst came in the receiver: from the preamble on. */
export type Milestone = 'preamble' | 'header' | 'payload';

/** Something taken for a burst: where it started, and the last milestone it reached. */
export interface Sighting {
  readonly startSeconds: number;
  readonly profile: string;
  readonly milestone: Milestone;
}

/** One machine's receiver. */
export interface Listener {
  /** @param channels - of each microphone, all of the same length; a peer hears the first alone */
  push(channels: readonly Float32Array[]): HeardMessage[];
  flush(): HeardMessage[];
  /** Why bursts with a readable header gave no message. */
  readonly lostReasons: readonly string[];
  /** All that was taken for a burst; empty for a peer. */
  readonly sightings: readonly Sighting[];
  /** Lets go of what the listener holds. */
  close(): void;
}

/** One phone. */
export interface Singer {
  /** @returns the next burst of the message, at peak 1 */
  next(): Float32Array;
}

/** @param sampleRateHz - of the bursts; a peer knows 48000 only */
export async function openSinger(name: ModemName, payload: Uint8Array, sampleRateHz: number): Promise<Singer> {
  if (name.modem === 'ggwave') return (await openGgwave()).singer(name.protocol, payload);
  const bursts = new Transmitter({ profile: name.profile, sampleRateHz }).repeat(payload);
  return { next: () => scaleToPeak(bursts.next().value) };
}

/** @param sampleRateHz - of the sound heard; a peer knows 48000 only */
export async function openListener(name: ModemName, sampleRateHz: number, channelCount = 1): Promise<Listener> {
  return name.modem === 'ggwave' ? (await openGgwave()).listener() : new TillsongListener(sampleRateHz, channelCount);
}

/** A receiver of all four profiles. */
class TillsongListener implements Listener {
  readonly lostReasons: string[] = [];
  readonly sightings: Sighting[] = [];
  private readonly receiver: Receiver;

  constructor(sampleRateHz: number, channelCount: number) {
    this.receiver = new Receiver(
      { sampleRateHz, channelCount },
      {
        ended: (reception, end) => {
          const { startSeconds, header, shared } = reception;
          const isDone = end === 'delivered' || end === 'repeated';
          const milestone = isDone ? 'payload' : header && end !== 'chance-header' ? 'header' : 'preamble';
          this.sightings.push({ startSeconds, profile: shared.profile.name, milestone });
        },
      },
    );
  }

  push(channels: readonly Float32Array[]): HeardMessage[] {
    return this.sort(this.receiver.push(channels));
  }

  flush(): HeardMessage[] {
    return this.sort(this.receiver.flush());
  }

  close(): void {}

  private sort(events: ReturnType<Receiver['push']>): HeardMessage[] {
    return events.flatMap((event) => {
      if (event.type === 'message')
        return [{ payload: event.payload, endSeconds: event.report.endSeconds, report: event.report }];
      this.lostReasons.push(event.reason);
      return [];
    });
  }
}
