// Payload -> samples of a burst: header and frame from the codec, preamble and symbols from dsp.

import { encodeFrame } from '../../codec/frame/frame.js';
import { encodeHeader, messageIdOf } from '../../codec/frame/header.js';
import { MAX_PAYLOAD_BYTES, REDUNDANCY_VERSION_COUNT } from '../../codec/frame/limits.js';
import { writeChirpTrain } from '../../dsp/chirp.js';
import { FskModulator } from '../../dsp/fsk-modulator.js';
import { OfdmModulator } from '../../dsp/ofdm-modulator.js';
import { resample } from '../../dsp/resampler.js';
import { rampWeight } from '../../dsp/symbol-shaping.js';
import { assertBytes, assertInteger } from '../shared/assert.js';
import { burstLayout, chirpPair, preambleSamples } from './burst-layout.js';
import { assertBandFits, resolveProfile } from './parse-profile.js';
import type { Profile, ProfileName } from './profiles.js';

export interface TransmitterOptions {
  /** Default `audible-fast`. */
  readonly profile?: ProfileName | Profile;
  /** Rate of the samples made, 8000..192000; default 48000. */
  readonly sampleRateHz?: number;
}

/** Makes bursts. Holds no state between calls. */
export class Transmitter {
  readonly profile: Profile;
  readonly sampleRateHz: number;
  private readonly modulator: OfdmModulator | FskModulator;

  /** @throws TillsongError `ERR_PROFILE` for a bad profile, or a rate that cannot carry its band */
  constructor(options: TransmitterOptions = {}) {
    this.profile = resolveProfile(options.profile ?? 'audible-fast');
    this.sampleRateHz = options.sampleRateHz ?? this.profile.sampleRateHz;
    assertInteger('sampleRateHz', this.sampleRateHz, 8000, 192000);
    assertBandFits(this.profile, this.sampleRateHz);
    const { waveform } = this.profile;
    this.modulator =
      waveform.kind === 'ofdm' ? new OfdmModulator(waveform, this.profile) : new FskModulator(waveform, this.profile);
  }

  /**
   * One burst that can be decoded alone.
   *
   * @param payload - 1..4096 bytes
   * @returns mono samples at `sampleRateHz`, at most 1 in magnitude; belongs to the caller
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH` for a bad payload
   */
  modulate(payload: Uint8Array): Float32Array {
    assertBytes('payload', payload, 1, MAX_PAYLOAD_BYTES);
    return this.burst(payload, 0);
  }

  /**
   * Bursts of one message for as long as they are taken, each with the next redundancy version: a receiver adds them up.
   *
   * @param payload - 1..4096 bytes
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH` for a bad payload
   */
  repeat(payload: Uint8Array): Generator<Float32Array, never, void> {
    assertBytes('payload', payload, 1, MAX_PAYLOAD_BYTES);
    return this.bursts(payload.slice());
  }

  private *bursts(payload: Uint8Array): Generator<Float32Array, never, void> {
    for (let index = 0; ; index++) yield this.burst(payload, index % REDUNDANCY_VERSION_COUNT);
  }

  private burst(payload: Uint8Array, redundancyVersion: number): Float32Array {
    const layout = burstLayout(this.profile, payload.length);
    const header = { payloadByteCount: payload.length, messageId: messageIdOf(payload) };
    const headerBits = encodeHeader(header, redundancyVersion, layout.headerBitCount);
    const payloadBits = encodeFrame(payload, redundancyVersion, layout.payloadBitCount);
    const samples = this.assemble(headerBits, payloadBits);
    if (this.sampleRateHz === this.profile.sampleRateHz) return samples;
    return limitPeak(resample(samples, this.profile.sampleRateHz, this.sampleRateHz));
  }

  /** Preamble and symbols, joined by a cross-fade of one ramp, each at peak 1. */
  private assemble(headerBits: Uint8Array, payloadBits: Uint8Array): Float32Array {
    const { profile } = this;
    const start = preambleSamples(profile);
    const ramp = profile.waveform.rampSamples * profile.decimation;
    const body = this.modulator.modulate(headerBits, payloadBits, start);
    let peak = 0;
    for (const x of body) peak = Math.max(peak, Math.abs(x));
    const train = new Float64Array(start + ramp);
    writeChirpTrain(chirpPair(profile), profile.sampleRateHz, train);
    const samples = new Float32Array(start + body.length);
    for (let n = 0; n < train.length; n++) samples[n] = train[n] * rampWeight(n, train.length, ramp);
    for (let n = 0; n < body.length; n++) samples[start + n] += body[n] / peak;
    return limitPeak(samples);
  }
}

/** Scales down what exceeds 1. */
function limitPeak(samples: Float32Array): Float32Array {
  let peak = 1;
  for (const x of samples) peak = Math.max(peak, Math.abs(x));
  if (peak > 1) for (let n = 0; n < samples.length; n++) samples[n] /= peak;
  return samples;
}
