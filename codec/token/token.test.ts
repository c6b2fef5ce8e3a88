import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { packAnswer } from './answer.js';
import { packBeacon } from './beacon.js';
import { packCertificate } from './certificate.js';
import { BEACON_LEAD_BYTES, CERTIFICATE_LEAD_BYTES, LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import { packReceipt } from './receipt.js';
import { packSpend } from './spend.js';
import { parseToken, type Token } from './token.js';

const firstOf = (name: string) => JSON.parse(readFileSync(`fixtures/vectors/${name}.json`, 'utf8')).cases;
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

const [certificate] = firstOf('certificate');
const [firstContact, known] = firstOf('spend');

test('a certificate on its own is told from its first byte', () => {
  expect(parseToken(bytesOf(certificate.certificateHex))).toMatchObject({
    ok: true,
    token: { type: 'certificate', certificate: { maxPaymentMinorUnits: 500 } },
  });
});

test('a spend tells first contact from a known certificate', () => {
  expect(parseToken(bytesOf(firstContact.tokenHex))).toMatchObject({
    ok: true,
    token: { type: 'spend', spend: { amountMinorUnits: 150 }, certificate: { kind: 'inline' } },
  });
  expect(parseToken(bytesOf(known.tokenHex))).toMatchObject({
    ok: true,
    token: { type: 'spend', spend: { amountMinorUnits: 150 }, certificate: { kind: 'id' } },
  });
});

test('the high half of a first byte is the type, whatever the version; 0 and 8 to 15 are none', () => {
  const types = Array.from({ length: 16 }, (_, high) => tokenTypeOf(high << 4));
  expect(types.slice(1, 8)).toEqual([
    ...['certificate', 'spend', 'beacon', 'answer', 'receipt', 'acknowledgement', 'deny-list'],
  ]);
  expect([types[0], ...types.slice(8)]).toEqual(new Array(9).fill(undefined));
  for (let lead = 0; lead < 256; lead++) expect(tokenTypeOf(lead)).toBe(types[lead >> 4]);
});

test('the first bytes of version 1 are those of the specification', () => {
  expect(Object.values(CERTIFICATE_LEAD_BYTES)).toEqual([0x15, 0x16]);
  expect(Object.values(BEACON_LEAD_BYTES)).toEqual([0x35, 0x36]);
  expect(Object.values(LEAD_BYTES)).toEqual([0x21, 0x41, 0x51, 0x61, 0x71]);
});

test('types that are not sung are refused by type whatever follows, acknowledgements and deny lists among them', () => {
  for (let lead = 0; lead < 256; lead++) {
    if (lead >> 4 >= 1 && lead >> 4 <= 5) continue;
    for (const length of [1, 23, 76, 81, 83, 84, 92, 115, 127, 211])
      expect(parseToken(new Uint8Array(length).fill(lead))).toEqual({ ok: false, reason: 'type' });
  }
});

test('nothing at all is refused by length', () => {
  expect(parseToken(new Uint8Array(0))).toEqual({ ok: false, reason: 'length' });
});

test('random bytes of any length up to 4096 give a verdict, never a throw (seed 4096)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => expect(typeof parseToken(bytes).ok).toBe('boolean')),
    { seed: 4096, numRuns: 500 },
  );
});

describe('every sung type, from the vectors', () => {
  const packToken = (token: Token): Uint8Array => {
    switch (token.type) {
      case 'certificate':
        return packCertificate(token.certificate);
      case 'spend':
        return packSpend(token);
      case 'beacon':
        return packBeacon(token.beacon);
      case 'answer':
        return packAnswer(token);
      case 'receipt':
        return packReceipt(token.receipt);
    }
  };
  const samples = (
    [
      ['certificate', 'certificateHex'],
      ['spend', 'tokenHex'],
      ['beacon', 'beaconHex'],
      ['answer', 'tokenHex'],
      ['receipt', 'receiptHex'],
    ] as const
  ).flatMap(([name, field]) =>
    firstOf(name)
      .filter(({ result }: { result: string }) => result === 'valid')
      .map((one: Record<string, string>) => ({ name, bytes: bytesOf(one[field]) })),
  );

  test('is told by its first byte, and packs to the same bytes', () => {
    expect(samples.length).toBeGreaterThan(30);
    for (const { name, bytes } of samples) {
      const parsed = parseToken(bytes);
      if (!parsed.ok) throw new Error(`${name}: ${parsed.reason}`);
      expect(parsed.token.type).toBe(name);
      expect(packToken(parsed.token)).toEqual(bytes);
    }
  });

  test('mutated, cut, joined and extended: a verdict, never a throw, and one encoding per value (seed 31)', () => {
    const sample = fc.constantFrom(...samples.map(({ bytes }) => bytes));
    const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const mutated = fc
      .tuple(sample, sample, fc.array(mutation, { maxLength: 4 }), fc.integer({ min: -3, max: 3 }), fc.boolean())
      .map(([one, other, mutations, extra, isJoined]) => {
        const input = new Uint8Array(Math.max(0, one.length + extra + (isJoined ? other.length : 0)));
        input.set(one.subarray(0, input.length));
        if (isJoined)
          input.set(other.subarray(0, Math.max(0, input.length - one.length)), Math.min(one.length, input.length));
        for (const [at, value] of mutations) if (input.length > 0) input[at % input.length] = value;
        return input;
      });
    let parsedCount = 0;
    fc.assert(
      fc.property(mutated, (input) => {
        const parsed = parseToken(input);
        if (!parsed.ok) return;
        parsedCount++;
        expect(packToken(parsed.token)).toEqual(input);
      }),
      { seed: 31, numRuns: 3000 },
    );
    expect(parsedCount).toBeGreaterThan(100);
  });
});
