import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LinkReport, PROFILES, Receiver, type ReceiverEvent, TillsongError, Transmitter } from 'tillsong';
import { encodeWav, readWavFile } from 'tillsong/node';
import type { CommandContext, Modem } from './command-context.js';
import { run } from './run.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillsong-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const REPORT: LinkReport = {
  profile: 'audible-fast',
  snrDb: 20,
  clockOffsetPpm: 0,
  speedMetersPerSecond: 0,
  correctedByteCount: 0,
  burstsCombined: 1,
  startSeconds: 0,
  endSeconds: 1,
};

/**
 * A modem that needs no air: every sample of 0.5 is a message of one byte 0x41, -0.5 a lost burst, and three samples
 * leave a message 0x46 for flush. Below 16 kHz it carries nothing.
 */
class FakeModem implements Modem {
  readonly transmitters: unknown[] = [];
  readonly receivers: unknown[] = [];

  createTransmitter: Modem['createTransmitter'] = (options) => {
    this.transmitters.push(options);
    return {
      repeat(payload: Uint8Array) {
        if (payload.length < 1) throw new TillsongError('ERR_LENGTH', 'payload: expected 1 to 4096 bytes, got 0');
        return (function* (): Generator<Float32Array, never> {
          for (let version = 1; ; version++) yield Float32Array.of(0.5, version / 16);
        })();
      },
    };
  };

  createReceiver: Modem['createReceiver'] = (options) => {
    this.receivers.push(options);
    if (options.sampleRateHz < 16000)
      throw new TillsongError('ERR_PROFILE', `sampleRateHz: expected 16000 or more, got ${options.sampleRateHz}`);
    let heard = 0;
    return {
      push(samples: Float32Array): ReceiverEvent[] {
        heard += samples.length;
        return [...samples].flatMap((sample): ReceiverEvent[] => {
          if (Math.abs(sample - 0.5) < 1e-3) return [{ type: 'message', payload: Uint8Array.of(0x41), report: REPORT }];
          if (Math.abs(sample + 0.5) < 1e-3) return [{ type: 'lost', reason: 'payload', report: REPORT }];
          return [];
        });
      },
      flush: () => (heard === 3 ? [{ type: 'message', payload: Uint8Array.of(0x46), report: REPORT }] : []),
    };
  };
}

class Collected extends Writable {
  text = '';
  constructor(readonly isTTY: boolean) {
    super({
      write: (chunk, _encoding, done) => {
        this.text += chunk;
        done();
      },
    });
  }
}

interface Surroundings {
  stdin?: AsyncIterable<Uint8Array>;
  interruption?: AbortController;
  modem?: Modem;
  isTerminal?: boolean;
}

function surroundings({
  stdin = source(),
  interruption = new AbortController(),
  modem,
  isTerminal = false,
}: Surroundings) {
  const stdout = new Collected(false);
  const stderr = new Collected(isTerminal);
  const context: CommandContext = {
    version: '1.2.3',
    stdin,
    stdout,
    stderr,
    interrupted: interruption.signal,
    modem: modem ?? new FakeModem(),
    nowSeconds: () => 1_767_225_600,
    randomBytes: (byteCount) => new Uint8Array(byteCount).fill(7),
  };
  return { context, stdout, stderr };
}

