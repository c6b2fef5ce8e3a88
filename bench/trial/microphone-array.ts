// One to four microphones that hear the same phone: each through a stream of its own, with noise of its own.

import type { SeededRandom } from 'tillsong';
import { addTone } from 'tillsong/dsp';
import { CHANNEL_RATE_HZ, type SoundLibrary } from '../rooms/sound-source.js';
import { ChannelStream, type ChannelStreamConfig } from './channel-stream.js';

/** Whether a microphone hears, gives nothing at all, or is drowned by its own feedback. */
export type MicrophoneState = 'good' | 'dead' | 'howling';

/** Microphones of one machine stand this far apart at most: 0.1 m of sound. */
const MOST_DELAY_SAMPLES = 14;
/** Feedback rings where loop gain and phase allow; clipped, its overtones reach every band. */
const HOWL_HZ: readonly [number, number] = [500, 8000];
/** Of the tone, where the converter clips at 1: the amplifier is driven by 12 dB. */
const HOWL_AMPLITUDE = 4;

interface Microphone {
  readonly state: MicrophoneState;
  readonly stream: ChannelStream;
  readonly howlHz: number;
}

/** Gives what each microphone hears, all of the same length. */
export class MicrophoneArray {
  private constructor(private readonly microphones: readonly Microphone[]) {}

  /**
   * @param random - of a single microphone draws the same as ChannelStream.open; the others draw after it
   */
  static async open(
    config: ChannelStreamConfig,
    library: SoundLibrary,
    random: SeededRandom,
  ): Promise<MicrophoneArray> {
    const microphones: Microphone[] = [];
    for (const state of config.recipe.microphones ?? ['good']) {
      const isFirst = microphones.length === 0;
      const delaySamples = isFirst ? 0 : random.below(MOST_DELAY_SAMPLES + 1);
      const stream = await ChannelStream.open({ ...config, delaySamples }, library, random);
      const howlHz = state === 'howling' ? random.between(...HOWL_HZ) : 0;
      microphones.push({ state, stream, howlHz });
    }
    return new MicrophoneArray(microphones);
  }

  /** Seconds heard so far. */
  get seconds(): number {
    return this.microphones[0].stream.seconds;
  }

  /** @returns for each microphone what it hears while nothing is sent */
  pause(seconds: number): Float32Array[] {
    return this.hear((stream) => stream.pause(seconds));
  }

  /** @returns for each microphone what it hears from the transmission's start to its end */
  send(transmission: Float32Array): Float32Array[] {
    return this.hear((stream) => stream.send(transmission));
  }

  private hear(listen: (stream: ChannelStream) => Float32Array): Float32Array[] {
    return this.microphones.map(({ state, stream, howlHz }) => {
      const startSamples = Math.round(stream.seconds * CHANNEL_RATE_HZ);
      const heard = listen(stream);
      if (state === 'dead') return heard.fill(0);
      return state === 'howling' ? howl(heard, howlHz, startSamples) : heard;
    });
  }
}

/** A tone far over full scale on top of what is heard, cut off at full scale. */
function howl(heard: Float32Array, frequencyHz: number, startSamples: number): Float32Array {
  const phaseRad = 2 * Math.PI * (((frequencyHz * startSamples) / CHANNEL_RATE_HZ) % 1);
  const loud = addTone(heard, { frequencyHz, amplitude: HOWL_AMPLITUDE, phaseRad });
  return loud.map((x) => Math.max(-1, Math.min(1, x)));
}
