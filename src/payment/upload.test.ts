import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type BillUpload, type JournalUpload, makeUpload, parseUpload } from './upload.js';
import { makeUploadAnswer, parseUploadAnswer, type UploadAnswer } from './upload-answer.js';

const JOURNAL: JournalUpload = {
  kind: 'journal',
  machineId: 7,
  firstSequence: 2,
  previousHash: new Uint8Array(32).fill(0xab),
  entries: [Uint8Array.of(0x81, 1), Uint8Array.of(0x91, 2)],
  signature: new Uint8Array(64).fill(0xee),
};
const BILL: BillUpload = {
  kind: 'bill',
  payments: [
    {
      certificate: Uint8Array.of(0x15),
      token: Uint8Array.of(0x21),
      beacon: undefined,
      receipt: undefined,
    },
    {
      certificate: Uint8Array.of(0x16),
      token: Uint8Array.of(0x41),
      beacon: Uint8Array.of(0x35),
      receipt: Uint8Array.of(0x51),
    },
  ],
};
const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value));

test('a journal is the JSON that the head of the file shows', () => {
  expect(JSON.stringify(makeUpload(JOURNAL))).toBe(
    `{"version":1,"kind":"journal","machineId":7,"firstSequence":2,"previousHash":"${'ab'.repeat(32)}",` +
      `"entries":["8101","9102"],"signature":"${'ee'.repeat(64)}"}`,
  );
});

test('a bill is the JSON that the head of the file shows', () => {
  expect(JSON.stringify(makeUpload(BILL))).toBe(
    '{"version":1,"kind":"bill","payments":[{"certificate":"15","token":"21"},' +
      '{"certificate":"16","token":"41","beacon":"35","receipt":"51"}]}',
  );
});

test.each([JOURNAL, BILL])('what was made is parsed back', (upload) => {
  expect(parseUpload(throughJson(makeUpload(upload)))).toEqual({ ok: true, upload });
});

describe('hostile input', () => {
  const journal = throughJson(makeUpload(JOURNAL));
  const bill = throughJson(makeUpload(BILL));
  test.each([
    ['shape', null],
    ['shape', []],
    ['shape', 'journal'],
    ['version', {}],
    ['version', { ...journal, version: 2 }],
    ['version', { ...journal, version: '1' }],
    ['kind', { ...journal, kind: 'ledger' }],
    ['shape', { ...journal, extra: 1 }],
    ['machine', { ...journal, machineId: 0 }],
    ['machine', { ...journal, machineId: 2 ** 32 }],
    ['machine', { ...journal, machineId: '7' }],
    ['machine', { ...journal, machineId: undefined }],
    ['sequence', { ...journal, firstSequence: 0 }],
    ['sequence', { ...journal, firstSequence: 1.5 }],
    ['sequence', { ...journal, firstSequence: 2 ** 32 - 1 }],
    ['hash', { ...journal, previousHash: 'ab'.repeat(31) }],
    ['hash', { ...journal, previousHash: 'AB'.repeat(32) }],
    ['hash', { ...journal, firstSequence: 1 }],
    ['count', { ...journal, entries: [] }],
    ['count', { ...journal, entries: new Array(501).fill('81') }],
    ['count', { ...journal, entries: { length: 1, 0: '81' } }],
    ['entry', { ...journal, entries: ['81', ''] }],
    ['entry', { ...journal, entries: ['8'] }],
    ['entry', { ...journal, entries: ['81'.repeat(513)] }],
    ['entry', { ...journal, entries: [['81']] }],
    ['entry', { ...journal, entries: ['8g'] }],
    ['signature', { ...journal, signature: undefined }],
    ['shape', { ...bill, machineId: 7 }],
    ['count', { ...bill, payments: [] }],
    ['payment', { ...bill, payments: [null] }],
    ['payment', { ...bill, payments: [{ ...bill.payments[0], more: 1 }] }],
    ['certificate', { ...bill, payments: [{ token: '21' }] }],
    ['token', { ...bill, payments: [{ certificate: '15' }] }],
    ['token', { ...bill, payments: [{ certificate: '15', token: '21'.repeat(88) }] }],
    ['beacon', { ...bill, payments: [{ ...bill.payments[0], beacon: null }] }],
    ['receipt', { ...bill, payments: [{ ...bill.payments[0], receipt: '' }] }],
  ])('is refused by %s (%#)', (reason, value) => {
    expect(parseUpload(value)).toEqual({ ok: false, reason });
  });

  test('any JSON gives a verdict, never a throw (seed 500)', () => {
    const nearly = fc.record(
      Object.fromEntries([...Object.keys(journal), 'payments'].map((key) => [key, fc.jsonValue()])),
      {
        requiredKeys: [],
      },
    );
    const values = fc.oneof(
      fc.jsonValue(),
      nearly.map((fields) => ({ ...journal, ...fields })),
      nearly.map((fields) => ({ ...bill, ...fields })),
    );
    fc.assert(
      fc.property(values, (value) => {
        expect(typeof parseUpload(value).ok).toBe('boolean');
        expect(typeof parseUploadAnswer(value).ok).toBe('boolean');
      }),
      { seed: 500, numRuns: 1000 },
    );
  });
});

test.each([
  [{ machineId: 0 }, 'upload.machineId: expected integer in [1, 4294967295], got 0'],
  [{ entries: [] }, 'upload.entries: expected 1 to 500 items, got 0'],
  [{ entries: [new Uint8Array(513)] }, 'upload.entries[0]: expected 1 to 512 bytes, got 513'],
  [{ previousHash: new Uint8Array(31) }, 'upload.previousHash: expected 32 bytes, got 31'],
  [{ firstSequence: 2 ** 32 - 1 }, 'upload.firstSequence: expected integer in [1, 4294967294], got 4294967295'],
])('a caller’s bad value %j names the field', (changes, message) => {
  expect(() => makeUpload({ ...JOURNAL, ...changes })).toThrow(new Error(message));
});

describe('the answer', () => {
  const ANSWERS: readonly UploadAnswer[] = [
    {
      kind: 'journal',
      acknowledgement: Uint8Array.of(0x61, 1),
      results: [
        { sequence: 2, result: 'recorded' },
        { sequence: 3, result: 'refused', reason: 'device-signature' },
      ],
      denyListVersion: 3,
    },
    { kind: 'journal', acknowledgement: undefined, results: [], denyListVersion: 0 },
    { kind: 'bill', results: [{ result: 'claimed' }], denyListVersion: 0 },
  ];

  test.each(ANSWERS)('is parsed back as it was made (%#)', (answer) => {
    expect(parseUploadAnswer(throughJson(makeUploadAnswer(answer)))).toEqual({ ok: true, answer });
  });

  const made = throughJson(makeUploadAnswer(ANSWERS[0]));
  test.each([
    ['shape', 1],
    ['version', { ...made, version: 0 }],
    ['kind', { ...made, kind: '' }],
    ['deny-list', { ...made, denyList: { version: -1 } }],
    ['deny-list', { ...made, denyList: 3 }],
    ['count', { ...made, results: 'all' }],
    ['acknowledgement', { ...made, acknowledgement: 'XY' }],
    ['result', { ...made, results: [{ sequence: 0, result: 'recorded' }] }],
    ['result', { ...made, results: [{ sequence: 1, result: 'paid' }] }],
    ['result', { ...made, results: [{ sequence: 1, result: 'refused', reason: '\u001b[2J' }] }],
  ])('is refused by %s (%#)', (reason, value) => {
    expect(parseUploadAnswer(value)).toEqual({ ok: false, reason });
  });
});
