import { describe, expect, test } from '@jest/globals';
import { makeAmount } from '../../../codec/token/amount.js';
import { type Mechanics, SimulatedVmc, type VmcOptions } from '../../../fixtures/mdb/simulated-vmc.js';
import { issue, NOW, openTill, Phone } from '../../../fixtures/till-parties/till-parties.js';
import type { MemoryVend } from '../vend.js';
import { checksumOf, parseMdbCommand, withChecksum } from './mdb-command.js';
import { formatMdbLine, parseMdbLine } from './mdb-line.js';
import { MdbVend, type MdbVendOptions } from './mdb-vend.js';

const OPTIONS: MdbVendOptions = {
  address: 'cashless-1',
  identity: { manufacturer: 'TSG', serialNumber: '7', model: 'tillsong' },
  currency: 978,
  scaleFactor: 5,
  decimalPlaces: 2,
  responseSeconds: 30,
  selectionMs: 20_000,
  vendMs: 60_000,
};
const PRICE = makeAmount(150, 978);
const UNITS = 30;

/** A device and a machine on a bus without wires; every block takes 10 ms. */
function machine(changes: Partial<VmcOptions> = {}, options: Partial<MdbVendOptions> = {}) {
  const vend = new MdbVend({ ...OPTIONS, ...options });
  const delivered: number[] = [];
  const line: string[] = [];
  let ms = 0;
  const bus = async (block: Uint8Array) => {
    ms += 10;
    const response = vend.receive(block, ms);
    line.push(`> ${formatMdbLine(block)}`, `< ${response ? formatMdbLine(response) : ''}`);
    await Promise.resolve();
    return response;
  };
  const vmc = new SimulatedVmc(bus, {
    level: 1,
    mechanics: 'delivers',
    deliver: (item) => delivered.push(item),
    ...changes,
  });
  const raw = async (...bytes: number[]) => formatMdbLine((await bus(withChecksum(...bytes))) ?? new Uint8Array(0));
  const pass = (by: number) => {
    ms += by;
    vend.tick(ms);
  };
  return { vend, vmc, delivered, line, raw, pass };
}

const settled = async (promise: Promise<unknown>) =>
  Promise.race([promise.catch((error: Error) => `unknown: ${error.message}`), Promise.resolve().then(() => 'pending')]);

describe('a session as in the standard', () => {
  test('byte by byte: set up, paid, chosen, vended, completed', async () => {
    const { vend, vmc, line } = machine();
    await vmc.start();
    expect(vend.isIdle).toBe(true);
    const result = vend.vend(12, PRICE);
    expect(vend.isIdle).toBe(false);
    await vmc.sessionFor(UNITS, 12);
    expect(await result).toBe('vended');
    expect(vend.isIdle).toBe(true);
    expect(line).toEqual([
      '> 10 10',
      '< 00',
      '> 12 12',
      '< 00 00',
      '> 11 00 01 10 02 01 25',
      '< 01 01 19 78 05 02 1E 01 B9',
      '> 11 01 FF FF 00 00 10',
      '< 00',
      expect.stringMatching(/^> 17 00 20/),
      expect.stringMatching(/^< 09 54 53 47 37 20/),
      '> 14 01 15',
      '< 00',
      '> 12 12',
      '< 03 00 1E 21',
      '> 13 00 00 1E 00 0C 3D',
      '< 00',
      '> 12 12',
      '< 05 00 1E 23',
      '> 13 02 00 0C 21',
      '< 00',
      '> 13 04 17',
      '< 00',
      '> 12 12',
      '< 07 07',
    ]);
    expect(vend.state).toBe('enabled');
  });

  test('level 2 and 3 controllers get the longer forms', async () => {
    for (const level of [2, 3] as const) {
      const { vend, vmc, line, delivered } = machine({ level });
      expect((await vmc.start())[1]).toBe(level);
      const result = vend.vend(12, PRICE);
      expect(await vmc.sessionFor(UNITS, 12)).toBe('delivered');
      expect([await result, delivered]).toEqual(['vended', [12]]);
      expect(line).toContain('< 03 00 1E FF FF FF FF 00 00 00 1D');
      expect(line.find((text) => text.startsWith('< 09'))?.split(' ').length).toBe(level === 3 ? 36 : 32);
    }
  });

  test.each<[Mechanics, string, string]>([
    ['delivers', 'delivered', 'vended'],
    ['jams', 'jammed', 'failed'],
    ['forgets-to-tell', 'unknown', 'unknown: the machine ended the session without saying what became of the vend'],
  ])('a machine that %s', async (mechanics, got, told) => {
    const { vend, vmc } = machine({ mechanics });
    await vmc.start();
    const result = vend.vend(12, PRICE);
    expect(await vmc.sessionFor(UNITS, 12)).toBe(got);
    expect(await settled(result)).toBe(told);
  });

  test('a machine that loses power while vending leaves it unknown, when it comes back and when it does not', async () => {
    for (const comesBack of [true, false]) {
      const { vend, vmc, pass } = machine({ mechanics: 'loses-power' });
      await vmc.start();
      const result = vend.vend(12, PRICE);
      await vmc.sessionFor(UNITS, 12);
      expect(await settled(result)).toBe('pending');
      if (comesBack) await vmc.start();
      else pass(60_000);
      expect(await settled(result)).toMatch(/^unknown: the machine/);
    }
  });
});

