import { describe, expect, test } from '@jest/globals';
import { ASSURANCE_FLAGS, packCertificate } from '../../codec/token/certificate.js';
import { verifyCertificate } from '../../codec/token/certificate-signature.js';
import { packDenyListDelta, parseDenyListDelta, verifyDenyListDelta } from '../../codec/token/deny-list.js';
import { MAX_DENY_LIST_DELTA } from '../../codec/token/limits.js';
import { signedInput } from '../../codec/token/token-signature.js';
import { fromHex, toHex } from '../shared/hex.js';
import { SeededRandom } from '../shared/seeded-random.js';
import type { Applicant } from './eligibility.js';
import { type EnrolmentRequest, makeEnrolmentRequest, parseEnrolmentRequest, requestEnrolment } from './enrolment.js';
import { Issuer } from './issuer.js';
import { parseIssuerConfig } from './issuer-config.js';
import { MemoryIssuerStore } from './issuer-store.js';
import { ed25519Signer, es256Signer } from './signer.js';

const CONFIG = {
  issuerKeyId: 7,
  policy: { mustBeRegistered: true, minimumScore: 550, audiences: [{ audience: 77 }] },
  limits: { currency: 978, maxPaymentMinorUnits: 500, maxCumulativeMinorUnits: 2000, maxCount: 40, validityHours: 72 },
  challengeLifetimeSeconds: 300,
  denyReplaced: true,
};
const APPLICANT: Applicant = {
  holder: 'ada',
  registered: true,
  score: 700,
  audience: 77,
  availableMinorUnits: undefined,
};
const PHONE = ed25519Signer(new Uint8Array(32).fill(0x22));
const OTHER_PHONE = es256Signer(new Uint8Array(32).fill(0x33));
const ISSUER_KEY = ed25519Signer(new Uint8Array(32).fill(0x11));
const ISSUER_KEYS = new Map([[7, ISSUER_KEY.publicKey]]);

function bank(changes: Partial<typeof CONFIG> = {}) {
  const clock = { nowSeconds: 1_767_225_600 };
  const random = new SeededRandom(5);
  const store = new MemoryIssuerStore();
  const issuer = new Issuer({
    config: parseIssuerConfig({ ...CONFIG, ...changes }),
    store,
    signer: ISSUER_KEY,
    nowSeconds: () => clock.nowSeconds,
    randomBytes: (count) => random.bytes(count),
  });
  const enrol = async (device = PHONE, applicant: Partial<Applicant> = {}) => {
    const { challenge } = await issuer.challenge();
    return issuer.enrol(await requestEnrolment(challenge, device), { ...APPLICANT, ...applicant });
  };
  return { issuer, clock, store, enrol };
}

