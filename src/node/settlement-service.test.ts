import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fastKey,
  ISSUER,
  ISSUER_KEY_ID,
  ISSUER_KEYS,
  START_SECONDS,
  WorldPhone,
  WorldTill,
} from '../../bench/ledger/world.js';
import { parseDenyListDelta } from '../../codec/token/deny-list.js';
import { MemoryLedgerStore } from '../payment/memory-ledger-store.js';
import { Settlement } from '../payment/settlement.js';
import { makeUpload } from '../payment/upload.js';
import { parseUploadAnswer } from '../payment/upload-answer.js';
import { bearerTokenHash, makeBearerToken } from './bearer-tokens.js';
import { nativeVerifier } from './native-verifier.js';
import { type SettlementService, type SettlementServiceOptions, settlementService } from './settlement-service.js';

// A server is set up in each: a second when the machine has much else to do.
jest.setTimeout(30_000);

const TOKEN = makeBearerToken(new Uint8Array(32).fill(7));
const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };
const services: SettlementService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

async function started(changes: Partial<SettlementServiceOptions> = {}, store = new MemoryLedgerStore()) {
  const machines = new Map([1, 2].map((id) => [id, new WorldTill(id).registered]));
  const settlement = new Settlement({
    store,
    issuerKeys: ISSUER_KEYS,
    findMachine: async (id) => machines.get(id),
    policy: { graceSeconds: 86_400, clockToleranceSeconds: 30, fraudPayer: 'issuer' },
    settlementKey: { keyId: 5, signer: fastKey(2).signer },
    denyListKey: { keyId: ISSUER_KEY_ID, signer: ISSUER.signer },
    verify: nativeVerifier(),
  });
  const options = { settlement, nowSeconds: () => START_SECONDS + 60, issuerTokenHashes: [bearerTokenHash(TOKEN)] };
  const service = await settlementService({ ...options, ...changes });
  services.push(service);
  const post = (payload: object | string, url = '/v1/uploads') => service.app.inject({ method: 'POST', url, payload });
  return { service, settlement, store, post };
}

function soldBy(machineId: number): WorldTill {
  const till = new WorldTill(machineId);
  const phone = new WorldPhone(machineId);
  till.sell(phone.spend(machineId, 150));
  return till;
}

describe('uploads', () => {
  test('of a till are settled, answered and acknowledged; again they are duplicates', async () => {
    const { post, store } = await started();
    const upload = makeUpload(soldBy(1).upload());
    for (const result of ['recorded', 'duplicate']) {
      const response = await post(upload);
      expect(response.statusCode).toBe(200);
      const parsed = parseUploadAnswer(response.json());
      if (!parsed.ok || parsed.answer.kind !== 'journal') throw new Error('expected a journal answer');
      expect(parsed.answer.results.map((one) => one.result)).toEqual([result, result]);
      expect(parsed.answer.acknowledgement?.length).toBe(115);
    }
    expect((await store.counts()).transfers).toBe(1);
  });

  test('of a phone are claimed', async () => {
    const { post } = await started();
    const { certificate, token, beacon } = new WorldPhone(1).answer(1, 150);
    const response = await post(
      makeUpload({ kind: 'bill', payments: [{ certificate, token, beacon, receipt: undefined }] }),
    );
    expect(response.json()).toMatchObject({ kind: 'bill', results: [{ result: 'claimed' }], denyList: { version: 0 } });
  });

  test('that cannot be taken say why', async () => {
    const { post } = await started();
    const till = soldBy(1);
    till.sell(new WorldPhone(5).spend(1, 10));
    const upload = till.upload();
    const cases = [
      [makeUpload(till.upload(3)), 409, { error: 'gap', nextSequence: 1 }],
      [makeUpload({ ...upload, machineId: 99 }), 403, { error: 'machine-unknown' }],
      [makeUpload({ ...upload, signature: new Uint8Array(64) }), 403, { error: 'upload-signature' }],
      [{ ...makeUpload(upload), version: 2 }, 400, { error: 'upload', reason: 'version' }],
      [{ ...makeUpload(upload), extra: 1 }, 400, { error: 'upload', reason: 'shape' }],
    ] as const;
    for (const [payload, status, body] of cases) {
      const response = await post(payload);
      expect([response.statusCode, response.json()]).toEqual([status, body]);
    }
  });
});

