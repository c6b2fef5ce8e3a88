import { describe, expect, test } from '@jest/globals';
import { type Certificate, packCertificate } from '../../codec/token/certificate.js';
import { packWalletState, parseWalletState, type WalletState } from './wallet-state.js';

const CERTIFICATE: Certificate = {
  algorithm: 'ed25519',
  issuerKeyId: 7,
  certificateId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  issuedAtSeconds: 1_767_225_600,
  validityHours: 24,
  currency: 978,
  maxPaymentMinorUnits: 500,
  maxCumulativeMinorUnits: 1000,
  maxCount: 5,
  audience: 77,
  assuranceFlags: 0,
  deviceKey: new Uint8Array(32).fill(1),
  signature: new Uint8Array(64).fill(2),
};
const SPEND = {
  certificate: CERTIFICATE,
  order: { kind: 'spend', machineId: 9, amountMinorUnits: 150, item: 3, timeToLiveSeconds: 60 },
  counter: 1,
  cumulativeMinorUnits: 150,
  timeSeconds: 1_767_225_700,
  signature: new Uint8Array(64).fill(3),
  status: 'vended',
  receipt: new Uint8Array(83).fill(4),
  evidence: [],
} as const;
const BEACON = {
  machineId: 9,
  nonce: new Uint8Array(8).fill(5),
  priceMinorUnits: 100,
  currency: 978,
  item: 1,
  timeSeconds: 0,
};
const STATE: WalletState = {
  certificate: CERTIFICATE,
  counter: 2,
  cumulativeMinorUnits: 250,
  payments: [
    SPEND,
    {
      ...SPEND,
      order: { kind: 'answer', beacon: { ...BEACON, signature: new Uint8Array(64).fill(6) } },
      counter: 2,
      cumulativeMinorUnits: 250,
      signature: undefined,
      status: 'open',
      receipt: undefined,
      evidence: [new Uint8Array(83).fill(7)],
    },
  ],
  sameSecondIds: [new Uint8Array(8)],
  hearers: [9],
};
const JSON_STATE = JSON.parse(packWalletState(STATE));
const withFirst = (changes: object) => ({ ...JSON_STATE, payments: [{ ...JSON_STATE.payments[0], ...changes }] });

describe('a wallet’s state', () => {
  test('comes back from JSON as it was', () => {
    expect(parseWalletState(packWalletState(STATE))).toEqual(STATE);
  });

  test('holds no field that is undefined, and bytes as hexadecimal', () => {
    expect(JSON_STATE.certificate).toBe(Buffer.from(packCertificate(CERTIFICATE)).toString('hex'));
    expect(Object.keys(JSON_STATE.payments[1])).not.toContain('signature');
  });

  test.each<[string, unknown]>([
    ['nothing', ''],
    ['half of it', packWalletState(STATE).slice(0, 200)],
    ['version 2', { ...JSON_STATE, version: 2 }],
    ['another kind', { ...JSON_STATE, kind: 'till' }],
    ['no counter', { ...JSON_STATE, counter: undefined }],
    ['a counter of text', { ...JSON_STATE, counter: '2' }],
    ['a negative counter', { ...JSON_STATE, counter: -1 }],
    ['a field too many', { ...JSON_STATE, note: '' }],
    ['a certificate that is none', { ...JSON_STATE, certificate: '00'.repeat(127) }],
    ['a status that is none', withFirst({ status: 'free' })],
    ['an order that is none', withFirst({ order: { kind: 'gift' } })],
    ['no order', withFirst({ order: null })],
    ['a beacon that is none', withFirst({ order: { kind: 'answer', beacon: '00' } })],
    ['a machine without a number', withFirst({ order: { ...SPEND.order, machineId: 0 } })],
    ['a short signature', withFirst({ signature: '00' })],
    ['evidence without bounds', withFirst({ evidence: Array(3).fill('00'.repeat(83)) })],
    ['a hearer that is no number', { ...JSON_STATE, hearers: ['9'] }],
  ])('is not read from %s', (_, value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    expect(() => parseWalletState(text)).toThrow(/^wallet/);
  });

  test.each([
    ['rule 1: whose counter is below one that was used', { ...JSON_STATE, counter: 1 }],
    ['rule 2: whose total is below one that was signed', { ...JSON_STATE, cumulativeMinorUnits: 249 }],
    ['rule 1: with one counter twice', { ...JSON_STATE, payments: [JSON_STATE.payments[0], JSON_STATE.payments[0]] }],
    [
      'rule 1: with two open payments',
      { ...JSON_STATE, payments: JSON_STATE.payments.map((payment: object) => ({ ...payment, status: 'open' })) },
    ],
    ['that spent without a certificate', { ...JSON_STATE, certificate: undefined, payments: [] }],
  ])('is not taken %s', (_, value) => {
    expect(() => parseWalletState(JSON.stringify(value))).toThrow(/^wallet\.payments/);
  });
});
