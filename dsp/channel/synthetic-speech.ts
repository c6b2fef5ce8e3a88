// Speech of our own making: a voice source through the resonances of a mouth. It says nothing, but it has what matters to a
// modem in the room: a pitch, formants that glide, hissing consonants in the band of the signal, and pauses.
// Reference: Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67, 1980 (resonator, source);
// Peterson, Barney, "Control methods used in a study of the vowels", JASA 24, 1952 (formants of men).

import { assertInteger } from '../../src/shared/assert.js';
import type { SeededRandom } from '../../src/shared/seeded-random.js';
import { type NoiseMaker, toNoiseLevel } from './synthetic-noise.js';

/** First three formants in Hz: heed, hid, head, had, hod, hawed, hood, who'd, hud (Peterson, Barney, table II). */
const VOWELS: readonly (readonly [number, number, number])[] = [
  [270, 2290, 3010],
  [390, 1990, 2550],
  [530, 1840, 2480],
  [660, 1720, 2410],
  [730, 1090, 2440],
  [570, 840, 2410],
  [440, 1020, 2240],
  [300, 870, 2240],
  [640, 1190, 2390],
];
/** A fourth formant is much the same in all vowels. */
const FOURTH_FORMANT_HZ = 3500;
const BANDWIDTHS_HZ = [60, 90, 150, 250];

/** Samples between two updates of the formants: 1 ms at 48 kHz. */
const UPDATE_SAMPLES = 48;

/** Klatt's resonator: y[n] = a x[n] + b y[n-1] + c y[n-2], gain 1 at 0 Hz. */
class Resonator {
  private a = 1;
  private b = 0;
  private c = 0;
  private last = 0;
  private beforeLast = 0;

  tune(frequencyHz: number, bandwidthHz: number, sampleRateHz: number): void {
    const radius = Math.exp((-Math.PI * bandwidthHz) / sampleRateHz);
    this.c = -radius * radius;
    this.b = 2 * radius * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
    this.a = 1 - this.b - this.c;
  }

  step(x: number): number {
    const y = this.a * x + this.b * this.last + this.c * this.beforeLast;
    this.beforeLast = this.last;
    this.last = y;
    return y;
  }
}

/** One sound of speech. */
interface Phone {
  readonly kind: 'vowel' | 'fricative' | 'pause';
  readonly lengthSamples: number;
  readonly formantsHz: readonly number[];
  /** Centre of a fricative's noise. */
  readonly noiseHz: number;
}

function nextPhone(previous: Phone | undefined, tractScale: number, random: SeededRandom, sampleRateHz: number): Phone {
  const dice = random.uniform();
  const kind = dice < 0.12 ? 'pause' : dice < 0.4 && previous?.kind !== 'fricative' ? 'fricative' : 'vowel';
  const seconds = kind === 'pause' ? random.between(0.1, 0.4) : random.between(0.06, kind === 'vowel' ? 0.22 : 0.14);
  const vowel = VOWELS[random.below(VOWELS.length)];
  return {
    kind,
    lengthSamples: Math.round(seconds * sampleRateHz),
    formantsHz: [...vowel, FOURTH_FORMANT_HZ].map((hz) => hz * tractScale),
    noiseHz: random.between(3000, 9000),
  };
}

/** Source, mouth and lips of one speaker. */
class Voice {
  private readonly pitchHz: number;
  private readonly tractScale: number;
  private readonly mouth = BANDWIDTHS_HZ.map(() => new Resonator());
  private readonly teeth = new Resonator();
  private formantsHz: readonly number[] = [...VOWELS[0], FOURTH_FORMANT_HZ];
  private cycle = 0;
  private flow = 0;
  private smoothFlow = 0;
  private atLips = 0;

  constructor(
    private readonly random: SeededRandom,
    private readonly sampleRateHz: number,
  ) {
    this.pitchHz = random.between(85, 230);
    this.tractScale = 1 + 0.15 * ((this.pitchHz - 85) / 145); // higher voices have shorter mouths
  }

  /** Fills `out` with one phone after the other. */
  speak(out: Float32Array): void {
    let phone: Phone | undefined;
    for (let start = 0; start < out.length; start += phone.lengthSamples) {
      phone = nextPhone(phone, this.tractScale, this.random, this.sampleRateHz);
      this.utter(phone, out.subarray(start, start + phone.lengthSamples));
    }
  }

  private utter(phone: Phone, out: Float32Array): void {
    const pitchHz = this.pitchHz * this.random.between(0.85, 1.2);
    this.teeth.tune(phone.noiseHz, 2500, this.sampleRateHz);
    for (let n = 0; n < out.length; n++) {
      if (n % UPDATE_SAMPLES === 0) this.glideTowards(phone.formantsHz);
      const loudness = Math.sqrt(Math.sin((Math.PI * (n + 0.5)) / phone.lengthSamples));
      const voiced = this.mouth.reduce(
        (x, resonator) => resonator.step(x),
        this.glottis(pitchHz, phone.kind === 'vowel' ? loudness : 0),
      );
      const hissed = this.teeth.step(phone.kind === 'fricative' ? 0.05 * loudness * this.random.normal() : 0);
      const pressure = voiced + hissed;
      out[n] = pressure - 0.97 * this.atLips; // radiation: 6 dB an octave up
      this.atLips = pressure;
    }
  }

  /** A pulse a period through two leaky integrators: 12 dB an octave down. */
  private glottis(pitchHz: number, loudness: number): number {
    this.cycle += pitchHz / this.sampleRateHz;
    const pulse = this.cycle >= 1 ? 1 : 0;
    this.cycle -= pulse;
    this.flow = 0.97 * this.flow + pulse * loudness;
    this.smoothFlow = 0.9 * this.smoothFlow + 0.1 * this.flow;
    return this.smoothFlow;
  }

  /** Formants move to their target within some 25 ms. */
  private glideTowards(targetHz: readonly number[]): void {
    this.formantsHz = this.formantsHz.map((hz, i) => hz + 0.04 * (targetHz[i] - hz));
    this.mouth.forEach((resonator, i) => {
      resonator.tune(this.formantsHz[i], BANDWIDTHS_HZ[i], this.sampleRateHz);
    });
  }
}

/** One voice: 85 to 230 Hz, with pauses. */
export const syntheticSpeech: NoiseMaker = (count, random, sampleRateHz = 48000) => {
  assertInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
  const out = new Float32Array(count);
  new Voice(random, sampleRateHz).speak(out);
  return toNoiseLevel(out);
};

/** Many voices at once: eight speakers at different distances. */
export const babble: NoiseMaker = (count, random, sampleRateHz = 48000) => {
  assertInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
  const out = new Float32Array(count);
  for (let speaker = 0; speaker < 8; speaker++) {
    const voice = syntheticSpeech(count, random, sampleRateHz);
    const gain = random.between(0.2, 1);
    for (let n = 0; n < count; n++) out[n] += gain * voice[n];
  }
  return toNoiseLevel(out);
};
