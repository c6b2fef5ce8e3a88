// The sound of one trial, piece by piece, so that a trial can end as soon as the message is there:
//
//   transmission -> [48 kHz] -> overdrive -> room -> device -> motion and clock -> level -> noise before, during and after
//                -> tone, clicks, steps of gain, offset -> polarity, gain -> [receiver's rate] -> 16 bits
//
// Level: after room, device and motion the first transmission is scaled to peak 1 again, and all that follow by the same
// gain; then noise of RMS sqrt(0.5 / 10^(PSNR / 10)) in 0-24 kHz is added. So PSNR holds at the microphone: distance, and
// what room and device take of the whole band, are in it. What they add to the ratio of peak to average is paid, 4 to 10 dB
// in the measured rooms. With `hasEnergyKept` the sound is scaled to the energy of the transmission at peak 1 instead, so that
// rooms cost only what they do to the shape of the signal.

import { SeededRandom } from 'tillsong';
import {
  addClicks,
  addTone,
  applyClockOffset,
  applyDevice,
  applyGain,
  applyMotion,
  applyRoom,
  clip,
  nearRoom,
  noiseRmsAtPsnr,
  peakOf,
  quantise,
  Resampler,
  resample,
  rms,
  scaleToPeak,
} from 'tillsong/dsp';
import { CHANNEL_RATE_HZ, type SoundLibrary } from '../rooms/sound-source.js';
import type { ChannelDraw, ChannelRecipe } from './channel-recipe.js';
import { LEAST_VISIT_SECONDS, visitOf } from './visit.js';

/** What a channel is made of, loaded. */
interface Sounds {
  readonly room: Float32Array | undefined;
  readonly device: Float32Array | undefined;
  readonly noise: Float32Array | undefined;
}

export interface ChannelStreamConfig {
  readonly recipe: ChannelRecipe;
  readonly draw: ChannelDraw;
  /** Full-scale sine over noise in 0-24 kHz, for what arrives scaled as the recipe says. */
  readonly psnrDb: number;
  /** What the other phone of the recipe sings, over and over, scaled to its level. */
  readonly otherPhone?: Float32Array;
  /** Transmissions arrive this much later; 0 when absent. */
  readonly delaySamples?: number;
}

/** Makes what a receiver hears, transmission after transmission. */
export class ChannelStream {
  private readonly noiseGain: number;
  private readonly resampler: Resampler | undefined;
  private readonly noiseRandom: SeededRandom;
  private readonly eventRandom: SeededRandom;
  private readonly toneHz: number;
  /** Linear; known from the first transmission on. */
  private gain: number | undefined;
  /** Sound of earlier transmissions that is still to be heard. */
  private pending: Float32Array = new Float32Array(0);
  private noiseAt: number;
  private otherAt: number;
  private heardSamples = 0;

  private constructor(
    private readonly config: ChannelStreamConfig,
    private readonly sounds: Sounds,
    random: SeededRandom,
  ) {
    const { recipe, psnrDb, otherPhone } = config;
    const { noise } = sounds;
    this.noiseGain = noiseRmsAtPsnr(psnrDb) / (noise ? rms(noise) : 1);
    this.noiseAt = noise ? random.below(noise.length) : 0;
    this.otherAt = otherPhone ? random.below(otherPhone.length) : 0;
    this.toneHz = random.between(...(recipe.tone?.frequencyHz ?? [0, 0]));
    this.noiseRandom = new SeededRandom(random.uint32());
    this.eventRandom = new SeededRandom(random.uint32());
    const outputRateHz = recipe.receiverRateHz ?? CHANNEL_RATE_HZ;
    if (outputRateHz !== CHANNEL_RATE_HZ)
      this.resampler = new Resampler({ inputRateHz: CHANNEL_RATE_HZ, outputRateHz });
  }

  static async open(config: ChannelStreamConfig, library: SoundLibrary, random: SeededRandom): Promise<ChannelStream> {
    const { room, drrDb, device, noise } = config.draw;
    const response = room && (await library.load(room));
    const sounds = {
      room: response && (drrDb === undefined ? response : nearRoom(response, drrDb)),
      device: device && (await library.load(device)),
      noise: noise && (await library.load(noise)),
    };
    return new ChannelStream(config, sounds, random);
  }

  /** Seconds heard so far. */
  get seconds(): number {
    return this.heardSamples / CHANNEL_RATE_HZ;
  }

  /** @returns what is heard while nothing is sent */
  pause(seconds: number): Float32Array {
    return this.hear(Math.round(seconds * CHANNEL_RATE_HZ));
  }

