import { afterEach, expect, jest, test } from '@jest/globals';
import { SeededRandom, Transmitter } from 'tillsong';
import { issueCertificate, signPayment } from './demo/payment.js';
import { tellPaymentStory } from './payment-story/tell-payment-story.js';
import { hearPayments } from './vending-machine/hear-payments.js';

const NOW_SECONDS = 1_800_000_000;

jest.setTimeout(30_000); // a busy machine takes a few seconds for what is done in one

afterEach(() => {
  jest.restoreAllMocks();
});

function printed(): string[] {
  const lines: string[] = [];
  jest.spyOn(console, 'log').mockImplementation((...words: unknown[]) => void lines.push(words.join(' ')));
  return lines;
}

test('send-and-receive prints what its comment says', async () => {
  const lines = printed();
  await import('./send-and-receive.js');
  expect(lines).toEqual(['one coffee']);
});

test('custom-band prints what its comments say', async () => {
  const lines = printed();
  await import('./custom-band.js');
  expect(lines).toEqual(['between-9-and-12 1 2 3', expect.stringMatching(/^ERR_PROFILE profile\.centerHz: expected /)]);
});

test('the payment story settles one charge, proves the double spend and denies the cheat', async () => {
  const lines = printed();
  await tellPaymentStory();
  expect(lines.slice(0, 10)).toEqual([
    'online: ann is enrolled',
    'offline: pays 1.50 EUR by sound at machine 7: vended',
    'offline: set back, pays at machine 8: vended',
    'online: machine 7 uploads: recorded, recorded',
    'online: machine 8 uploads: double-spend, recorded',
    'settled: certificate of ann 1.50',
    'settled: issuer 1 1.50',
    'settled: machine 7 -1.50',
    'settled: machine 8 -1.50',
    'proof: counter 1 was signed twice',
  ]);
  expect(lines.at(-1)).toContain('"denied"');
});

test('the vending machine remembers the certificate of a good payment, and forgets no check (seed 3)', async () => {
  const first = await issueCertificate(new SeededRandom(3), NOW_SECONDS, false);
  const later = await issueCertificate(new SeededRandom(3), NOW_SECONDS, true);
  const stranger = await issueCertificate(new SeededRandom(4), NOW_SECONDS, true);
  const transmitter = new Transmitter();
  const sing = async (parties: typeof first) => transmitter.modulate((await signPayment(parties, NOW_SECONDS)).payload);
  const pause = new Float32Array(9600);
  const sound = [await sing(stranger), pause, await sing(first), pause, await sing(later), pause];

  const verdicts = [];
  const { issuerKeys, terms } = first.till;
  for await (const verdict of hearPayments(sound, { sampleRateHz: 48000, issuerKeys, terms: () => terms }))
    verdicts.push(verdict.ok ? verdict.amount.minorUnits : `${verdict.step}: ${verdict.reason}`);
  expect(verdicts).toEqual(['certificate: certificate-unknown', 150, 150]);
});

test('the vending machine refuses a token for another price, and what is no token (seed 3)', async () => {
  const parties = await issueCertificate(new SeededRandom(3), NOW_SECONDS, false);
  const { payload } = await signPayment(parties, NOW_SECONDS);
  const transmitter = new Transmitter();
  const sound = [transmitter.modulate(payload), transmitter.modulate(Uint8Array.of(1, 2, 3)), new Float32Array(9600)];
  const price = { ...parties.till.terms.price, minorUnits: 200 };
  const options = { sampleRateHz: 48000, issuerKeys: parties.till.issuerKeys };
  const reasons = [];
  for await (const verdict of hearPayments(sound, { ...options, terms: () => ({ ...parties.till.terms, price }) }))
    reasons.push(verdict.ok ? 'good' : verdict.reason);
  expect(reasons).toEqual(['price', 'type']);
});