async function tillsong(args: string[], given: Surroundings = {}) {
  const { context, stdout, stderr } = surroundings(given);
  const exitCode = await run(args, context);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

async function* source(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function pcm16(...samples: number[]): Uint8Array {
  return new Uint8Array(Int16Array.from(samples, (sample) => sample * 32768).buffer);
}

async function soundFile(name: string, samples: number[], sampleRateHz = 48000): Promise<string> {
  await writeFile(at(name), encodeWav(Float32Array.from(samples), sampleRateHz));
  return at(name);
}

describe('tillsong', () => {
  test('shows its help and version', async () => {
    const help = await tillsong(['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: tillsong .*Exit codes: 0 done, 1 refused, 2 a file/s);
    expect(await tillsong(['--version'])).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
    expect((await tillsong(['receive', '--help'])).stdout).toMatch(/--raw <encoding> .*"u8", "s16le",/s);
  });

  test.each([
    [[], /^Usage: tillsong/],
    [['sing'], /^tillsong: unknown command 'sing'/],
    [['send', '--text', 'x'], /^tillsong: required option '--out <file.wav>' not specified/],
    [['send', '--out', 'x.wav'], /^tillsong: nothing to send: give --hex, --text or --file\n$/],
    [
      ['send', '--out', 'x.wav', '--text', 'x', '--hex', '00'],
      /^tillsong: option '--(hex|text) .*' cannot be used with/,
    ],
    [
      ['send', '--out', 'x.wav', '--hex', '0g'],
      /^tillsong: --hex: expected an even number of hexadecimal digits, got "0g"\n$/,
    ],
    [
      ['send', '--out', 'x.wav', '--hex', '123'],
      /^tillsong: --hex: expected an even number of hexadecimal digits, got "123"\n$/,
    ],
    [
      ['send', '--out', 'x.wav', '--text', 'x', '--repeat', '0'],
      /^tillsong: option '--repeat <n>' argument '0' is invalid. Expected an integer from 1 to 10000/,
    ],
    [
      ['send', '--out', 'x.wav', '--text', 'x', '--sample-rate', '48k'],
      /^tillsong: option '--sample-rate <hz>' argument '48k' is invalid/,
    ],
    [
      ['send', '--out', 'x.wav', '--text', 'x', '--profile', 'loud'],
      /^tillsong: --profile: expected audible-fast, .* or a JSON file, got "loud"\n$/,
    ],
    [['receive'], /^tillsong: missing required argument 'file.wav'/],
    [['receive', '--jsn', 'x.wav'], /^tillsong: unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [
      ['receive', '--raw', 's16be', '-'],
      /^tillsong: option '--raw <encoding>' argument 's16be' is invalid. Allowed choices are u8, s16le/,
    ],
    [['receive', '--raw', 's16le', '-'], /^tillsong: --raw and --rate belong together\n$/],
    [['receive', '--rate', '48000', '-'], /^tillsong: --raw and --rate belong together\n$/],
    [['receive', '--profile', 'loud', '-'], /^tillsong: --profile: expected audible-fast/],
  ])('refuses %j with code 64 and says why', async (args, expected) => {
    const { exitCode, stdout, stderr } = await tillsong(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toMatch(expected);
  });
});

describe('tillsong send', () => {
  test('writes one burst between pauses and says so', async () => {
    const modem = new FakeModem();
    const out = at('one.wav');
    expect(await tillsong(['send', '--out', out, '--text', 'Grüße'], { modem })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `tillsong: ${out}: 7 bytes in 1 burst of audible-fast, 0.20 s at 48000 Hz\n`,
    });
    const { sampleRateHz, samples } = await readWavFile(out);
    expect(sampleRateHz).toBe(48000);
    expect(samples).toHaveLength(4800 + 2 + 4800);
    expect(samples.indexOf(samples.find((sample) => sample !== 0) ?? Number.NaN)).toBe(4800);
    expect(modem.transmitters).toEqual([{ profile: 'audible-fast', sampleRateHz: 48000 }]);
  });

  test('writes successive bursts at the rate and in the profile asked for', async () => {
    const modem = new FakeModem();
    const out = at('three.wav');
    const options = ['--profile', 'ultrasonic-robust', '--sample-rate', '44100', '--repeat', '3', '--hex', 'C0ffee'];
    expect((await tillsong(['send', '--out', out, ...options], { modem })).exitCode).toBe(0);
    const { sampleRateHz, samples } = await readWavFile(out);
    expect(sampleRateHz).toBe(44100);
    const versions = [0, 1, 2].map((burst) => samples[4410 + burst * (2 + 4410) + 1]);
    expect(versions.map((sample) => Math.round(sample * 16))).toEqual([1, 2, 3]);
    expect(modem.transmitters).toEqual([{ profile: 'ultrasonic-robust', sampleRateHz: 44100 }]);
  });

  test('takes the payload from a file', async () => {
    await writeFile(at('token.bin'), Uint8Array.of(1, 2, 3));
    const { exitCode, stderr } = await tillsong(['send', '--out', at('f.wav'), '--file', at('token.bin')]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('3 bytes') });
  });

  test('leaves the file alone when the payload cannot be sent', async () => {
    expect(await tillsong(['send', '--out', at('never.wav'), '--text', ''])).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: 'tillsong: payload: expected 1 to 4096 bytes, got 0\n',
    });
    expect(existsSync(at('never.wav'))).toBe(false);
  });

  test('ends with 2 when a file cannot be read or written', async () => {
    const missing = at('missing.bin');
    expect(await tillsong(['send', '--out', at('g.wav'), '--file', missing])).toMatchObject({
      exitCode: 2,
      stderr: `tillsong: ${missing}: cannot be read: no such file\n`,
    });
    const out = join(folder, 'no-folder', 'x.wav');
    expect(await tillsong(['send', '--out', out, '--text', 'x'])).toMatchObject({
      exitCode: 2,
      stderr: `tillsong: ${out}: cannot be written: no such file\n`,
    });
  });

  test('says what is wrong with a profile of its own', async () => {
    const send = (profile: string) => tillsong(['send', '--out', at('p.wav'), '--text', 'x', '--profile', profile]);
    await writeFile(at('broken.json'), '{');
    await writeFile(at('bad.json'), '{}');
    expect(await send(at('none.json'))).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no such file') });
    expect(await send(at('broken.json'))).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('not JSON') });
    const refused = await send(at('bad.json'));
    expect(refused.exitCode).toBe(64);
    expect(refused.stderr).toMatch(/bad\.json: .*expected/);
  });
});