  /**
   * @param transmission - at the recipe's transmitter rate
   * @returns what is heard from its start to its end; its echoes are heard in what follows
   */
  send(transmission: Float32Array): Float32Array {
    const { recipe, delaySamples = 0 } = this.config;
    const sound = this.throughAir(transmission);
    this.gain ??= recipe.hasEnergyKept ? energyGain(sound, transmission, recipe) : 1 / (peakOf(sound) || 1);
    const gain = this.gain;
    const steps = this.gainStepsOf(sound.length);
    if (this.pending.length < sound.length + delaySamples) {
      const longer = new Float32Array(sound.length + delaySamples);
      longer.set(this.pending);
      this.pending = longer;
    }
    for (let n = 0; n < sound.length; n++) this.pending[n + delaySamples] += gain * sound[n];
    const seconds = transmission.length / (recipe.transmitterRateHz ?? CHANNEL_RATE_HZ);
    return this.hear(Math.round(seconds * CHANNEL_RATE_HZ), steps);
  }

  private throughAir(transmission: Float32Array): Float32Array {
    const { recipe, draw } = this.config;
    let sound = resample(transmission, recipe.transmitterRateHz ?? CHANNEL_RATE_HZ, CHANNEL_RATE_HZ);
    if (recipe.clipDb !== undefined) sound = clip(sound, recipe.clipDb);
    if (this.sounds.room) sound = applyRoom(sound, this.sounds.room);
    if (this.sounds.device) sound = applyDevice(sound, this.sounds.device);
    if (draw.speedMetersPerSecond !== 0) sound = applyMotion(sound, draw.speedMetersPerSecond);
    if (recipe.visitSpeedMetersPerSecond !== undefined) sound = this.visit(sound, recipe.visitSpeedMetersPerSecond);
    if (draw.clockOffsetPpm !== 0) sound = applyClockOffset(sound, draw.clockOffsetPpm);
    return sound;
  }

  /** The transmission lies anywhere within the visit. */
  private visit(sound: Float32Array, speedMetersPerSecond: number): Float32Array {
    const soundSeconds = sound.length / CHANNEL_RATE_HZ;
    const visitSeconds = Math.max(LEAST_VISIT_SECONDS, soundSeconds);
    const start = this.eventRandom.between(0, visitSeconds - soundSeconds);
    const distance = visitOf(speedMetersPerSecond, visitSeconds);
    return applyMotion(sound, (seconds) => distance(start + seconds));
  }

  private gainStepsOf(length: number): ((n: number) => number) | undefined {
    const { gainStepDb } = this.config.recipe;
    if (gainStepDb === undefined) return undefined;
    const at = length * this.eventRandom.between(0.25, 0.75);
    const isRise = this.eventRandom.below(2) === 1;
    const low = 10 ** (-gainStepDb / 20);
    return (n) => (n < at === isRise ? low : 1);
  }

  /** The next samples: what is pending, noise and the rest. */
  private hear(count: number, gainAt?: (n: number) => number): Float32Array {
    const { recipe, otherPhone } = this.config;
    let heard: Float32Array = new Float32Array(count);
    heard.set(this.pending.subarray(0, count));
    this.pending = this.pending.slice(count);
    this.addNoise(heard);
    if (otherPhone) for (let n = 0; n < count; n++) heard[n] += otherPhone[this.otherAt++ % otherPhone.length];
    if (recipe.tone) heard = this.withTone(heard, recipe.tone.amplitude);
    if (recipe.clicks) heard = addClicks(heard, recipe.clicks, this.eventRandom);
    if (gainAt) heard = heard.map((x, n) => gainAt(n) * x);
    if (recipe.dcOffset !== undefined) heard = heard.map((x) => x + (recipe.dcOffset as number));
    if (recipe.isInverted) heard = heard.map((x) => -x);
    if (recipe.levelDbfs !== undefined) heard = applyGain(heard, recipe.levelDbfs);
    this.heardSamples += count;
    if (this.resampler) heard = this.resampler.push(heard);
    return recipe.levelDbfs === undefined ? heard : quantise(heard, 16);
  }

  private addNoise(heard: Float32Array): void {
    const { noise } = this.sounds;
    const { noiseGain, noiseRandom } = this;
    if (!noise) for (let n = 0; n < heard.length; n++) heard[n] += noiseGain * noiseRandom.normal();
    else for (let n = 0; n < heard.length; n++) heard[n] += noiseGain * noise[this.noiseAt++ % noise.length];
  }

  private withTone(heard: Float32Array, amplitude: number): Float32Array {
    const phaseRad = (2 * Math.PI * ((this.toneHz * this.heardSamples) % CHANNEL_RATE_HZ)) / CHANNEL_RATE_HZ;
    return addTone(heard, { frequencyHz: this.toneHz, amplitude, phaseRad });
  }
}

function energyGain(sound: Float32Array, transmission: Float32Array, recipe: ChannelRecipe): number {
  const sentSeconds = transmission.length / (recipe.transmitterRateHz ?? CHANNEL_RATE_HZ);
  const sentEnergy = rms(scaleToPeak(transmission)) ** 2 * sentSeconds;
  const energy = rms(sound) ** 2 * (sound.length / CHANNEL_RATE_HZ);
  return Math.sqrt(sentEnergy / energy);
}
