import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Receiver } from 'tillsong';
import { parseToken } from 'tillsong/codec';
import { readWavFile } from 'tillsong/node';
import { hear } from './demo/hearing.js';
import { runDemo } from './demo/run-demo.js';

const NOW_SECONDS = 1_800_000_000;

jest.setTimeout(30_000); // a busy machine takes a few seconds for what is done in one

class TextSink extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillsong-demo-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the demo into a folder of its own. */
async function demo(name: string, ...args: string[]) {
  const out = join(folder, name);
  const stdout = new TextSink();
  const stderr = new TextSink();
  let ticks = 0;
  const exitCode = await runDemo(['--out', out, '--seed', '7', ...args], {
    stdout,
    stderr,
    hasColor: false,
    nowSeconds: NOW_SECONDS,
    clockMs: () => ticks++,
  });
  return {
    exitCode,
    told: stdout.text,
    complained: stderr.text,
    sound: join(out, 'microphone.wav'),
    picture: join(out, 'payment.svg'),
  };
}

async function messagesIn(path: string): Promise<Uint8Array[]> {
  const { samples, sampleRateHz } = await readWavFile(path);
  const receiver = new Receiver({ sampleRateHz });
  return [...receiver.push(samples), ...receiver.flush()].flatMap((event) =>
    event.type === 'message' ? [event.payload] : [],
  );
}

/** The picture's markup, with the pixels of its images left out. */
function markupOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/base64,[A-Za-z0-9+/=]+"/g, 'base64,"');
}

/** Walks over the tags: every one closes the last that was opened, and attributes are quoted. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  const tag = /<(\/?)([A-Za-z]+)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*="[^"<]*")*)\s*(\/?)>/y;
  let text = svg;
  while (text !== '') {
    const start = text.indexOf('<');
    expect(text.slice(0, start < 0 ? undefined : start)).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
    if (start < 0) break;
    text = text.slice(start);
    tag.lastIndex = 0;
    const match = tag.exec(text);
    if (!match) throw new Error(`no tag: ${text.slice(0, 80)}`);
    const [whole, closing, name, , empty] = match;
    if (closing) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name);
    text = text.slice(whole.length);
  }
  expect(open).toEqual([]);
}

describe('the demo', () => {
  test('pays, and leaves a recording that holds the token and a picture (seed 7)', async () => {
    const { exitCode, told, complained, sound, picture } = await demo('paid');
    expect({ exitCode, complained }).toEqual({ exitCode: 0, complained: '' });
    for (const step of ['issue', 'sign', 'sing', 'air', 'hear', 'parse', 'verify'])
      expect(told).toContain(`  ${step} `);
    expect(told).toContain('ACCEPTED 1.50 EUR');

    const messages = await messagesIn(sound);
    expect(messages).toHaveLength(1);
    expect(parseToken(messages[0])).toMatchObject({
      ok: true,
      token: { type: 'spend', spend: { amountMinorUnits: 150, timeSeconds: NOW_SECONDS } },
    });

    const svg = markupOf(picture);
    expectWellFormed(svg);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 1400 900"/);
    for (const part of ['down chirp', 'up chirp', 'header', 'payload, ', 'Constellation', 'accepted'])
      expect(svg).toContain(part);
    expect(svg).not.toMatch(/href="(?!data:)/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('pays with the id of a known certificate, in tones (seed 7)', async () => {
    const { exitCode, told, picture } = await demo('tones', '--profile', 'audible-robust', '--known-certificate');
    expect({ exitCode, told }).toMatchObject({ exitCode: 0, told: expect.stringContaining('token of 92 bytes') });
    const svg = markupOf(picture);
    expectWellFormed(svg);
    expect(svg).toContain('Tones heard');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('says so when nothing was heard, and still leaves recording and picture (seed 7)', async () => {
    const { exitCode, told, sound, picture } = await demo('deaf', '--psnr', '-40', '--known-certificate');
    expect(exitCode).toBe(1);
    expect(told).toContain('NOT PAID');
    expect(told).toContain('--psnr');
    expect(await messagesIn(sound)).toEqual([]);
    expectWellFormed(markupOf(picture));
  });

  test('says in one line which file cannot be read', async () => {
    const missing = join(folder, 'no-room.wav');
    const { exitCode, complained } = await demo('missing', '--room', missing);
    expect({ exitCode, complained }).toEqual({
      exitCode: 2,
      complained: `tillsong: ${missing}: cannot be read: no such file\n`,
    });
  });

  test.each([
    [['--psnr', 'loud'], 64],
    [['--profile', 'morse'], 64],
    [['--repeat', '0'], 64],
    [['--no-such-option'], 64],
    [['--help'], 0],
  ])('ends with %j by exit code %i, having done nothing', async (args, expected) => {
    const { exitCode, told, complained } = await demo('usage', ...args);
    expect(exitCode).toBe(expected);
    expect(told + complained).toMatch(args[0]);
    expect(told).not.toContain('issue ');
  });
});

test('silence is heard to its end without a message', () => {
  const shares: number[] = [];
  const hearing = hear(
    new Float32Array(4801),
    48000,
    () => 0,
    (share) => shares.push(share),
  );
  expect(hearing).toMatchObject({ message: undefined, lost: [] });
  expect(shares).toHaveLength(11);
  expect(shares.at(-1)).toBe(1);
});
