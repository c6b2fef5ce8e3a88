// What a channel is made of, as data: a WAV file or something simulated. Plain data, so that it can go to a worker.

import { SeededRandom } from 'tillsong';
import {
  babble,
  coinClicks,
  compressorHum,
  deviceFilter,
  hiss,
  melody,
  type NoiseMaker,
  PHONE_RESPONSE,
  resample,
  SMALL_SPEAKER_RESPONSE,
  type SyntheticRoomConfig,
  syntheticRoom,
  syntheticSpeech,
} from 'tillsong/dsp';
import { readWavFile } from 'tillsong/node';

/** All channels run at this rate, as the measured sets do. */
export const CHANNEL_RATE_HZ = 48000;

const NOISE_MAKERS = { babble, coinClicks, compressorHum, hiss, melody, syntheticSpeech } as const satisfies Record<
  string,
  NoiseMaker
>;
const DEVICES = { phone: PHONE_RESPONSE, smallSpeaker: SMALL_SPEAKER_RESPONSE } as const;

/** Length of a simulated noise; channels start over where it ends. */
const SIMULATED_NOISE_SECONDS = 12;

export type SimulatedNoise = keyof typeof NOISE_MAKERS;
export type SimulatedDevice = keyof typeof DEVICES;

/** Where a room response, a noise or a device response comes from. */
export type SoundSource =
  | { readonly kind: 'file'; readonly name: string; readonly path: string }
  | { readonly kind: 'room'; readonly name: string; readonly room: SyntheticRoomConfig }
  | { readonly kind: 'noise'; readonly name: SimulatedNoise; readonly seed: number }
  | { readonly kind: 'device'; readonly name: SimulatedDevice };

/** @returns the samples of a source at 48 kHz */
export async function loadSound(source: SoundSource): Promise<Float32Array> {
  switch (source.kind) {
    case 'file': {
      const { sampleRateHz, samples } = await readWavFile(source.path);
      return resample(samples, sampleRateHz, CHANNEL_RATE_HZ);
    }
    case 'room':
      return syntheticRoom({ ...source.room, sampleRateHz: CHANNEL_RATE_HZ });
    case 'noise':
      return NOISE_MAKERS[source.name](SIMULATED_NOISE_SECONDS * CHANNEL_RATE_HZ, new SeededRandom(source.seed));
    case 'device':
      return deviceFilter({ response: DEVICES[source.name] });
  }
}

/** Sources that are loaded once and kept: a few megabytes for the measured set. */
export class SoundLibrary {
  private readonly sounds = new Map<string, Promise<Float32Array>>();

  /** @returns the samples of a source at 48 kHz, not to be written to */
  load(source: SoundSource): Promise<Float32Array> {
    const key = JSON.stringify(source);
    const known = this.sounds.get(key);
    if (known) return known;
    const sound = loadSound(source);
    this.sounds.set(key, sound);
    return sound;
  }
}