describe('rule 22: a certificate is given', () => {
  test.each([
    ['ed25519', PHONE],
    ['es256', OTHER_PHONE],
  ])('to the holder of an %s key, with the limits that are configured', async (algorithm, device) => {
    const { enrol, clock } = bank();
    const result = await enrol(device);
    expect(result).toMatchObject({
      ok: true,
      retired: [],
      certificate: {
        algorithm,
        issuerKeyId: 7,
        issuedAtSeconds: clock.nowSeconds,
        currency: 978,
        maxPaymentMinorUnits: 500,
        maxCumulativeMinorUnits: 2000,
        maxCount: 40,
        validityHours: 72,
        audience: 77,
        assuranceFlags: ASSURANCE_FLAGS.REGISTERED,
        deviceKey: device.publicKey,
      },
    });
    if (result.ok) expect(verifyCertificate(packCertificate(result.certificate), ISSUER_KEYS).ok).toBe(true);
  });

  test('with no more than what is available', async () => {
    expect(await bank().enrol(PHONE, { availableMinorUnits: 300 })).toMatchObject({
      certificate: { maxPaymentMinorUnits: 300, maxCumulativeMinorUnits: 300 },
    });
    expect(await bank().enrol(PHONE, { availableMinorUnits: 10_000 })).toMatchObject({
      certificate: { maxPaymentMinorUnits: 500, maxCumulativeMinorUnits: 2000 },
    });
  });

  test('that says what the hardware attested', async () => {
    const { issuer } = bank();
    const { challenge } = await issuer.challenge();
    const attestation = { hardwareKey: true, userVerification: true };
    const result = await issuer.enrol(await requestEnrolment(challenge, PHONE), APPLICANT, attestation);
    expect(result).toMatchObject({ certificate: { assuranceFlags: 0x07 } });
  });

  test('only to an eligible holder', async () => {
    const { enrol, issuer } = bank();
    expect(await enrol(PHONE, { score: 549 })).toEqual({ ok: false, reason: 'score-too-low' });
    expect(await enrol(PHONE, { registered: false })).toEqual({ ok: false, reason: 'not-registered' });
    expect(await issuer.certificates()).toEqual([]);
  });

  test('and the one the holder had is retired and denied, that of others is not', async () => {
    const { enrol, issuer, clock } = bank();
    const first = await enrol();
    await enrol(OTHER_PHONE, { holder: 'grace' });
    clock.nowSeconds += 60;
    const second = await enrol();
    if (!first.ok || !second.ok) throw new Error('refused');
    expect(second.retired).toEqual([first.certificate.certificateId]);
    expect(second.certificate.certificateId).not.toEqual(first.certificate.certificateId);
    const records = await issuer.certificates();
    expect(records.map(({ holder, retired }) => [holder, retired])).toEqual([
      ['ada', { atSeconds: clock.nowSeconds, reason: 'replaced' }],
      ['grace', undefined],
      ['ada', undefined],
    ]);
    expect(await issuer.denyListDelta(0)).toMatchObject({
      delta: { certificateIds: [first.certificate.certificateId] },
    });
  });

  test('and what it replaces stays off the deny list where that is configured', async () => {
    const { enrol, issuer } = bank({ denyReplaced: false });
    await enrol();
    await enrol();
    expect(await issuer.denyListDelta(0)).toEqual({ kind: 'current' });
  });

  test('for a key that was never another holder’s', async () => {
    const { enrol } = bank();
    await enrol();
    expect(await enrol(PHONE, { holder: 'mallory' })).toEqual({ ok: false, reason: 'other-holder' });
  });
});