describe('tillsong receive', () => {
  test('prints a line for each message of each file', async () => {
    const files = [await soundFile('a.wav', [0, 0.5, 0, 0.5]), await soundFile('b.wav', [0.5])];
    const { exitCode, stdout, stderr } = await tillsong(['receive', ...files]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(': ')[0])).toEqual([at('a.wav'), at('a.wav'), at('b.wav'), '']);
    expect(stdout).toContain('1 byte: "A"');
  });

  test('prints JSON and nothing else with --json', async () => {
    const file = await soundFile('lost.wav', [-0.5, 0.5, 0, 0]);
    const quiet = await soundFile('quiet.wav', [0, 0, 0, 0]);
    const { exitCode, stdout, stderr } = await tillsong(['receive', '--json', file, quiet]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ file, payload: '41' }]);
  });

  test('tells people of lost bursts and of files without a message', async () => {
    const file = await soundFile('lost.wav', [-0.5, 0, 0, 0]);
    expect(await tillsong(['receive', file])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `tillsong: ${file}: 0.00-1.00 s audible-fast, lost (payload), SNR 20.0 dB\ntillsong: ${file}: no message heard\n`,
    });
  });

  test('hears what only the end of the sound completes', async () => {
    const { stdout } = await tillsong(['receive', await soundFile('flush.wav', [0, 0, 0])]);
    expect(stdout).toContain('1 byte: "F"');
  });

  test('says in one line what is wrong with which file, does the others, and ends with 2', async () => {
    const good = await soundFile('good.wav', [0.5]);
    const whole = await readFile(good);
    await writeFile(at('cut.wav'), encodeWav(Float32Array.of(0.5, 0, 0, 0), 48000).subarray(0, 47));
    await writeFile(at('empty.wav'), '');
    await writeFile(at('text.wav'), 'no sound here, only words');
    await writeFile(at('header.wav'), whole.subarray(0, 20));
    const files = ['missing.wav', 'empty.wav', 'text.wav', 'header.wav', 'cut.wav', 'good.wav'].map(at);
    const { exitCode, stdout, stderr } = await tillsong(['receive', '--json', ...files, folder]);
    expect(exitCode).toBe(2);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).file),
    ).toEqual([at('cut.wav'), good]);
    expect(stderr.trimEnd().split('\n')).toEqual([
      `tillsong: ${at('missing.wav')}: cannot be read: no such file`,
      `tillsong: ${at('empty.wav')}: empty, 0 bytes`,
      `tillsong: ${at('text.wav')}: not a WAV file: begins with "no s", not "RIFF"`,
      `tillsong: ${at('header.wav')}: truncated: ends before the first sample`,
      `tillsong: ${at('cut.wav')}: truncated: ends after 0.000 s of 0.000 s`,
      `tillsong: ${folder}: cannot be read: is a folder, not a file`,
    ]);
  });

  test('listens for the profiles asked for, or leaves the choice to the receiver', async () => {
    const modem = new FakeModem();
    const file = await soundFile('a.wav', [0.5]);
    await tillsong(['receive', '--profile', 'audible-robust', '--profile', 'ultrasonic-fast', file], { modem });
    await tillsong(['receive', file], { modem });
    expect(modem.receivers).toEqual([
      { sampleRateHz: 48000, profiles: ['audible-robust', 'ultrasonic-fast'] },
      { sampleRateHz: 48000 },
    ]);
  });

  test('refuses a file whose sample rate carries nothing, and does the others', async () => {
    const slow = await soundFile('8k.wav', [0.5], 8000);
    const good = await soundFile('a.wav', [0.5]);
    expect(await tillsong(['receive', slow, good])).toMatchObject({
      exitCode: 2,
      stdout: expect.stringContaining(good),
      stderr: `tillsong: ${slow}: sampleRateHz: expected 16000 or more, got 8000\n`,
    });
  });
});