describe('hostile requests', () => {
  test('that are too large are refused before they are read', async () => {
    const { post } = await started();
    const response = await post({ version: 1, kind: 'journal', padding: 'x'.repeat(700 * 1024) });
    expect([response.statusCode, response.json().error]).toEqual([413, 'too-large']);
  });

  test.each([
    ['{"version":1', 400],
    ['', 400],
    ['null', 400],
    ['[[[[[[]]]]]]', 400],
    ['{"__proto__":{"version":1}}', 400],
    ['{"constructor":{"prototype":{}}}', 400],
  ])('%p is answered with %i and no more', async (payload, status) => {
    const { service } = await started();
    const response = await service.app.inject({
      method: 'POST',
      url: '/v1/uploads',
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect(response.statusCode).toBe(status);
    expect(response.body).not.toMatch(/at |node_modules|stack/);
  });

  test('of another content type, path or method are refused', async () => {
    const { service } = await started();
    const typed = {
      method: 'POST',
      url: '/v1/uploads',
      payload: '<a/>',
      headers: { 'content-type': 'text/xml' },
    } as const;
    expect((await service.app.inject(typed)).json()).toMatchObject({ error: 'content-type' });
    for (const url of ['/', '/v1', '/v1/uploads/1', '/v1/../health/x', '/v1/certificates'])
      expect((await service.app.inject({ method: 'GET', url })).statusCode).toBe(404);
  });

  test('any JSON at all is answered, and the server goes on (seed 404)', async () => {
    const { post } = await started({ requestsPerMinute: 100_000 });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const response = await post(JSON.stringify({ version: 1, kind: 'bill', payments: value }));
        expect([400, 415]).toContain(response.statusCode);
      }),
      { seed: 404, numRuns: 100 },
    );
    expect((await post(makeUpload(soldBy(1).upload()))).statusCode).toBe(200);
  });

  test('that come too often have to wait', async () => {
    const { service } = await started({ requestsPerMinute: 3 });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await service.app.inject('/health')).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await service.app.inject('/health');
    expect(refused.json()).toMatchObject({ error: 'too-many-requests' });
    expect(refused.headers['retry-after']).toBeDefined();
  });

  test('a database that is gone is 503 to come back later, and nothing of it is told', async () => {
    const store = new MemoryLedgerStore();
    store.denyListVersion = () => Promise.reject(new Error('secret: password of the database'));
    const { service, post } = await started({}, store);
    expect((await service.app.inject('/health')).json()).toEqual({ status: 'database' });
    const response = await post(makeUpload(soldBy(1).upload()));
    expect([response.statusCode, response.json()]).toEqual([503, { error: 'unavailable' }]);
    expect(response.headers['retry-after']).toBe('5');
  });
});

describe('deny lists', () => {
  test('come as signed deltas since a version', async () => {
    const { service, post } = await started();
    const phone = new WorldPhone(1);
    const copy = phone.fork();
    const till = new WorldTill(1);
    till.sell(phone.spend(1, 150));
    till.sell(copy.spend(1, 250));
    const upload = (await post(makeUpload(till.upload()))).json();
    expect(upload.denyList).toEqual({ version: 1 });
    const response = (await service.app.inject('/v1/deny-list?since=0')).json();
    const parsed = parseDenyListDelta(Uint8Array.from(Buffer.from(response.delta, 'hex')));
    expect(parsed.ok && parsed.delta.certificateIds).toEqual([phone.certificate.certificateId]);
    expect((await service.app.inject('/v1/deny-list?since=1')).json()).toEqual({ version: 1 });
    expect((await service.app.inject('/v1/deny-list?since=2')).statusCode).toBe(404);
    for (const query of ['', '?since=', '?since=-1', '?since=0&since=0', '?since=1e9'])
      expect((await service.app.inject(`/v1/deny-list${query}`)).statusCode).toBe(400);
  });
});