describe('nothing is vended that was not paid for', () => {
  test('another item or price than was paid is denied, and the buyer may choose again', async () => {
    const { vend, vmc, delivered, raw } = machine();
    await vmc.start();
    const result = vend.vend(12, PRICE);
    await vmc.pollUntil(0x03);
    for (const wrong of [
      [0, 30, 0, 13],
      [0, 31, 0, 12],
    ]) {
      await raw(0x13, 0x00, ...wrong);
      expect(await raw(0x12)).toBe('06 06');
    }
    expect(await settled(result)).toBe('pending');
    expect(await vmc.request(UNITS, 12)).toBe('delivered');
    expect([await result, delivered]).toEqual(['vended', [12]]);
  });

  test('a machine without item numbers is matched by the price', async () => {
    const { vend, vmc } = machine();
    await vmc.start();
    const result = vend.vend(12, PRICE);
    await vmc.sessionFor(UNITS, 0xffff);
    expect(await result).toBe('vended');
  });

  test('a session ended by the machine, disabled, cancelled or reset before approval has failed', async () => {
    for (const end of [[0x13, 0x04], [0x10], [0x14, 0x00]]) {
      const { vend, vmc, raw } = machine();
      await vmc.start();
      const result = vend.vend(12, PRICE);
      if (end[0] !== 0x14) await vmc.pollUntil(0x03);
      await raw(...end);
      expect(await settled(result)).toBe('failed');
    }
  });

  test('a buyer who presses nothing ends the session in time, and is given his money back', async () => {
    const { vend, vmc, pass } = machine();
    await vmc.start();
    const result = vend.vend(12, PRICE);
    await vmc.pollUntil(0x03);
    pass(20_000);
    expect(await settled(result)).toBe('failed');
    await vmc.pollUntil(0x04);
    await vmc.complete();
    const second = vend.vend(12, PRICE);
    expect(await vmc.sessionFor(UNITS, 12)).toBe('delivered');
    expect(await second).toBe('vended');
  });

  test('a machine that does not poll takes no session later', async () => {
    const { vend, vmc, pass } = machine();
    await vmc.start();
    const result = vend.vend(12, PRICE);
    pass(20_000);
    expect(await settled(result)).toBe('failed');
    expect(await vmc.poll()).toBeUndefined();
  });

  test('VEND CANCEL before the approval was sent withdraws it', async () => {
    const { vend, vmc, raw } = machine();
    await vmc.start();
    const result = vend.vend(12, PRICE);
    await vmc.pollUntil(0x03);
    await raw(0x13, 0x00, 0, UNITS, 0, 12);
    expect(await raw(0x13, 0x01)).toBe('00');
    expect(await raw(0x12)).toBe('06 06');
    await vmc.complete();
    expect(await settled(result)).toBe('failed');
  });

  test.each([
    ['not set up', async () => {}],
    [
      'disabled',
      async ({ vmc, raw }: ReturnType<typeof machine>) => {
        await vmc.start();
        await raw(0x14, 0x00);
      },
    ],
  ])('a machine that is %s vends nothing and is not ready', async (_name, prepare) => {
    const parties = machine();
    await prepare(parties);
    expect(parties.vend.isReady(12, PRICE)).toBe(false);
    expect(await parties.vend.vend(12, PRICE)).toBe('failed');
  });

  test('amounts that the bus cannot say are not vended', async () => {
    const { vend, vmc } = machine();
    await vmc.start();
    for (const amount of [makeAmount(151, 978), makeAmount(150, 392), makeAmount(0xffff * 5, 978)])
      expect(await vend.vend(12, amount)).toBe('failed');
  });
});