describe('tillsong receive -', () => {
  test('reads WAV from standard input', async () => {
    const wav = encodeWav(Float32Array.of(0, 0.5), 48000);
    const { exitCode, stdout } = await tillsong(['receive', '--json', '-'], {
      stdin: source(wav.subarray(0, 9), wav.subarray(9)),
    });
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, file: '-', payload: '41' });
  });

  test('reads raw samples from standard input, and from files', async () => {
    const modem = new FakeModem();
    const raw = ['receive', '--json', '--raw', 's16le', '--rate', '44100'];
    expect((await tillsong([...raw, '-'], { modem, stdin: source(pcm16(0, 0.5)) })).stdout).toContain('"41"');
    await writeFile(at('sound.raw'), pcm16(0.5));
    expect((await tillsong([...raw, at('sound.raw')], { modem })).stdout).toContain('"41"');
    expect(modem.receivers).toMatchObject([{ sampleRateHz: 44100 }, { sampleRateHz: 44100 }]);
    expect(await tillsong([...raw, at('none.raw')])).toMatchObject({
      exitCode: 2,
      stderr: `tillsong: ${at('none.raw')}: cannot be read: no such file\n`,
    });
  });

  test('names standard input when it is not sound', async () => {
    expect(await tillsong(['receive', '-'])).toMatchObject({
      exitCode: 2,
      stderr: 'tillsong: standard input: empty, 0 bytes\n',
    });
  });

  test('prints a message before the stream goes on', async () => {
    const seen: string[] = [];
    async function* live(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 3; i++) {
        yield pcm16(0.5);
        seen.push(stdout.text);
      }
    }
    const { context, stdout } = surroundings({ stdin: live() });
    await run(['receive', '--json', '--raw', 's16le', '--rate', '48000', '-'], context);
    expect(seen.map((text) => text.split('\n').length - 1)).toEqual([1, 2, 3]);
  });

  test.each(['while the stream is silent', 'while it sounds'])(
    'concludes with 130 when interrupted %s',
    async (when) => {
      const interruption = new AbortController();
      async function* live(): AsyncGenerator<Uint8Array> {
        yield pcm16(0, 0, 0);
        setImmediate(() => interruption.abort());
        if (when === 'while the stream is silent') await new Promise(() => {});
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve));
          yield pcm16();
        }
      }
      const raw = ['receive', '--raw', 's16le', '--rate', '48000', '-'];
      const { exitCode, stdout } = await tillsong(raw, { stdin: live(), interruption });
      expect(exitCode).toBe(130);
      expect(stdout).toContain('1 byte: "F"');
    },
  );

  test('says nothing of a header that an interruption cut off', async () => {
    const interruption = new AbortController();
    interruption.abort();
    const { exitCode, stderr } = await tillsong(['receive', '-'], { stdin: source(), interruption });
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' });
  });
});

