// What lies between the phone's loudspeaker and the machine's microphone: a room, a device, a moving hand, two clocks that do
// not agree, and noise. Simulated by default; measured where files are given.
//
//   bursts with pauses -> room -> device -> motion, clock -> peak 1 -> + noise at a PSNR -> microphone level

import { type SeededRandom, SPEED_OF_SOUND_METERS_PER_SECOND } from 'tillsong';
import {
  applyClockOffset,
  applyDevice,
  applyMotion,
  applyRoom,
  compressorHum,
  cutNoise,
  deviceFilter,
  directToReverberantDb,
  nearRoom,
  noiseRmsAtPsnr,
  PHONE_RESPONSE,
  resample,
  rms,
  scaleToPeak,
  syntheticRoom,
} from 'tillsong/dsp';
import { readWavFile } from 'tillsong/node';

/** Everything in the demo's air runs at this rate. */
export const AIR_RATE_HZ = 48000;

const LEAD_SECONDS = 0.3;
/** Enough to see the room fade out. */
const TAIL_SECONDS = 0.4;
const PAUSE_SECONDS = 0.25;
/** A kitchen, from some metres away. */
const SIMULATED_ROOM = { t60Seconds: 0.45, volumeCubicMeters: 40, drrDb: -3 } as const;
/** Peak of what the microphone delivers: -3 dBFS. */
const MICROPHONE_PEAK = 0.7;

export interface AirOptions {
  /** WAV files of any rate; undefined for the simulated ones. */
  readonly room: string | undefined;
  readonly noise: string | undefined;
  readonly device: string | undefined;
  /** Power of a full-scale sine over the noise in 0-24 kHz, for a signal of peak 1. */
  readonly psnrDb: number;
  /** Direct sound over all that follows; undefined: the room as it was measured. */
  readonly drrDb: number | undefined;
  /** Positive when the phone approaches. */
  readonly speedMetersPerSecond: number;
  /** Positive when the phone's clock runs fast. */
  readonly clockOffsetPpm: number;
}

/** The parts of one channel, each at 48 kHz. */
export interface Air {
  readonly roomResponse: Float32Array;
  readonly deviceResponse: Float32Array;
  /** A recording to cut from, or undefined for the simulated machine. */
  readonly noiseRecording: Float32Array | undefined;
}

/** What the microphone heard, and what of it we know because we made it. */
export interface MicrophoneSound {
  /** Mono at 48 kHz, peak 0.7. */
  readonly samples: Float32Array;
  /** The part of `samples` that is signal, and the part that is noise. */
  readonly signal: Float32Array;
  readonly noise: Float32Array;
  /** Where the bursts lie, direct sound. */
  readonly bursts: readonly { readonly startSeconds: number; readonly endSeconds: number }[];
}

/** @throws AudioInputError for a file that cannot be read */
export async function openAir(options: AirOptions, random: SeededRandom): Promise<Air> {
  const room =
    options.room === undefined
      ? syntheticRoom({ ...SIMULATED_ROOM, seed: random.uint32() })
      : await readAt48k(options.room);
  return {
    roomResponse: options.drrDb === undefined ? room : nearRoom(room, options.drrDb),
    deviceResponse:
      options.device === undefined ? deviceFilter({ response: PHONE_RESPONSE }) : await readAt48k(options.device),
    noiseRecording: options.noise === undefined ? undefined : await readAt48k(options.noise),
  };
}

async function readAt48k(path: string): Promise<Float32Array> {
  const { samples, sampleRateHz } = await readWavFile(path);
  return resample(samples, sampleRateHz, AIR_RATE_HZ);
}

/** @param bursts - at 48 kHz, sung one after the other with short pauses */
export function throughAir(
  bursts: readonly Float32Array[],
  air: Air,
  options: AirOptions,
  random: SeededRandom,
): MicrophoneSound {
  const { song, starts } = withPauses(bursts);
  const dilation = options.speedMetersPerSecond / SPEED_OF_SOUND_METERS_PER_SECOND + options.clockOffsetPpm * 1e-6;
  const reverberant = applyDevice(applyRoom(song, air.roomResponse), air.deviceResponse);
  const moved = applyClockOffset(applyMotion(reverberant, options.speedMetersPerSecond), options.clockOffsetPpm);
  const lead = Math.round(LEAD_SECONDS * AIR_RATE_HZ);
  const songEnd = Math.round(song.length / (1 + dilation) + TAIL_SECONDS * AIR_RATE_HZ);
  const signal = new Float32Array(lead + songEnd);
  signal.set(scaleToPeak(moved).subarray(0, songEnd), lead);
  const noise = noiseAt(options.psnrDb, signal.length, air, random);
  const heard = signal.map((x, n) => x + noise[n]);
  const samples = scaleToPeak(heard, MICROPHONE_PEAK);
  const gain = rms(samples) / rms(heard);
  const arrival = lead / AIR_RATE_HZ + peakSeconds(air.roomResponse);
  return {
    samples,
    signal: signal.map((x) => gain * x),
    noise: noise.map((x) => gain * x),
    bursts: bursts.map(({ length }, i) => ({
      startSeconds: arrival + starts[i] / AIR_RATE_HZ / (1 + dilation),
      endSeconds: arrival + (starts[i] + length) / AIR_RATE_HZ / (1 + dilation),
    })),
  };
}

function withPauses(bursts: readonly Float32Array[]): { song: Float32Array; starts: readonly number[] } {
  const pause = Math.round(PAUSE_SECONDS * AIR_RATE_HZ);
  const total = bursts.reduce((sum, { length }) => sum + length, (bursts.length - 1) * pause);
  const song = new Float32Array(total);
  const starts: number[] = [];
  let position = 0;
  for (const burst of bursts) {
    starts.push(position);
    song.set(burst, position);
    position += burst.length + pause;
  }
  return { song, starts };
}

function noiseAt(psnrDb: number, count: number, { noiseRecording }: Air, random: SeededRandom): Float32Array {
  const recording = noiseRecording ?? compressorHum(count, random);
  const cut = noiseRecording ? cutNoise(noiseRecording, count, random) : recording;
  const gain = noiseRmsAtPsnr(psnrDb) / Math.max(rms(recording), 1e-9);
  return cut.map((x) => gain * x);
}

/** Delay of a response's strongest sound. */
function peakSeconds(response: Float32Array): number {
  let peak = 0;
  for (let n = 0; n < response.length; n++) if (Math.abs(response[n]) > Math.abs(response[peak])) peak = n;
  return peak / AIR_RATE_HZ;
}

/** @returns the room in words, for example `simulated room, 0.45 s, direct sound 10 dB over the rest` */
export function describeRoom({ room }: AirOptions, { roomResponse }: Air): string {
  const drr = `direct sound ${directToReverberantDb(roomResponse).toFixed(0)} dB over the rest`;
  return room === undefined
    ? `simulated room, reverberation ${SIMULATED_ROOM.t60Seconds} s, ${drr}`
    : `room ${baseName(room)}, ${drr}`;
}

/** @returns the noise in words */
export function describeNoise({ noise, psnrDb }: AirOptions): string {
  return `${noise === undefined ? "a vending machine's compressor" : baseName(noise)}, PSNR ${psnrDb < 0 ? '\u2212' : ''}${Math.abs(psnrDb)} dB`;
}

function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.wav$/i, '');
}
