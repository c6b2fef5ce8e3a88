import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { makeAmount } from '../../codec/token/amount.js';
import { SimulatedVmc } from '../../fixtures/mdb/simulated-vmc.js';
import { formatMdbLine, parseMdbLine } from '../payment/mdb/mdb-line.js';
import { MdbVend } from '../payment/mdb/mdb-vend.js';
import { openSerialPort, readLines, type SerialPort, serveMdb } from './serial-line.js';

const OPTIONS = {
  address: 'cashless-1' as const,
  identity: { manufacturer: 'TSG', serialNumber: '7', model: 'tillsong' },
  currency: 978,
  scaleFactor: 5,
  decimalPlaces: 2,
  responseSeconds: 30,
  selectionMs: 20_000,
  vendMs: 60_000,
};
const PRICE = makeAmount(150, 978);
const monotonicMs = () => performance.now();

async function linesOf(...chunks: string[]): Promise<string[]> {
  const lines = [];
  for await (const line of readLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk, 'latin1'))), 10))
    lines.push(line);
  return lines;
}

describe('lines', () => {
  test('end with LF, CR or both, wherever the chunks do', async () => {
    expect(await linesOf('12 1', '2\r', '\n10 10\n\n', '\r13')).toEqual(['12 12', '10 10']);
  });

  test('that are too long are left out, and the next is read again', async () => {
    expect(await linesOf('x'.repeat(1000), '\nok\n')).toEqual(['ok']);
  });
});

/** A controller at the other end of a line. */
function controllerAt({ input, output }: Pick<SerialPort, 'input' | 'output'>, delivered: number[]): SimulatedVmc {
  const lines = readLines(input, 200);
  const bus = async (block: Uint8Array) => {
    // A controller polls every 200 ms or so: it leaves others time.
    await new Promise(setImmediate);
    output.write(`${formatMdbLine(block)}\r\n`);
    const { value } = await lines.next();
    return value === undefined ? undefined : parseMdbLine(value);
  };
  return new SimulatedVmc(bus, { level: 3, mechanics: 'delivers', deliver: (item) => delivered.push(item) });
}

/** Two sessions and one choice before the money. */
async function tradeOver(till: SerialPort, machine: SerialPort): Promise<void> {
  const stop = new AbortController();
  const vend = new MdbVend(OPTIONS);
  const served = serveMdb(vend, till, { signal: stop.signal, monotonicMs });
  const delivered: number[] = [];
  try {
    const vmc = controllerAt(machine, delivered);
    await vmc.start();
    for (const item of [12, 13]) {
      const result = vend.vend(item, PRICE);
      expect(await vmc.sessionFor(30, item)).toBe('delivered');
      expect(await result).toBe('vended');
    }
    const bought = vmc.request(30, 14);
    while (vend.selection === undefined) await new Promise(setImmediate);
    expect(await vend.vend(14, PRICE)).toBe('vended');
    expect(await bought).toBe('delivered');
    expect(delivered).toEqual([12, 13, 14]);
  } finally {
    stop.abort();
    await served;
  }
}

test('a machine is served over two pipes, with noise on the line', async () => {
  const toTill = new PassThrough();
  const toMachine = new PassThrough();
  toTill.write('# bridge 1.0\r\nnoise\r\n12 00\r\n');
  const close = () => {};
  await tradeOver({ input: toTill, output: toMachine, close }, { input: toMachine, output: toTill, close });
});

/** Relays between two pseudo-terminals that it makes. */
const PYTHON_PAIR = `
import os, select, sys, tty
pairs = [os.openpty(), os.openpty()]
for (master, slave), link in zip(pairs, sys.argv[1:]):
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), link)
print('ready', flush=True)
a, b = pairs[0][0], pairs[1][0]
while True:
    for fd in select.select([a, b], [], [])[0]:
        os.write(b if fd == a else a, os.read(fd, 4096))
`;

/** What can make a pair of pseudo-terminals here. */
function pairCommand(one: string, two: string): [string, string[]] | undefined {
  if (process.platform === 'win32') return undefined;
  const has = (command: string, arg: string) => spawnSync(command, [arg], { stdio: 'ignore' }).status === 0;
  if (has('socat', '-V')) return ['socat', [`pty,raw,echo=0,link=${one}`, `pty,raw,echo=0,link=${two}`]];
  return has('python3', '--version') ? ['python3', ['-c', PYTHON_PAIR, one, two]] : undefined;
}

const HELPER = pairCommand('one', 'two')?.[0];
// Without a helper nothing on this machine can make two terminals that are one line; the pipes above are what is tested then.
const onTerminals = HELPER === undefined ? test.skip : test;

onTerminals(
  `a machine is served over a pair of pseudo-terminals (${HELPER ?? 'skipped: neither socat nor python3 is here'})`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillsong-pty-'));
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const [command, args] = pairCommand(one, two) as [string, string[]];
    const helper: ChildProcess = spawn(command, args, { stdio: 'ignore' });
    const ports: SerialPort[] = [];
    try {
      while (!existsSync(one) || !existsSync(two)) {
        if (helper.exitCode !== null) throw new Error(`${command} ended with ${helper.exitCode}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      ports.push(openSerialPort(one), openSerialPort(two));
      await tradeOver(ports[0], ports[1]);
    } finally {
      for (const port of ports) port.close();
      helper.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test('what is no terminal cannot be opened as a serial port', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillsong-pty-'));
  expect(() => openSerialPort(join(folder, 'none'))).toThrow(/ENOENT/);
  rmSync(folder, { recursive: true, force: true });
});