describe('issuers', () => {
  const phone = new WorldPhone(1);
  const id = Buffer.from(phone.certificate.certificateId).toString('hex');
  const certificate = Buffer.from(phone.packed).toString('hex');

  test('register, look at and deny a certificate with their token', async () => {
    const { service } = await started();
    const ask = async (method: 'GET' | 'PUT' | 'POST', url: string, payload?: object) => {
      const response = await service.app.inject({ method, url, headers: AUTHORIZED, ...(payload && { payload }) });
      return [response.statusCode, response.json()];
    };
    expect(await ask('GET', `/v1/certificates/${id}`)).toEqual([404, { error: 'not-found' }]);
    expect(await ask('PUT', '/v1/certificates', { certificate })).toEqual([200, { certificateId: id }]);
    const forged = Buffer.from(new WorldPhone(1, {}, fastKey(77)).packed).toString('hex');
    expect(await ask('PUT', '/v1/certificates', { certificate: forged })).toEqual([400, { error: 'issuer-signature' }]);
    const twin = Buffer.from(new WorldPhone(2, { certificateId: phone.certificate.certificateId }).packed).toString(
      'hex',
    );
    expect(await ask('PUT', '/v1/certificates', { certificate: twin })).toEqual([
      409,
      { error: 'certificate-conflict' },
    ]);
    expect(await ask('POST', `/v1/certificates/${id}/denial`, { reason: 'lost' })).toMatchObject([200, { version: 1 }]);
    expect(await ask('POST', `/v1/certificates/${id}/denial`, { reason: 'Lost!' })).toMatchObject([400, {}]);
    expect(await ask('POST', `/v1/certificates/${'0'.repeat(16)}/denial`, { reason: 'lost' })).toMatchObject([404, {}]);
    expect(await ask('GET', `/v1/certificates/${id}`)).toMatchObject([
      200,
      { certificateId: id, source: 'registered', denied: { version: 1, reason: 'lost' } },
    ]);
  });

  test.each([
    undefined,
    'Bearer',
    'Bearer wrong',
    `Basic ${TOKEN}`,
    `bearer ${TOKEN}`,
    `Bearer ${TOKEN} `,
    `Bearer ${bearerTokenHash(TOKEN)}`,
  ])('are not let in with %p', async (authorization) => {
    const { service } = await started();
    const headers = authorization === undefined ? {} : { authorization };
    const response = await service.app.inject({
      method: 'PUT',
      url: '/v1/certificates',
      headers,
      payload: { certificate },
    });
    expect([response.statusCode, response.json()]).toEqual([401, { error: 'token' }]);
  });

  test('nobody is let in where no token is configured', async () => {
    const { service } = await started({ issuerTokenHashes: [] });
    const response = await service.app.inject({ method: 'GET', url: `/v1/certificates/${id}`, headers: AUTHORIZED });
    expect(response.statusCode).toBe(401);
  });
});

describe('operators', () => {
  test('see health and metrics', async () => {
    const { service, post } = await started();
    await post(makeUpload(soldBy(1).upload()));
    await post({});
    expect((await service.app.inject('/health')).json()).toEqual({ status: 'ok' });
    const { body } = await service.app.inject('/metrics');
    expect(body).toContain('tillsong_upload_results_total{kind="journal",result="recorded"} 2');
    expect(body).toContain('tillsong_upload_refusals_total{kind="unreadable",reason="version"} 1');
    expect(body).toContain('tillsong_deny_list_version 0');
  });

  test('may keep the metrics to themselves', async () => {
    const { service } = await started({ metricsTokenHashes: [bearerTokenHash(TOKEN)] });
    expect((await service.app.inject('/metrics')).statusCode).toBe(401);
    expect((await service.app.inject({ url: '/metrics', headers: AUTHORIZED })).statusCode).toBe(200);
  });

  test('read structured logs without tokens in them', async () => {
    const logTo = new PassThrough();
    const { service } = await started({ logTo });
    await service.app.inject({ method: 'GET', url: '/v1/certificates/x', headers: AUTHORIZED });
    const lines = String(logTo.read())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(1);
    expect(JSON.stringify(lines)).not.toContain(TOKEN);
  });

  test('stop it while it answers: the answer still comes, and no new request is taken', async () => {
    const { service } = await started();
    const address = await service.listen('127.0.0.1', 0);
    const uploading = fetch(`${address}/v1/uploads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(makeUpload(soldBy(1).upload())),
    });
    const response = await uploading;
    await service.close();
    expect(response.status).toBe(200);
    await expect(fetch(`${address}/health`)).rejects.toThrow();
  });
});

test('a token is configured by its hash, and nothing else', async () => {
  await expect(started({ issuerTokenHashes: [TOKEN] })).rejects.toThrow('tokenHashes: expected SHA-256');
});
