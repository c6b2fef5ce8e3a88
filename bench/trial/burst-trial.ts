// One trial: a phone sings a random payload through a drawn channel, once or over and over, and it must come out exactly once.

import { SeededRandom } from 'tillsong';
import { applyGain } from 'tillsong/dsp';
import { CHANNEL_RATE_HZ, type SoundLibrary } from '../rooms/sound-source.js';
import { type ChannelDraw, type ChannelRecipe, drawChannel } from './channel-recipe.js';
import { MicrophoneArray } from './microphone-array.js';
import { type HeardMessage, type Listener, type ModemName, openListener, openSinger, type Singer } from './modem.js';

/** How often and when the phone sings. */
export interface Singing {
  /** It stops when the message has come out, or after this many bursts. */
  readonly burstCount: number;
  readonly gapSeconds: number;
  /** The till starts to listen somewhere within a burst; that one is not counted. */
  readonly startsMidBurst?: boolean;
  /** Another phone sings a message of its own in every other place; its bursts are not counted. */
  readonly isAlternating?: boolean;
}

/** What is sent through what. */
export interface BurstCondition {
  readonly kind: 'burst';
  readonly sender: ModemName;
  readonly payloadByteCount: number;
  readonly psnrDb: number;
  readonly recipe: ChannelRecipe;
  /** One burst when absent. */
  readonly singing?: Singing;
}

/** How far the first burst came: `missed` - no preamble found at its start; `header`, `payload` - lost there. */
export type BurstFate = 'delivered' | 'payload' | 'header' | 'missed';

/** What became of one trial. */
export interface BurstResult {
  readonly kind: 'burst';
  /** The payload came out, once, and nothing else did. */
  readonly isDelivered: boolean;
  /** Bursts it took, the last included. */
  readonly burstCount?: number;
  /** From the start of the first burst counted to the end of the one that completed the message. */
  readonly seconds?: number;
  /** Of the first burst; not for peers. */
  readonly fate?: BurstFate;
  /** Messages that were never sent, and repetitions of the one that was. */
  readonly falseMessageCount: number;
  /** Reasons of the bursts reported lost. */
  readonly lostReasons: readonly string[];
  /** From the receiver's report of the message. */
  readonly snrDb?: number;
  readonly heardSeconds: number;
  readonly decodeSeconds: number;
  readonly draw: DrawSummary;
}

/** A draw by name, for tables by room, noise and device. */
export interface DrawSummary {
  readonly room?: string;
  readonly noise?: string;
  readonly device?: string;
  readonly drrDb?: number;
  readonly clockOffsetPpm: number;
  readonly speedMetersPerSecond: number;
}

/** A burst may be found this far from where it starts: the detector follows the strongest path, the room's direct sound or not. */
const START_TOLERANCE_SECONDS = { alone: 0.002, inRoom: 0.06 };
/** The other phone of a recipe goes through this many bursts, then starts over. */
const OTHER_PHONE_BURSTS = 4;
const OTHER_PHONE_GAP_SECONDS = 0.1;

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Runs one trial. The same condition and seed give the same result, the times apart. */
export async function runBurstTrial(
  condition: BurstCondition,
  seed: number,
  sounds: SoundLibrary,
): Promise<BurstResult> {
  const random = new SeededRandom(seed);
  const { recipe, sender, payloadByteCount, psnrDb } = condition;
  const payload = random.bytes(payloadByteCount);
  const draw = drawChannel(recipe, random, seed);
  const otherPayload = random.bytes(payloadByteCount);
  const otherPhone = await otherPhoneOf(recipe, otherPayload);
  const air = { recipe, draw, psnrDb, ...(otherPhone && { otherPhone }) };
  const microphones = await MicrophoneArray.open(air, sounds, random);
  const transmitterRateHz = recipe.transmitterRateHz ?? CHANNEL_RATE_HZ;
  const listener = await openListener(sender, recipe.receiverRateHz ?? CHANNEL_RATE_HZ, recipe.microphones?.length);
  const singers = [await openSinger(sender, payload, transmitterRateHz)];
  if (condition.singing?.isAlternating) singers.push(await openSinger(sender, otherPayload, transmitterRateHz));
  const trial = new Trial(microphones, listener, random, [payload, otherPayload]);
  try {
    const starts = trial.sing(singers, condition.singing ?? { burstCount: 1, gapSeconds: 0 }, draw);
    return trial.resultOf(starts, condition, draw);
  } finally {
    listener.close();
  }
}

async function otherPhoneOf(recipe: ChannelRecipe, payload: Uint8Array): Promise<Float32Array | undefined> {
  if (!recipe.otherPhone) return undefined;
  const { profile, levelDb } = recipe.otherPhone;
  const singer = await openSinger({ modem: 'tillsong', profile }, payload, CHANNEL_RATE_HZ);
  const gap = new Float32Array(Math.round(OTHER_PHONE_GAP_SECONDS * CHANNEL_RATE_HZ));
  const pieces = Array.from({ length: OTHER_PHONE_BURSTS }, () => [singer.next(), gap]).flat();
  const song = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    song.set(piece, at);
    at += piece.length;
  }
  return applyGain(song, levelDb);
}

/** Where the counted bursts lay, in seconds since the first sample heard. */
interface BurstTimes {
  readonly startSeconds: number[];
  readonly endSeconds: number[];
}

