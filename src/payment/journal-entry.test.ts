import { describe, expect, test } from '@jest/globals';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { makeAmount } from '../../codec/token/amount.js';
import {
  type AcceptedEntry,
  chainHash,
  emptyChainHash,
  type JournalEntry,
  type OutcomeEntry,
  packJournalEntry,
  parseJournalEntry,
} from './journal-entry.js';

const part = (lead: number, length: number) => new Uint8Array(length).fill(0xcc).fill(lead, 0, 1);

const SPEND_ENTRY: AcceptedEntry = {
  kind: 'accepted',
  sequence: 1,
  machineId: 7,
  acceptedAtSeconds: 1_800_000_000,
  amount: makeAmount(150, 978),
  item: 12,
  certificate: part(0x15, 127),
  token: part(0x21, 84),
  beacon: undefined,
};
const ANSWER_ENTRY: AcceptedEntry = {
  ...SPEND_ENTRY,
  certificate: part(0x16, 128),
  token: part(0x41, 76),
  beacon: part(0x36, 87),
};
const OUTCOME_ENTRY: OutcomeEntry = {
  kind: 'outcome',
  sequence: 2,
  machineId: 7,
  acceptedSequence: 1,
  certificateId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  counter: 3,
  outcome: 'vended',
  atSeconds: 1_800_000_001,
  receipt: part(0x51, 83),
};
const UNKNOWN_ENTRY: OutcomeEntry = { ...OUTCOME_ENTRY, outcome: 'unknown', receipt: undefined };

const EXAMPLES: readonly (readonly [string, JournalEntry, number])[] = [
  ['a spend', SPEND_ENTRY, 231],
  ['an answer under an ES256 certificate', ANSWER_ENTRY, 311],
  ['an answer to an unsigned beacon', { ...ANSWER_ENTRY, beacon: part(0x35, 23) }, 247],
  ['an outcome', OUTCOME_ENTRY, 111],
  ['a failed outcome without a void', { ...OUTCOME_ENTRY, outcome: 'failed', receipt: undefined }, 28],
  ['an unknown outcome', UNKNOWN_ENTRY, 28],
];

const withByte = (bytes: Uint8Array, offset: number, value: number) => {
  const changed = bytes.slice();
  changed[offset] = value;
  return changed;
};