describe('the button first, at a machine that is always idle', () => {
  test('the choice waits for the money, and is vended', async () => {
    const { vend, vmc, delivered } = machine({ level: 3 });
    await vmc.start();
    const bought = vmc.request(UNITS, 12);
    while (vend.selection === undefined) await Promise.resolve();
    expect(vend.selection).toEqual({ item: 12, amount: PRICE });
    expect(vend.isReady(12, PRICE)).toBe(true);
    expect(vend.isReady(13, PRICE)).toBe(false);
    expect(await vend.vend(12, PRICE)).toBe('vended');
    expect([await bought, delivered, vend.selection]).toEqual(['delivered', [12], undefined]);
  });

  test('without money it is denied in time', async () => {
    const { vend, vmc, raw, pass } = machine({ level: 3 });
    await vmc.start();
    await raw(0x13, 0x00, 0, UNITS, 0, 12);
    pass(30_000);
    expect(await raw(0x12)).toBe('06 06');
    expect(vend.selection).toBeUndefined();
  });

  test('is out of sequence at a machine that is not', async () => {
    const { vmc, raw } = machine();
    await vmc.start();
    await raw(0x13, 0x00, 0, UNITS, 0, 12);
    expect(await raw(0x12)).toBe('0B 0B');
  });
});

describe('a controller out of step', () => {
  test.each<[string, number[][], string]>([
    ['success without a vend', [[0x13, 0x02, 0, 12]], '0B 03 0E'],
    ['failure without a vend', [[0x13, 0x03]], '0B 03 0E'],
    ['setup in Enabled', [[0x11, 0x00, 2, 16, 2, 1]], '0B 03 0E'],
    ['cancel without a request', [[0x13, 0x01]], '0B 03 0E'],
  ])('%s is acknowledged and told at the next poll', async (_name, commands, told) => {
    const { vmc, raw } = machine({ level: 2 });
    await vmc.start();
    for (const command of commands) expect(await raw(...command)).toBe('00');
    expect(await raw(0x12)).toBe(told);
  });

  test('a second request while vending is out of sequence, and the reset after it leaves the vend unknown', async () => {
    const { vend, vmc, raw } = machine({ level: 2 });
    await vmc.start();
    const result = vend.vend(12, PRICE);
    await vmc.pollUntil(0x03);
    await raw(0x13, 0x00, 0, UNITS, 0, 12);
    await vmc.pollUntil(0x05);
    await raw(0x13, 0x00, 0, UNITS, 0, 12);
    expect(await raw(0x12)).toBe('0B 05 10');
    await raw(0x10);
    expect(await settled(result)).toMatch(/^unknown/);
  });

  test('a failure after the success is out of sequence: the sale stays vended, until somebody takes it back', async () => {
    const { vend, vmc, raw } = machine({ level: 2 });
    await vmc.start();
    const result = vend.vend(12, PRICE);
    await vmc.pollUntil(0x03);
    await raw(0x13, 0x00, 0, UNITS, 0, 12);
    await vmc.pollUntil(0x05);
    for (const command of [
      [0x13, 0x02, 0, 12],
      [0x13, 0x03],
    ])
      expect(await raw(...command)).toBe('00');
    expect(await raw(0x12)).toMatch(/^0B 04/);
    expect(await settled(result)).toBe('vended');
  });

  test('mangled blocks, blocks for other devices and unknown commands are not answered; RET brings the last answer again', async () => {
    const { vend, vmc } = machine();
    await vmc.start();
    expect(vend.receive(Uint8Array.of(0x12, 0x13), 0)).toBeUndefined();
    expect(vend.receive(withChecksum(0x0b), 0)).toBeUndefined();
    expect(vend.receive(withChecksum(0x13, 0x77), 0)).toBeUndefined();
    expect(vend.receive(Uint8Array.of(0x00), 0)).toBeUndefined();
    void vend.vend(12, PRICE);
    const answer = vend.receive(withChecksum(0x12), 0);
    expect(vend.receive(Uint8Array.of(0xaa), 0)).toEqual(answer);
  });

  test('no bytes make it throw, and noise alone never approves (seed 5)', async () => {
    const { vend, vmc } = machine({ level: 3 });
    await vmc.start();
    let state = 5;
    const next = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 16;
    };
    for (let i = 0; i < 20_000; i++) {
      const block = Uint8Array.from({ length: next() % 9 }, () => next() & 0xff);
      if (i % 2 === 0 && block.length > 0) block[0] = 0x10 + (next() % 8);
      const response = vend.receive(i % 3 === 0 ? withChecksum(...block) : block, i);
      if (response !== undefined && response.length > 1) {
        expect(response[0]).not.toBe(0x05);
        expect(checksumOf(response.subarray(0, -1))).toBe(response[response.length - 1]);
      }
    }
  });
});

