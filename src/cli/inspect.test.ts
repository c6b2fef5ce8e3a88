import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Receiver, SeededRandom, Transmitter } from 'tillsong';
import { addWhiteNoise } from 'tillsong/dsp';
import { encodeWav } from 'tillsong/node';
import { run } from './run.js';

jest.setTimeout(30_000);

let folder: string;
let recording: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillsong-inspect-'));
  recording = join(folder, 'till.WAV');
  const burst = new Transmitter().modulate(new TextEncoder().encode('one coffee'));
  const samples = new Float32Array(burst.length + 48000);
  samples.set(burst, 24000);
  const noisy = addWhiteNoise(samples, 15, new SeededRandom(4)).map((x) => 0.3 * x);
  writeFileSync(recording, encodeWav(noisy, 48000));
});
afterAll(() => rmSync(folder, { recursive: true }));

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

async function tillsong(args: readonly string[], stdin: Uint8Array[] = [], interrupted = new AbortController().signal) {
  const stdout = new Collected();
  const stderr = new Collected();
  const exitCode = await run(args, {
    version: '1.2.3',
    stdin: (async function* () {
      yield* stdin;
    })(),
    stdout,
    stderr,
    interrupted,
    modem: {
      createTransmitter: (options) => new Transmitter(options),
      createReceiver: (options) => new Receiver(options),
    },
    nowSeconds: () => 0,
    randomBytes: (byteCount) => new Uint8Array(byteCount),
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

const FAST = ['--profile', 'audible-fast'];

describe('tillsong inspect', () => {
  test('writes a page beside the recording and says what was found (seed 4)', async () => {
    const { exitCode, stdout, stderr } = await tillsong(['inspect', recording, ...FAST]);
    const page = join(folder, 'till.inspect.html');
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: `${recording}: 1 message.\npage: ${page}\n`,
      stderr: '',
    });
    expect(readFileSync(page, 'utf8').startsWith('<!doctype html>')).toBe(true);
  });

  test('writes the page where it is told to, and JSON on standard output (seed 4)', async () => {
    const page = join(folder, 'elsewhere.html');
    const { exitCode, stdout } = await tillsong(['inspect', recording, ...FAST, '--json', '--out', page]);
    expect(exitCode).toBe(0);
    expect(existsSync(page)).toBe(true);
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({
      file: recording,
      messages: [{ payload: Buffer.from('one coffee').toString('hex'), profile: 'audible-fast' }],
    });
  });

  test('hears standard input, and wants to be told where its page goes (seed 4)', async () => {
    const bytes = readFileSync(recording);
    expect(await tillsong(['inspect', '-', ...FAST], [bytes])).toMatchObject({
      exitCode: 64,
      stderr: 'tillsong: standard input has no place for a page: --out or --json\n',
    });
    const { exitCode, stdout } = await tillsong(['inspect', '-', ...FAST, '--json'], [bytes]);
    expect({ exitCode, file: JSON.parse(stdout).file }).toEqual({ exitCode: 0, file: '-' });
  });

  test('says in the same line as receive what is wrong with a file', async () => {
    const text = join(folder, 'notes.wav');
    writeFileSync(text, 'this is no sound');
    const missing = join(folder, 'missing.wav');
    const empty = join(folder, 'empty.wav');
    writeFileSync(empty, '');
    for (const path of [text, missing, empty, folder]) {
      const inspected = await tillsong(['inspect', path]);
      expect(inspected).toEqual(await tillsong(['receive', path]));
      expect({ ...inspected, lines: inspected.stderr.split('\n').length }).toMatchObject({
        exitCode: 2,
        stdout: '',
        lines: 2,
      });
    }
    expect(existsSync(join(folder, 'missing.inspect.html'))).toBe(false);
  });

  test('inspects a file that breaks off as far as it goes', async () => {
    const broken = join(folder, 'broken.wav');
    writeFileSync(broken, readFileSync(recording).subarray(0, 80_000));
    const { exitCode, stdout, stderr } = await tillsong(['inspect', broken, ...FAST]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/broken\.wav: truncated: ends after 0\.83\d s of 1\.120 s\n$/),
    });
    expect(stdout).toContain('1 message.');
    expect(existsSync(join(folder, 'broken.inspect.html'))).toBe(true);
  });

  test('does not write over the recording, nor where it cannot write', async () => {
    const before = readFileSync(recording);
    expect(await tillsong(['inspect', recording, '--out', recording])).toMatchObject({ exitCode: 64 });
    expect(readFileSync(recording)).toEqual(before);
    const nowhere = join(folder, 'no-folder', 'page.html');
    expect(await tillsong(['inspect', recording, ...FAST, '--out', nowhere])).toMatchObject({
      exitCode: 2,
      stderr: `tillsong: ${nowhere}: cannot be written: no such file\n`,
    });
  });

  test('interrupted, it says what it has heard', async () => {
    const interruption = new AbortController();
    interruption.abort();
    const { exitCode, stdout } = await tillsong(['inspect', recording, ...FAST, '--json'], [], interruption.signal);
    expect({ exitCode, isJson: JSON.parse(stdout).sampleRateHz }).toEqual({ exitCode: 130, isJson: 48000 });
  });

  test.each([[['inspect']], [['inspect', 'a.wav', 'b.wav']], [['inspect', 'a.wav', '--profile', 'morse']]])(
    'refuses %j',
    async (args) => {
      expect(await tillsong(args)).toMatchObject({ exitCode: 64, stdout: '' });
    },
  );
});