describe('a journal entry', () => {
  test('of an outcome is laid out as drawn', () => {
    expect(Buffer.from(packJournalEntry(UNKNOWN_ENTRY)).toString('hex')).toBe(
      '91' + '00000002' + '00000007' + '00000001' + '0102030405060708' + '0003' + '03' + '6b49d201',
    );
  });

  test('of a spend starts with what the till says of it', () => {
    const head = Buffer.from(packJournalEntry(SPEND_ENTRY).subarray(0, 21)).toString('hex');
    expect(head).toBe('81' + '00000001' + '00000007' + '6b49d200' + '000096' + '03d2' + '000c' + '15');
  });

  test.each(EXAMPLES)('of %s comes back as it was', (_name, entry, byteCount) => {
    const packed = packJournalEntry(entry);
    expect(packed.length).toBe(byteCount);
    expect(parseJournalEntry(packed)).toEqual({ ok: true, entry });
  });

  test.each(EXAMPLES)('of %s is refused at every other length', (_name, entry) => {
    const packed = packJournalEntry(entry);
    // An outcome without its receipt is an entry of its own.
    const lengths = Array.from(packed, (_byte, length) => length).filter((length) => length !== 28);
    for (const length of lengths) expect(parseJournalEntry(packed.subarray(0, length)).ok).toBe(false);
    expect(parseJournalEntry(Uint8Array.of(...packed, 0)).ok).toBe(false);
  });

  test.each([
    ['type', Uint8Array.of(0x21, 1, 2)],
    ['version', Uint8Array.of(0x82, 1, 2)],
    ['version', Uint8Array.of(0x92, 1, 2)],
    ['length', new Uint8Array(0)],
    ['sequence', packJournalEntry(SPEND_ENTRY).fill(0, 1, 5)],
    ['machine', packJournalEntry(SPEND_ENTRY).fill(0, 5, 9)],
    ['amount', packJournalEntry(SPEND_ENTRY).fill(0, 13, 16)],
    ['currency', packJournalEntry(SPEND_ENTRY).fill(0, 16, 18)],
    ['certificate', withByte(packJournalEntry(SPEND_ENTRY), 20, 0x17)],
    ['token', withByte(packJournalEntry(SPEND_ENTRY), 20 + 127, 0x51)],
    ['beacon', withByte(packJournalEntry(ANSWER_ENTRY), 20 + 128 + 76, 0x21)],
    ['length', withByte(packJournalEntry(ANSWER_ENTRY), 20 + 128 + 76, 0x35)],
    ['sequence', packJournalEntry(OUTCOME_ENTRY).fill(0, 9, 13)],
    ['sequence', withByte(packJournalEntry(OUTCOME_ENTRY), 12, 2)],
    ['counter', packJournalEntry(OUTCOME_ENTRY).fill(0, 21, 23)],
    ['outcome', withByte(packJournalEntry(OUTCOME_ENTRY), 23, 0)],
    ['outcome', withByte(packJournalEntry(OUTCOME_ENTRY), 23, 4)],
    ['receipt', withByte(packJournalEntry(OUTCOME_ENTRY), 23, 3)],
    ['receipt', withByte(packJournalEntry(OUTCOME_ENTRY), 28, 0x52)],
  ])('is refused with the reason %s (%#)', (reason, bytes) => {
    expect(parseJournalEntry(bytes)).toEqual({ ok: false, reason });
  });

  test.each<[string, unknown]>([
    ['entry.kind', { ...SPEND_ENTRY, kind: 'sold' }],
    ['entry.sequence', { ...SPEND_ENTRY, sequence: 0 }],
    ['amount.currency', { ...SPEND_ENTRY, amount: { minorUnits: 1, currency: 0 } }],
    ['entry.minorUnits', { ...SPEND_ENTRY, amount: makeAmount(0, 978) }],
    ['entry.certificate', { ...SPEND_ENTRY, certificate: part(0x15, 128) }],
    ['entry.token', { ...SPEND_ENTRY, token: part(0x51, 83) }],
    ['entry.beacon', { ...SPEND_ENTRY, beacon: part(0x35, 23) }],
    ['entry.beacon', { ...ANSWER_ENTRY, beacon: undefined }],
    ['entry.acceptedSequence', { ...OUTCOME_ENTRY, acceptedSequence: 2 }],
    ['entry.certificateId', { ...OUTCOME_ENTRY, certificateId: new Uint8Array(7) }],
    ['entry.outcome', { ...OUTCOME_ENTRY, outcome: 'void' }],
    ['entry.receipt', { ...UNKNOWN_ENTRY, receipt: part(0x51, 83) }],
  ])('that could not be parsed again is not packed: %s', (name, entry) => {
    expect(() => packJournalEntry(entry as JournalEntry)).toThrow(new RegExp(`^${name}: expected `));
  });

  test('has one encoding: whatever parses packs to the same bytes (seed 41)', () => {
    const examples = EXAMPLES.map(([, entry]) => packJournalEntry(entry));
    const mutated = fc
      .tuple(fc.constantFrom(...examples), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }), fc.nat(3))
      .map(([bytes, changes, cut]) =>
        changes
          .reduce((sum, [at, value]) => withByte(sum, at % bytes.length, value), bytes)
          .subarray(0, bytes.length - cut),
      );
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 330 })), (bytes) => {
        const parsed = parseJournalEntry(bytes);
        if (parsed.ok) expect(packJournalEntry(parsed.entry)).toEqual(Uint8Array.from(bytes));
      }),
      { seed: 41, numRuns: 500 },
    );
  });
});

describe('the chain of a journal', () => {
  test('is SHA-256 over the link before and the packed entry', () => {
    const packed = packJournalEntry(SPEND_ENTRY);
    const first = chainHash(emptyChainHash(), packed);
    expect(first).toEqual(sha256(Uint8Array.of(...new Uint8Array(32), ...packed)));
    expect(chainHash(first, packed)).not.toEqual(first);
  });

  test('has links of 32 bytes', () => {
    expect(() => chainHash(new Uint8Array(31), Uint8Array.of(1))).toThrow(/^previous: expected 32 bytes, got 31$/);
  });
});
