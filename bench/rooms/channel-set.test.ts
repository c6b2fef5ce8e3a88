import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeWavFile } from 'tillsong/node';
import { isPermissiveLicence, readChannelSet, simulatedChannelSet, sourcesFor, withFiles } from './channel-set.js';
import { loadSound } from './sound-source.js';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tillsong-channels-'));
  await writeWavFile(join(folder, 'booth.wav'), 44100, [Float32Array.of(0, 1, 0.5, 0)]);
  const common = { licence: 'MIT', attribution: 'someone', description: 'something' };
  const files = [
    { ...common, file: 'booth.wav', kind: 'rir', near_ultrasonic_usable: false },
    { ...common, file: 'rir/hall.wav', kind: 'rir', near_ultrasonic_usable: true },
    { ...common, file: 'hum.wav', kind: 'noise', licence: 'CC BY-SA 4.0', near_ultrasonic_usable: true },
    { ...common, file: 'phone.wav', kind: 'device', valid_band_hz: [300, 19600] },
    { ...common, file: 'chirps.wav', kind: 'recording' },
  ];
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ set: 'test', files }));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('readChannelSet', () => {
  test('sorts the files of a manifest by kind, with the band each can be trusted in', () => {
    const set = readChannelSet(folder);
    expect(set?.name).toBe('measured (test)');
    expect(set?.rooms.map(({ source }) => source.name)).toEqual(['booth', 'hall']);
    expect(set?.devices[0].validBandHz).toEqual([300, 19600]);
    const names = (bandHz: readonly [number, number]) =>
      [set?.rooms, set?.noises, set?.devices].map((parts) => sourcesFor(parts ?? [], bandHz).map(({ name }) => name));
    expect(names([2000, 8000])).toEqual([['booth', 'hall'], ['hum'], ['phone']]);
    expect(names([17600, 20000])).toEqual([['hall'], ['hum'], []]);
  });

  test('a folder without manifest gives none', () => {
    expect(readChannelSet(join(folder, 'nowhere'))).toBeUndefined();
  });

  test('a room file is read and brought to 48 kHz', async () => {
    const room = await loadSound(sourcesFor(readChannelSet(folder)?.rooms ?? [], [2000, 8000])[0]);
    expect(room.length).toBe(Math.ceil((4 * 48000) / 44100));
  });
});

describe('isPermissiveLicence', () => {
  test.each(['CC0 1.0', 'Public domain (Creative Commons)', 'CC BY', 'CC BY 4.0', 'MIT', 'Apache-2.0'])(
    '%s is',
    (licence) => {
      expect(isPermissiveLicence(licence)).toBe(true);
    },
  );

  test.each(['CC BY-SA 3.0', 'CC BY-NC 4.0', 'CC BY-SA (version not stated with the file)', 'GPL-3.0', ''])(
    '"%s" is not',
    (licence) => {
      expect(isPermissiveLicence(licence)).toBe(false);
    },
  );
});

describe('the simulated set', () => {
  test('has rooms, noises and devices for every band, and all of them sound', async () => {
    const set = simulatedChannelSet();
    for (const parts of [set.rooms, set.noises, set.devices]) {
      expect(sourcesFor(parts, [17600, 20000]).length).toBe(parts.length);
    }
    for (const { source } of [...set.rooms, ...set.devices]) {
      expect((await loadSound(source)).some((x) => x !== 0)).toBe(true);
    }
  });

  test('a file given for the room is the only room, the rest stays', () => {
    const set = withFiles(simulatedChannelSet(), { room: 'my.wav' });
    expect(set.rooms.map(({ source }) => source)).toEqual([{ kind: 'file', name: 'my.wav', path: 'my.wav' }]);
    expect(set.noises.length).toBeGreaterThan(1);
  });
});