test('the second cashless device answers at 60H', () => {
  expect(parseMdbCommand(withChecksum(0x62), 'cashless-2')).toEqual({ ok: true, command: { type: 'poll' } });
  expect(parseMdbCommand(withChecksum(0x12), 'cashless-2')).toEqual({ ok: false, reason: 'address' });
});

test('lines are read with and without spaces, in any case, and nothing else is', () => {
  expect(parseMdbLine('13 00 00 1e 00 0C 3d\r\n')).toEqual(Uint8Array.of(0x13, 0, 0, 0x1e, 0, 0x0c, 0x3d));
  expect(parseMdbLine('1212')).toEqual(Uint8Array.of(0x12, 0x12));
  for (const bad of ['', '# comment', '1', '12  12', '1g', '12,12', '00'.repeat(200)])
    expect(parseMdbLine(bad)).toBeUndefined();
});

describe('a till at a machine on the bus', () => {
  async function sell(mechanics: Mechanics) {
    const { vend, vmc, delivered, raw } = machine({ mechanics });
    const opened = await openTill({ vend: vend as unknown as MemoryVend });
    const phone = new Phone(await issue());
    expect(await opened.till.hear(await phone.spend())).toMatchObject({ ok: false, reason: 'machine' });
    await vmc.start();
    const verdict = opened.till.hear(await phone.spend());
    const got = await vmc.sessionFor(UNITS, 12);
    return { ...opened, verdict: await verdict, got, delivered, raw };
  }

  test('money is taken only when the machine is ready, and the phone gets its receipt', async () => {
    const { verdict, got, delivered } = await sell('delivers');
    expect([got, delivered]).toEqual(['delivered', [12]]);
    expect(verdict).toMatchObject({ ok: true, sale: { outcome: 'vended', acceptedAtSeconds: NOW } });
  });

  test('a jam is voided', async () => {
    const { verdict, got } = await sell('jams');
    expect(got).toBe('jammed');
    expect(verdict).toMatchObject({ ok: false, step: 'vend', reason: 'failed' });
  });

  test('a void that could not be made durable is told to the machine as a refund error', async () => {
    const { vend, vmc, raw } = machine({ mechanics: 'jams' });
    const { till, journal } = await openTill({ vend: vend as unknown as MemoryVend });
    await vmc.start();
    const verdict = till.hear(await new Phone(await issue()).spend());
    await vmc.pollUntil(0x03);
    journal.nextResults.push({ ok: false, reason: 'failed' });
    expect(await vmc.request(UNITS, 12)).toBe('jammed');
    expect(await verdict).toMatchObject({ reason: 'stopped' });
    expect(await raw(0x12)).toBe('0A C0 CA');
  });
});
