// One trial: a random payload is sent once through a drawn channel and must come out exactly once. And its opposite:
// listening to what holds no transmission, where nothing may come out.

import { type ProfileName, Receiver, type ReceiverEvent, SeededRandom, Transmitter } from 'tillsong';
import { addNoise, applyClockOffset, applyGain, scaleToPeak } from 'tillsong/dsp';
import { CHANNEL_RATE_HZ, type SoundLibrary, type SoundSource } from '../rooms/sound-source.js';
import { airtimeSeconds } from './burst-energy.js';
import { type ChannelDraw, type ChannelRecipe, drawChannel, throughChannel } from './channel-recipe.js';

/** What is sent through what. */
export interface Condition {
  readonly profile: ProfileName;
  readonly payloadByteCount: number;
  readonly psnrDb: number;
  readonly recipe: ChannelRecipe;
}

/** What became of one transmission. */
export interface TrialResult {
  readonly seed: number;
  /** The payload came out, once, and nothing else did. */
  readonly isDelivered: boolean;
  /** Messages that were never sent, and repetitions of the one that was. */
  readonly falseMessageCount: number;
  /** Reasons of the bursts reported lost. */
  readonly lostReasons: readonly string[];
  /** From the receiver's report of the message. */
  readonly snrDb?: number;
  readonly airtimeSeconds: number;
  readonly heardSeconds: number;
  readonly decodeSeconds: number;
  readonly draw: ChannelDraw;
}

/** Feeds a receiver in chunks of 1 to 9,600 samples, as devices deliver them, and takes the time. */
export function listen(
  receiver: Receiver,
  heard: Float32Array,
  random: SeededRandom,
): { events: ReceiverEvent[]; seconds: number } {
  const events: ReceiverEvent[] = [];
  const begin = performance.now();
  for (let start = 0; start < heard.length; ) {
    const size = 1 + random.below(random.below(4) === 0 ? 9600 : 960);
    events.push(...receiver.push(heard.subarray(start, start + size)));
    start += size;
  }
  events.push(...receiver.flush());
  return { events, seconds: (performance.now() - begin) / 1000 };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Runs one trial. The same condition and seed give the same result, the times apart. */
export async function runTrial(condition: Condition, seed: number, sounds: SoundLibrary): Promise<TrialResult> {
  const random = new SeededRandom(seed);
  const { profile, recipe } = condition;
  const payload = random.bytes(condition.payloadByteCount);
  const transmitterRateHz = recipe.transmitterRateHz ?? CHANNEL_RATE_HZ;
  const receiverRateHz = recipe.receiverRateHz ?? CHANNEL_RATE_HZ;
  const burst = scaleToPeak(new Transmitter({ profile, sampleRateHz: transmitterRateHz }).modulate(payload));
  const draw = drawChannel(recipe, random);
  const heard = await throughChannel(burst, condition.psnrDb, recipe, draw, sounds, random);
  const { events, seconds } = listen(new Receiver({ sampleRateHz: receiverRateHz }), heard, random);
  const messages = events.filter((event) => event.type === 'message');
  const right = messages.find((message) => isEqual(message.payload, payload));
  const falseMessageCount = messages.length - (right ? 1 : 0);
  return {
    seed,
    isDelivered: right !== undefined && falseMessageCount === 0,
    falseMessageCount,
    lostReasons: events.flatMap((event) => (event.type === 'lost' ? [event.reason] : [])),
    ...(right && { snrDb: right.report.snrDb }),
    airtimeSeconds: airtimeSeconds(burst, transmitterRateHz),
    heardSeconds: heard.length / receiverRateHz,
    decodeSeconds: seconds,
    draw,
  };
}

/** What came out of listening to sounds without a transmission. */
export interface ListeningResult {
  readonly seed: number;
  readonly falseMessageCount: number;
  readonly lostReasons: readonly string[];
  readonly heardSeconds: number;
  readonly decodeSeconds: number;
}

/**
 * Listens to recorded sounds without a transmission. Recordings are short, so each time two are drawn, played at their own
 * speeds (within 1 %) and levels (40 dB), one over the other, from random places on.
 */
export async function runListening(
  noises: readonly SoundSource[],
  durationSeconds: number,
  seed: number,
  sounds: SoundLibrary,
): Promise<ListeningResult> {
  const random = new SeededRandom(seed);
  let heard: Float32Array = new Float32Array(Math.round(durationSeconds * CHANNEL_RATE_HZ));
  for (const levelDb of [0, random.between(-20, 0)]) {
    const recording = await sounds.load(noises[random.below(noises.length)]);
    const played = applyClockOffset(recording, random.between(-10000, 10000));
    heard = addNoise(heard, played, -levelDb, random);
  }
  heard = applyGain(scaleToPeak(heard), random.between(-40, 0));
  const { events, seconds } = listen(new Receiver({ sampleRateHz: CHANNEL_RATE_HZ }), heard, random);
  return {
    seed,
    falseMessageCount: events.filter((event) => event.type === 'message').length,
    lostReasons: events.flatMap((event) => (event.type === 'lost' ? [event.reason] : [])),
    heardSeconds: durationSeconds,
    decodeSeconds: seconds,
  };
}
