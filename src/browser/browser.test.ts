// A real browser, without a sound card: Chromium renders an offline audio graph that plays a burst and captures it.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { Receiver } from '../modem/receiver.js';
import { Transmitter } from '../modem/transmitter.js';

const ROOT = join(dirname(expect.getState().testPath ?? ''), '..', '..');
const PAYLOAD = Uint8Array.of(1, 2, 3, 5, 8, 13);
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
/** Where there is no Chromium there is nothing to test the page in; the checks of a clean clone install it. */
const testWithChromium = CHROMIUM ? test : test.skip;

const PAGE = `<!doctype html><script type="module">
import { Microphone, Speaker } from '/src/browser/index.js';
const post = (path, body) => fetch(path, { method: 'POST', body });
try {
  const samples = new Float32Array(await (await fetch('/burst')).arrayBuffer());
  const context = new OfflineAudioContext(1, samples.length + 24000, 48000);
  const buffer = context.createBuffer(1, samples.length, 48000);
  buffer.copyToChannel(samples, 0);
  const source = context.createBufferSource();
  source.buffer = buffer;
  const microphone = await Microphone.listenTo(source, '/src/browser/capture-worklet.js');
  source.start();
  const played = new Speaker(context).play(samples);
  // Held at its first sample until the worklet has made its processor, for which a page in real time need not wait.
  const held = context.suspend(0);
  const rendering = context.startRendering();
  await held;
  await new Promise((resolve) => setTimeout(resolve, 500));
  context.resume();
  const rendered = (await rendering).getChannelData(0);
  await played;
  const wanted = Math.floor(samples.length / 480); // a source that has ended gives nothing more
  const chunks = [];
  for await (const chunk of microphone) {
    chunks.push(chunk);
    if (chunks.length === wanted) microphone.close();
  }
  await post('/rendered', rendered);
  await post('/captured', new Blob(chunks));
  await post('/done', chunks.length + ' chunks of ' + chunks[0].length + ', ' + microphone.droppedChunkCount + ' dropped');
} catch (error) {
  await post('/done', String(error));
}
</script>`;

const posted = new Map<string, Buffer>();
let server: Server;
let announceDone: () => void;
const done = new Promise<void>((resolve) => {
  announceDone = resolve;
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  if (request.method === 'POST') {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    posted.set(path, Buffer.concat(parts));
    response.end();
    if (path === '/done') announceDone();
  } else if (path === '/') response.setHeader('content-type', 'text/html').end(PAGE);
  else if (path === '/burst') {
    const samples = new Transmitter().modulate(PAYLOAD);
    response.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  } else if (/^\/src\/(browser|shared)\/[\w-]+\.js$/.test(path)) {
    const source = readFileSync(join(ROOT, path.replace(/\.js$/, '.ts')), 'utf8');
    const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } });
    response.setHeader('content-type', 'text/javascript').end(code);
  } else response.writeHead(404).end();
}

/** Chromium is many processes, all of one group. */
function killAll(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // it is gone already
  }
}

function floatsOf(path: string): Float32Array {
  const bytes = posted.get(path) ?? Buffer.alloc(0);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function hear(samples: Float32Array): number[][] {
  const receiver = new Receiver({ sampleRateHz: 48000 });
  return [...receiver.push(samples), ...receiver.flush()].map((event) =>
    event.type === 'message' ? [...event.payload] : [],
  );
}

describe('in Chromium', () => {
  const profile = mkdtempSync(join(tmpdir(), 'tillsong-chromium-'));

  beforeAll(async () => {
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  testWithChromium(
    'a speaker plays a burst and a microphone hears it, whole and in chunks of 10 ms',
    async () => {
      const { port } = server.address() as AddressInfo;
      const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
      const args = [...flags, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`];
      const browser = spawn(CHROMIUM as string, args, { stdio: 'ignore', detached: true });
      const gone = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
      await Promise.race([done, gone]);
      killAll(browser.pid);
      await gone;
      expect(posted.get('/done')?.toString()).toMatch(/^\d+ chunks of 480, 0 dropped$/);
      expect(hear(floatsOf('/captured'))).toEqual([[...PAYLOAD]]);
      expect(hear(floatsOf('/rendered'))).toEqual([[...PAYLOAD]]);
    },
    60_000,
  );
});

describe('outside of a browser', () => {
  test('the modules load and do nothing', async () => {
    const { CAPTURE_PROCESSOR, Microphone, Speaker } = await import('./index.js');
    expect(CAPTURE_PROCESSOR).toBe('tillsong-capture');
    expect(typeof Microphone.open).toBe('function');
    expect(() => new Speaker(undefined as never)).not.toThrow();
  });
});
