import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import { parseToken } from './token.js';

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

test('of all 256 first bytes, those of certificates and spends are known types, and one of each is this version', () => {
  const all = Array.from({ length: 256 }, (_, lead) => lead);
  expect(all.filter((lead) => tokenTypeOf(lead) === 'certificate').map((lead) => lead >> 4)).toEqual(
    new Array(16).fill(1),
  );
  expect(all.filter((lead) => tokenTypeOf(lead) === 'spend').map((lead) => lead >> 4)).toEqual(new Array(16).fill(2));
  expect(LEAD_BYTES).toEqual({ certificate: 0x15, spend: 0x21 });
});

test('types 0, 3 to 15 are refused by type whatever follows', () => {
  for (let lead = 0; lead < 256; lead++) {
    if (lead >> 4 === 1 || lead >> 4 === 2) continue;
    for (const length of [1, 84, 92, 127, 211])
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