/** A channel and a receiver in the course of a trial. */
class Trial {
  private readonly messages: HeardMessage[] = [];
  private decodeSeconds = 0;

  constructor(
    private readonly microphones: MicrophoneArray,
    private readonly listener: Listener,
    private readonly random: SeededRandom,
    private readonly payloads: readonly [Uint8Array, Uint8Array],
  ) {}

  sing(singers: readonly Singer[], singing: Singing, draw: ChannelDraw): BurstTimes {
    const { burstCount, gapSeconds, startsMidBurst } = singing;
    const times: BurstTimes = { startSeconds: [], endSeconds: [] };
    let skippedSeconds = 0;
    if (startsMidBurst) {
      const heard = this.microphones.send(singers[0].next());
      const skipped = this.random.below(heard[0].length);
      skippedSeconds = skipped / CHANNEL_RATE_HZ;
      this.listen(heard.map((channel) => channel.subarray(skipped)));
      this.listen(this.microphones.pause(gapSeconds));
    } else this.listen(this.microphones.pause(draw.leadSeconds));
    for (let burst = 0; burst < burstCount && !this.right; burst++) {
      times.startSeconds.push(this.microphones.seconds - skippedSeconds);
      const heard = this.microphones.send(singers[0].next());
      times.endSeconds.push(this.microphones.seconds - skippedSeconds);
      this.listen(heard);
      for (const other of singers.slice(1)) {
        this.listen(this.microphones.pause(gapSeconds));
        this.listen(this.microphones.send(other.next()));
      }
      if (burst + 1 < burstCount) this.listen(this.microphones.pause(gapSeconds));
    }
    this.listen(this.microphones.pause(draw.tailSeconds));
    this.take(() => this.listener.flush());
    return times;
  }

  resultOf(times: BurstTimes, condition: BurstCondition, draw: ChannelDraw): BurstResult {
    const { right } = this;
    const [, otherPayload] = this.payloads;
    const hasOther = condition.recipe.otherPhone !== undefined || condition.singing?.isAlternating === true;
    const others = this.messages.filter((message) => hasOther && isEqual(message.payload, otherPayload)).length;
    const falseMessageCount = this.messages.length - (right ? 1 : 0) - Math.min(1, others);
    const fate = this.fateOf(times, condition);
    return {
      kind: 'burst',
      isDelivered: right !== undefined && falseMessageCount === 0,
      ...(right && this.deliveryOf(right, times)),
      ...(fate && { fate }),
      falseMessageCount,
      lostReasons: this.listener.lostReasons,
      ...(right?.report && { snrDb: rounded(right.report.snrDb) }),
      heardSeconds: rounded(this.microphones.seconds),
      decodeSeconds: rounded(this.decodeSeconds),
      draw: summaryOf(draw),
    };
  }

  /** The message that was sent. */
  private get right(): HeardMessage | undefined {
    return this.messages.find(({ payload }) => isEqual(payload, this.payloads[0]));
  }

  /** The burst that ended nearest to the end that the receiver tells. */
  private deliveryOf({ endSeconds }: HeardMessage, times: BurstTimes): { burstCount: number; seconds: number } {
    const ends = times.endSeconds;
    let last = ends.length - 1;
    if (endSeconds !== undefined)
      while (last > 0 && Math.abs(ends[last - 1] - endSeconds) < Math.abs(ends[last] - endSeconds)) last--;
    return { burstCount: last + 1, seconds: rounded(ends[last] - times.startSeconds[0]) };
  }

  private fateOf(times: BurstTimes, { sender, recipe, singing }: BurstCondition): BurstFate | undefined {
    if (sender.modem !== 'tillsong') return undefined;
    if ((singing?.burstCount ?? 1) === 1 && this.right) return 'delivered';
    const tolerance = START_TOLERANCE_SECONDS[recipe.rooms.length > 0 ? 'inRoom' : 'alone'];
    const milestones = this.listener.sightings
      .filter(({ profile }) => profile === sender.profile)
      .filter(({ startSeconds }) => Math.abs(startSeconds - times.startSeconds[0]) < tolerance)
      .map(({ milestone }) => milestone);
    if (milestones.includes('payload')) return 'delivered';
    if (milestones.includes('header')) return 'payload';
    return milestones.includes('preamble') ? 'header' : 'missed';
  }

  /** Feeds the receiver in chunks of 1 to 9,600 samples, as devices deliver them. */
  private listen(heard: readonly Float32Array[]): void {
    for (let start = 0; start < heard[0].length; ) {
      const size = 1 + this.random.below(this.random.below(4) === 0 ? 9600 : 960);
      const chunks = heard.map((channel) => channel.subarray(start, start + size));
      this.take(() => this.listener.push(chunks));
      start += size;
    }
  }

  private take(hear: () => HeardMessage[]): void {
    const begin = performance.now();
    this.messages.push(...hear());
    this.decodeSeconds += (performance.now() - begin) / 1000;
  }
}

function summaryOf({ room, noise, device, drrDb, clockOffsetPpm, speedMetersPerSecond }: ChannelDraw): DrawSummary {
  return {
    ...(room && { room: room.name }),
    ...(noise && { noise: noise.name }),
    ...(device && { device: device.name }),
    ...(drrDb !== undefined && { drrDb: rounded(drrDb) }),
    clockOffsetPpm: rounded(clockOffsetPpm),
    speedMetersPerSecond: rounded(speedMetersPerSecond),
  };
}

/** Four digits after the point: records are many. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
