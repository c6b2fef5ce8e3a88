import { describe, expect, test } from '@jest/globals';
import { Fft } from '../../dsp/fft.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { burstLayout, occupiedBand } from './burst-layout.js';
import { PROFILE_NAMES, PROFILES, type ProfileName } from './profiles.js';
import { Transmitter } from './transmitter.js';

function peakOf(samples: Float32Array): number {
  return samples.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0);
}

/** Energy between two frequencies, summed over whole blocks of 4096 under a Hann window. */
function energyIn(samples: Float32Array, lowHz: number, highHz: number): number {
  const size = 4096;
  const fft = new Fft(size);
  let sum = 0;
  for (let start = 0; start + size <= samples.length; start += size) {
    const re = Float64Array.from(
      { length: size },
      (_, n) => samples[start + n] * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size)),
    );
    const im = new Float64Array(size);
    fft.forward(re, im, re, im);
    for (let k = Math.ceil((lowHz / 48000) * size); k <= (highHz / 48000) * size; k++) sum += re[k] ** 2 + im[k] ** 2;
  }
  return sum;
}

describe.each(PROFILE_NAMES)('a burst of %s', (name: ProfileName) => {
  const profile = PROFILES[name];
  const payload = new SeededRandom(1).bytes(8);
  const samples = new Transmitter({ profile: name }).modulate(payload);

  test('has its peak at 1, as a loudspeaker limits it', () => {
    expect(peakOf(samples)).toBeLessThanOrEqual(1);
    expect(peakOf(samples)).toBeGreaterThan(0.97);
  });

  test('starts and ends at 0', () => {
    expect(Math.abs(samples[0])).toBeLessThan(0.05);
    expect(Math.abs(samples[samples.length - 1])).toBeLessThan(0.05);
  });

  test('keeps to its band and skirts', () => {
    const { lowHz, highHz } = occupiedBand(profile);
    const inBand = energyIn(samples, lowHz, highHz);
    const below = energyIn(samples, 20, lowHz - profile.skirtHz - 300);
    const above = energyIn(samples, highHz + profile.skirtHz + 300, 23900);
    expect(10 * Math.log10((below + above) / inBand)).toBeLessThan(-20);
  });

  test('puts as much energy into its symbols as a peak limit allows: 6.5 dB below the peak or better', () => {
    const body = samples.subarray(2 * profile.preamble.chirpSamples * profile.preamble.pairCount);
    const power = body.reduce((sum, x) => sum + x * x, 0) / body.length;
    expect(-10 * Math.log10(power)).toBeLessThan(6.5);
  });

  test('is repeated with other samples in four versions, then from the start', () => {
    if (name.endsWith('robust')) return; // the same code; it would only take longer
    const bursts = new Transmitter({ profile: name }).repeat(payload);
    const first = Array.from({ length: 5 }, () => bursts.next().value);
    expect(first[0]).toEqual(samples);
    expect(first[4]).toEqual(first[0]);
    for (let i = 1; i < 4; i++) {
      expect(first[i].length).toBe(samples.length);
      expect(first[i]).not.toEqual(first[0]);
      expect(peakOf(first[i])).toBeLessThanOrEqual(1);
    }
  });
});

describe('a transmitter', () => {
  test('sends audible-fast at 48 kHz when nothing is asked for', () => {
    const transmitter = new Transmitter();
    expect([transmitter.profile.name, transmitter.sampleRateHz]).toEqual(['audible-fast', 48000]);
  });

  test('makes the same samples for the same payload, and leaves the payload alone', () => {
    const transmitter = new Transmitter();
    const payload = Uint8Array.of(5, 6, 7);
    const first = transmitter.modulate(payload);
    transmitter.modulate(Uint8Array.of(1));
    expect(transmitter.modulate(payload)).toEqual(first);
    expect(Array.from(payload)).toEqual([5, 6, 7]);
  });

  test('goes on repeating the payload it was given, whatever becomes of the array', () => {
    const transmitter = new Transmitter();
    const payload = Uint8Array.of(5, 6, 7);
    const bursts = transmitter.repeat(payload);
    payload.fill(0);
    expect(bursts.next().value).toEqual(transmitter.modulate(Uint8Array.of(5, 6, 7)));
  });

  test('takes as long as the layout says', () => {
    const profile = PROFILES['audible-fast'];
    const { waveform } = profile;
    if (waveform.kind !== 'ofdm') throw new Error('expected OFDM');
    for (const byteCount of [1, 92, 211]) {
      const { symbolCount } = burstLayout(profile, byteCount);
      const symbolSamples = (waveform.fftSize + waveform.cyclicPrefixSamples) * profile.decimation;
      const expected =
        2 * profile.preamble.chirpSamples * profile.preamble.pairCount +
        symbolCount * symbolSamples +
        waveform.rampSamples * profile.decimation;
      expect(new Transmitter().modulate(new Uint8Array(byteCount)).length).toBe(expected);
    }
  });

  test.each([22050, 44100, 96000])('at %i Hz makes a burst of the same duration and peak', (sampleRateHz) => {
    const payload = Uint8Array.of(1, 2, 3);
    const native = new Transmitter().modulate(payload);
    const samples = new Transmitter({ sampleRateHz }).modulate(payload);
    expect(Math.abs(samples.length / sampleRateHz - native.length / 48000)).toBeLessThan(0.002);
    expect(peakOf(samples)).toBeLessThanOrEqual(1);
    expect(peakOf(samples)).toBeGreaterThan(0.8);
  });

  test.each([
    ['an empty payload', new Uint8Array(0), 'ERR_LENGTH'],
    ['4,097 bytes', new Uint8Array(4097), 'ERR_LENGTH'],
    ['an array', [1, 2, 3], 'ERR_TYPE'],
    ['a string', 'abc', 'ERR_TYPE'],
    ['nothing', undefined, 'ERR_TYPE'],
  ])('refuses %s as a payload, at once for repeated bursts too', (_, payload, code) => {
    const transmitter = new Transmitter();
    expect(() => transmitter.modulate(payload as Uint8Array)).toThrow(expect.objectContaining({ code }));
    expect(() => transmitter.repeat(payload as Uint8Array)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    [{ sampleRateHz: 7999 }, 'ERR_RANGE'],
    [{ sampleRateHz: 44100.5 }, 'ERR_TYPE'],
    [{ sampleRateHz: 16000 }, 'ERR_PROFILE'],
    [{ profile: 'ultrasonic-fast', sampleRateHz: 32000 }, 'ERR_PROFILE'],
    [{ profile: 'loud' }, 'ERR_PROFILE'],
    [{ profile: { name: 'x' } }, 'ERR_PROFILE'],
  ])('refuses the options %j', (options, code) => {
    expect(() => new Transmitter(options as never)).toThrow(expect.objectContaining({ code }));
  });
});