describe('rule 22: without proof of possession nothing is given', () => {
  async function asked(change: (request: EnrolmentRequest) => Partial<EnrolmentRequest>, device = PHONE) {
    const { issuer } = bank();
    const { challenge } = await issuer.challenge();
    const request = await requestEnrolment(challenge, device);
    return issuer.enrol({ ...request, ...change(request) }, APPLICANT);
  }
  const flipped = (bytes: Uint8Array, at = 5) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

  test.each<[string, (request: EnrolmentRequest) => Partial<EnrolmentRequest>, string]>([
    ['a flipped signature', ({ signature }) => ({ signature: flipped(signature) }), 'proof'],
    ['another key', () => ({ deviceKey: ed25519Signer(new Uint8Array(32).fill(9)).publicKey }), 'proof'],
    ['another challenge', ({ challenge }) => ({ challenge: flipped(challenge) }), 'challenge-unknown'],
    ['the other algorithm', () => ({ algorithm: 'es256' }), 'device-key'],
    ['a key that is no point', () => ({ deviceKey: new Uint8Array(32).fill(0xff) }), 'device-key'],
  ])('for %s', async (_, change, reason) => {
    expect(await asked(change)).toEqual({ ok: false, reason });
  });

  // Keys under which one constant signature verifies every message; the eight of small order have these encodings.
  test.each([
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ])('for the key of small order %s with a constant signature', async (key) => {
    const signature = new Uint8Array(64);
    signature[0] = 1;
    expect(await asked(() => ({ deviceKey: fromHex('key', key), signature }))).toEqual({
      ok: false,
      reason: 'device-key',
    });
  });

  test('for a signature over the same bytes in another domain', async () => {
    const { issuer } = bank();
    const { challenge } = await issuer.challenge();
    const signature = await PHONE.sign(signedInput('spend', challenge, PHONE.publicKey));
    const request = { algorithm: PHONE.algorithm, deviceKey: PHONE.publicKey, challenge, signature };
    expect(await issuer.enrol(request, APPLICANT)).toEqual({ ok: false, reason: 'proof' });
  });

  test('for a challenge that was answered before, well or badly', async () => {
    const { issuer } = bank();
    const { challenge } = await issuer.challenge();
    const request = await requestEnrolment(challenge, PHONE);
    expect((await issuer.enrol(request, APPLICANT)).ok).toBe(true);
    expect(await issuer.enrol(request, APPLICANT)).toEqual({ ok: false, reason: 'challenge-unknown' });
    const second = await requestEnrolment((await issuer.challenge()).challenge, PHONE);
    await issuer.enrol({ ...second, signature: flipped(second.signature) }, APPLICANT);
    expect(await issuer.enrol(second, APPLICANT)).toEqual({ ok: false, reason: 'challenge-unknown' });
  });

  test('for a challenge that two requests answer at once: one of them', async () => {
    const { issuer } = bank();
    const request = await requestEnrolment((await issuer.challenge()).challenge, PHONE);
    const results = await Promise.all([issuer.enrol(request, APPLICANT), issuer.enrol(request, APPLICANT)]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test.each([
    ['too late', 300, 'challenge-expired'],
    ['just in time', 299, undefined],
    ['before it was made: the clock was set back', -1, 'challenge-expired'],
  ])('for a challenge answered %s (%i s)', async (_, seconds, reason) => {
    const { issuer, clock } = bank();
    const request = await requestEnrolment((await issuer.challenge()).challenge, PHONE);
    clock.nowSeconds += seconds;
    const result = await issuer.enrol(request, APPLICANT);
    expect(result.ok ? undefined : result.reason).toBe(reason);
  });
});

describe('rule 6: the deny list is signed by the configured key', () => {
  test('and holds what was blocked, once, in deltas that start where the till is', async () => {
    const { enrol, issuer } = bank();
    const ids: Uint8Array[] = [];
    for (let i = 1; i <= 3; i++) {
      const result = await enrol(ed25519Signer(new Uint8Array(32).fill(i)), { holder: `holder ${i}` });
      if (result.ok) ids.push(result.certificate.certificateId);
    }
    expect(await issuer.block(ids[0])).toBe(true);
    expect(await issuer.block(ids[0])).toBe(true);
    expect(await issuer.block(new Uint8Array(8))).toBe(false);
    const first = await issuer.denyListDelta(0);
    expect(first).toMatchObject({ kind: 'delta', delta: { baseVersion: 0, version: 1, certificateIds: [ids[0]] } });
    await issuer.block(ids[2]);
    await issuer.block(ids[1]);
    const second = await issuer.denyListDelta(1);
    if (second.kind !== 'delta') throw new Error('no delta');
    expect(second.delta).toMatchObject({ issuerKeyId: 7, baseVersion: 1, version: 3 });
    expect(second.delta.certificateIds.map(toHex)).toEqual([ids[1], ids[2]].map(toHex).sort());
    expect(parseDenyListDelta(packDenyListDelta(second.delta))).toEqual({ ok: true, delta: second.delta });
    expect(verifyDenyListDelta(second.delta, ISSUER_KEYS)).toEqual({ ok: true });
    const imposter = new Map([[7, PHONE.publicKey]]);
    expect(verifyDenyListDelta(second.delta, imposter)).toMatchObject({ ok: false });
    expect(await issuer.denyListDelta(3)).toEqual({ kind: 'current' });
    expect(await issuer.denyListDelta(4)).toEqual({ kind: 'ahead' });
  });

  test('and a long one comes in several deltas', async () => {
    const { issuer, store } = bank();
    const random = new SeededRandom(6);
    for (let i = 0; i < MAX_DENY_LIST_DELTA + 5; i++) {
      const certificateId = random.bytes(8);
      const record = { certificateId, holder: `h${i}`, certificate: certificateId, deviceKey: certificateId };
      await store.addCertificate(
        { ...record, issuedAtSeconds: 0, endsAtSeconds: 1, retired: undefined },
        { denyReplaced: true },
      );
      await issuer.block(certificateId);
    }
    const first = await issuer.denyListDelta(0);
    expect(first).toMatchObject({ delta: { version: MAX_DENY_LIST_DELTA } });
    const second = await issuer.denyListDelta(MAX_DENY_LIST_DELTA);
    expect(second).toMatchObject({ delta: { baseVersion: MAX_DENY_LIST_DELTA, version: MAX_DENY_LIST_DELTA + 5 } });
    expect(await issuer.denyListDelta(MAX_DENY_LIST_DELTA + 5)).toEqual({ kind: 'current' });
  });
});

describe('an issuer', () => {
  test('signs with Ed25519 only', () => {
    const options = { config: parseIssuerConfig(CONFIG), store: new MemoryIssuerStore(), nowSeconds: () => 0 };
    const make = () => new Issuer({ ...options, signer: OTHER_PHONE, randomBytes: () => new Uint8Array(0) });
    expect(make).toThrow('signer.algorithm: expected ed25519, got es256');
  });

  test('refuses randomness that is short', async () => {
    const options = { config: parseIssuerConfig(CONFIG), store: new MemoryIssuerStore(), nowSeconds: () => 0 };
    const issuer = new Issuer({ ...options, signer: ISSUER_KEY, randomBytes: () => new Uint8Array(8) });
    await expect(issuer.challenge()).rejects.toMatchObject({ code: 'ERR_LENGTH' });
  });

  test.each([
    ['a key id beyond 16 bits', { issuerKeyId: 65_536 }],
    ['a payment above the total', { limits: { ...CONFIG.limits, maxPaymentMinorUnits: 2001 } }],
    ['a limit of nothing', { limits: { ...CONFIG.limits, maxCount: 0 } }],
    ['an unknown limit', { limits: { ...CONFIG.limits, maxPerDay: 5 } }],
    ['a challenge that lives for ever', { challengeLifetimeSeconds: 3601 }],
    ['a policy that is none', { policy: {} }],
    ['an unknown field', { colour: 'red' }],
  ])('is not configured with %s', (_, changes) => {
    expect(() => parseIssuerConfig({ ...CONFIG, ...changes })).toThrow(/^(issuer|policy)/);
  });
});

describe('an enrolment request as JSON', () => {
  test('comes back as it was', async () => {
    for (const device of [PHONE, OTHER_PHONE]) {
      const request = await requestEnrolment(new Uint8Array(32).fill(4), device);
      expect(parseEnrolmentRequest(JSON.parse(JSON.stringify(makeEnrolmentRequest(request))))).toEqual(request);
    }
  });

  test.each([
    ['version 2', { version: 2 }],
    ['another kind', { kind: 'bill' }],
    ['another algorithm', { algorithm: 'none' }],
    ['a key of another length', { deviceKey: '00' }],
    ['capital digits', { challenge: 'AB'.repeat(32) }],
    ['one field more', { holder: 'root' }],
    ['no signature', { signature: undefined }],
  ])('is refused with %s', async (_, changes) => {
    const request = makeEnrolmentRequest(await requestEnrolment(new Uint8Array(32), PHONE));
    expect(() => parseEnrolmentRequest({ ...request, ...changes })).toThrow(/^request/);
  });
});