describe('what was sent', () => {
  const modem: Modem = {
    createTransmitter: (options) => new Transmitter(options),
    createReceiver: (options) => new Receiver(options),
  };

  test('is received: two repeated bursts at 44.1 kHz are one message', async () => {
    const out = at('air.wav');
    const send = ['send', '--out', out, '--hex', '00c0ffee', '--repeat', '2', '--sample-rate', '44100'];
    expect(await tillsong(send, { modem })).toMatchObject({ exitCode: 0 });
    const { exitCode, stdout } = await tillsong(['receive', '--json', out], { modem });
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({
      exitCode: 0,
      file: out,
      payload: '00c0ffee',
      profile: 'audible-fast',
      correctedBytes: 0,
      burstsCombined: 1,
    });
  });

  test('in a profile of its own is heard by who has that profile, and by nobody else', async () => {
    const { preamble, ...rest } = PROFILES['audible-fast'];
    const shifted = { ...rest, name: 'shifted', centerHz: 6000, preamble: { ...preamble, lowHz: 3000, highHz: 9000 } };
    await writeFile(at('shifted.json'), JSON.stringify(shifted));
    const out = at('shifted.wav');
    const profile = ['--profile', at('shifted.json')];
    expect(await tillsong(['send', '--out', out, '--text', 'up', ...profile], { modem })).toMatchObject({
      exitCode: 0,
    });
    const heard = await tillsong(['receive', '--json', ...profile, out], { modem });
    expect(JSON.parse(heard.stdout)).toMatchObject({ payload: '7570', profile: 'shifted' });
    expect((await tillsong(['receive', '--json', out], { modem })).stdout).toBe('');
  });

  test('does not fit every sample rate, which is said', async () => {
    const send = [
      'send',
      '--out',
      at('no.wav'),
      '--text',
      'x',
      '--profile',
      'ultrasonic-fast',
      '--sample-rate',
      '22050',
    ];
    const { exitCode, stderr } = await tillsong(send, { modem });
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^tillsong: .*22050.*\n$/);
    const low = await soundFile('low.wav', [0.5], 8000);
    const refused = await tillsong(['receive', low], { modem });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/^tillsong: .*low\.wav: .*8000.*\n$/);
  });
});

describe('progress', () => {
  const tenSeconds = () => soundFile('long.wav', [...Array(80_000).fill(0), 0.5, ...Array(80_000).fill(0)], 16000);

  test('of a long file is shown on a terminal, but not while messages are printed', async () => {
    const screen: string[] = [];
    const { context, stdout, stderr } = surroundings({ isTerminal: true });
    const write = stdout.write.bind(stdout);
    stdout.write = (chunk: string) => {
      screen.push(stderr.text);
      return write(chunk);
    };
    expect(await run(['receive', await tenSeconds()], context)).toBe(0);
    // The bar is cleared by restoring the cursor, going to the first column and erasing the line.
    const cleared = '\x1b8\x1b[1G\x1b[2K';
    expect(screen).toHaveLength(1);
    expect(screen[0]).toContain('% of 10 s');
    expect(screen[0].endsWith(cleared)).toBe(true);
    expect(stderr.text.endsWith(cleared)).toBe(true);
  });

  test('is not shown for short files, nor where nobody looks', async () => {
    expect((await tillsong(['receive', await soundFile('a.wav', [0.5])], { isTerminal: true })).stderr).toBe('');
    expect((await tillsong(['receive', await tenSeconds()])).stderr).not.toContain('%');
  });
});
