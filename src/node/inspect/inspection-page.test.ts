import { describe, expect, test } from '@jest/globals';
import { addTone, addWhiteNoise } from '../../../dsp/index.js';
import { inspectSamples } from '../../modem/inspect/inspector.js';
import type { ProfileName } from '../../modem/profiles.js';
import { Transmitter } from '../../modem/transmitter.js';
import { SeededRandom } from '../../shared/seeded-random.js';
import { inspectionJson } from './inspection-json.js';
import { inspectionPage } from './inspection-page.js';

const NAME = 'till <2> & "friends".wav';

function recording(profile: ProfileName, psnrDb: number, keptSamples = Number.POSITIVE_INFINITY) {
  const burst = new Transmitter({ profile }).modulate(new SeededRandom(5).bytes(60)).subarray(0, keptSamples);
  const samples = new Float32Array(burst.length + 48000);
  samples.set(burst, 24000);
  return addWhiteNoise(samples, psnrDb, new SeededRandom(9));
}

function inspect(samples: Float32Array, ...profiles: ProfileName[]) {
  return inspectSamples(samples, { sampleRateHz: 48000, profiles });
}

/** Every tag closes the last one opened, but for those that HTML never closes. */
function expectWellFormed(html: string): void {
  const open: string[] = [];
  const markup = html.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/, '');
  for (const [, closing, name, rest] of markup.matchAll(/<(\/?)([a-zA-Z][\w-]*)((?:"[^"]*"|[^">])*)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!['meta', 'link'].includes(name) && !rest.endsWith('/')) open.push(name);
  }
  expect(open).toEqual([]);
  expect(markup.replace(/<(?:"[^"]*"|[^">])*>/g, '')).not.toMatch(/[<>]/);
}

function expectSelfContained(html: string): void {
  const withoutPixels = html.replace(/base64,[A-Za-z0-9+/=]+"/g, 'base64,"');
  const fetched = /<script|<link|@import|src="|href="(?!data:|#)|url\((?!#)/.exec(withoutPixels);
  const unsaid = /.{20}(NaN|Infinity|undefined).{20}/.exec(withoutPixels);
  expect({ fetched, unsaid: unsaid?.[0] }).toEqual({ fetched: null, unsaid: undefined });
}

const lostBurst = inspect(recording('audible-fast', -7), 'audible-fast', 'audible-robust');

describe('the page of an inspection', () => {
  test('of a lost burst says where the decoder gave up and what would have helped (seed 9)', () => {
    const page = inspectionPage(lostBurst, NAME);
    expectWellFormed(page);
    expectSelfContained(page);
    expect(page).toContain('till &lt;2&gt; &amp; &quot;friends&quot;.wav');
    expect(page.includes('nothing came out')).toBe(true);
    const expected = [
      'Constellation',
      'soft bits',
      'SNR per subcarrier',
      'close up',
      'Preamble score',
      '<li class="failed">',
    ];
    expect(expected.filter((part) => !page.includes(part))).toEqual([]);
    expect(/Too quiet: .* dB over the noise in the band/.test(page)).toBe(true);
    expect(/\d+ dB more/.test(page)).toBe(true);
  });

  test('of a message in tones shows them (seed 9)', () => {
    const page = inspectionPage(inspect(recording('ultrasonic-robust', 10), 'ultrasonic-robust'), NAME);
    expectWellFormed(page);
    expectSelfContained(page);
    expect(page.includes('1 message came out')).toBe(true);
    expect(page).toContain('Tones heard in the payload; boxed: sent');
  });

  test('of a preamble with nothing behind shows the header that was none (seed 9)', () => {
    const page = inspectionPage(inspect(recording('audible-fast', 12, 1440), 'audible-fast'), NAME);
    expectWellFormed(page);
    expectSelfContained(page);
  });

  test('of a recording without a burst says so, and what a phone would have to bring (seed 9)', () => {
    const noise = addWhiteNoise(
      addTone(new Float32Array(72000), { frequencyHz: 4000, amplitude: 0.1 }),
      20,
      new SeededRandom(9),
    );
    const page = inspectionPage(inspectSamples(noise, { sampleRateHz: 48000 }), NAME);
    expectWellFormed(page);
    expectSelfContained(page);
    expect(page.includes('No burst was found')).toBe(true);
    expect(/\u221222 dBFS or more|\u22122\d dBFS or more/.test(page)).toBe(true);
    expect(/Interferer: a steady tone at (399\d|400\d) Hz/.test(page)).toBe(true);
  });

  test.each([0, 1, 4000])('can be made of %d samples of silence', (count) => {
    const page = inspectionPage(inspectSamples(new Float32Array(count), { sampleRateHz: 8000 }), NAME);
    expectWellFormed(page);
    expectSelfContained(page);
  });

  test('names every picture for those who cannot see it', () => {
    const page = inspectionPage(lostBurst, NAME);
    const pictures = page.match(/<svg [^>]*>/g) ?? [];
    expect(pictures.length).toBeGreaterThan(6);
    for (const picture of pictures) expect(picture.includes('role="img"')).toBe(true);
    expect(page.match(/<svg [^>]*>\s*<title>[^<]+<\/title>/g)).toHaveLength(pictures.length);
    expect(page.includes('<html lang="en">')).toBe(true);
  });

  test('uses every id once', () => {
    const ids = [...inspectionPage(lostBurst, NAME).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an inspection as JSON', () => {
  const json = JSON.parse(JSON.stringify(inspectionJson(lostBurst, NAME)));

  test('holds what the page shows', () => {
    expect(json).toMatchObject({
      file: NAME,
      sampleRateHz: 48000,
      messages: [],
    });
    const burst = json.bursts.find(({ outcome }: { outcome: string }) => outcome === 'payload');
    expect(burst.findings.map(({ kind, unit }: { kind: string; unit: string }) => [kind, unit])).toEqual([
      ['too-quiet', 'dB'],
    ]);
    expect(burst.detail.view.waveform.points.length).toBeGreaterThan(100);
    expect(json.floor.noiseDb).toHaveLength(lostBurst.floor.noiseDb.length);
  });

  test('packs a picture to a byte a level', () => {
    const { width, height, levels } = json.overview;
    const bytes = Buffer.from(levels.base64, 'base64');
    expect(bytes).toHaveLength(width * height);
    const level = levels.zeroDb + levels.stepDb * bytes[1000];
    expect(Math.abs(level - lostBurst.overview.values[1000])).toBeLessThanOrEqual(levels.stepDb / 2 + 1e-6);
  });
});
