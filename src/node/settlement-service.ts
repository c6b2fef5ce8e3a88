// Settlement over HTTP: uploads of tills and phones, deny-list deltas, issuers' certificates, health and metrics. Uploads carry their own
// signatures, so anybody may bring them; what issuers and operators ask for needs a bearer token.
//
//   POST /v1/uploads                    a journal or a bill (upload.ts)           200 | 400 | 403 | 409
//   GET  /v1/deny-list?since=N          the next signed delta                     200 | 404
//   PUT  /v1/certificates               issuer: make one known                    200 | 409
//   GET  /v1/certificates/ID            issuer: known? denied?                    200 | 404
//   POST /v1/certificates/ID/denial     issuer: no longer stand for it            200 | 404
//   GET  /health, /metrics              the database answers; Prometheus          200 | 503

import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Settlement } from '../payment/settlement.js';
import { parseUpload } from '../payment/upload.js';
import { makeUploadAnswer } from '../payment/upload-answer.js';
import { toHex } from '../shared/hex.js';
import { bearerTokenCheck } from './bearer-tokens.js';
import { addIssuerRoutes } from './issuer-routes.js';
import { answerError } from './service-errors.js';
import type { SettlementMetrics } from './settlement-metrics.js';

/** How a server is run. */
export interface SettlementServiceOptions {
  readonly settlement: Settlement;
  /** Unix seconds */
  readonly nowSeconds: () => number;
  /** `bearerTokenHash` of issuers' tokens; none: the issuers' endpoints let nobody in */
  readonly issuerTokenHashes: readonly string[];
  /** of operators' tokens, for /metrics; none: everybody may read them, as behind a firewall */
  readonly metricsTokenHashes?: readonly string[];
  /** requests a minute and address, integer; 600 when left out */
  readonly requestsPerMinute?: number;
  /** where structured logs go, one JSON object a line; nowhere when left out */
  readonly logTo?: NodeJS.WritableStream;
  /** certificate chain and key in PEM; without them it speaks HTTP, for a reverse proxy that speaks TLS */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** whether X-Forwarded-For is believed: only behind a reverse proxy that sets it */
  readonly trustProxy?: boolean;
}

/** A server that has not been told to listen yet. */
export interface SettlementService {
  readonly metrics: SettlementMetrics;
  /** for tests: asks without a socket */
  readonly app: FastifyInstance;
  /** @returns its address, as `http://127.0.0.1:8080` */
  listen(host: string, port: number): Promise<string>;
  /** Takes no more requests and waits for those that run. */
  close(): Promise<void>;
}

/** 500 entries of at most 512 bytes in hex, with quotes and commas, and what stands around them. */
const MAX_BODY_BYTES = 640 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

export async function settlementService(options: SettlementServiceOptions): Promise<SettlementService> {
  const { settlement, logTo, tls, trustProxy = false, requestsPerMinute = 600 } = options;
  // Loaded here and not above: a third of a second that a phone's or a till's program need not wait.
  const { default: fastify } = await import('fastify');
  const { default: rateLimit } = await import('@fastify/rate-limit');
  const { settlementMetrics } = await import('./settlement-metrics.js');
  const metrics = settlementMetrics(settlement);
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    trustProxy,
    logger: logTo === undefined ? false : { stream: logTo, redact: ['req.headers.authorization'] },
    ...(tls && { https: { cert: tls.certificate, key: tls.key } }),
  }) as unknown as FastifyInstance;
  await app.register(rateLimit, { max: requestsPerMinute, timeWindow: '1 minute' });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not-found' }));
  app.addHook('onResponse', async (request, reply) => {
    metrics.observeRequest(reply.elapsedTime / 1000, request.routeOptions.url ?? 'none', reply.statusCode);
  });
  addUploads(app, options, metrics);
  addDenyList(app, options);
  addIssuerRoutes(app, options);
  addOperations(app, options, metrics);
  return {
    metrics,
    app,
    listen: (host, port) => app.listen({ host, port }),
    close: () => app.close(),
  };
}

const REFUSAL_STATUS = { 'machine-unknown': 403, 'upload-signature': 403, gap: 409 } as const;

function addUploads(
  app: FastifyInstance,
  { settlement, nowSeconds }: SettlementServiceOptions,
  metrics: SettlementMetrics,
): void {
  app.post('/v1/uploads', async (request, reply) => {
    const parsed = parseUpload(request.body);
    if (!parsed.ok) {
      metrics.countRefusal('unreadable', parsed.reason);
      return reply.code(400).send({ error: 'upload', reason: parsed.reason });
    }
    const { upload } = parsed;
    const submitted = await settlement.submit(upload, nowSeconds());
    if (submitted.ok) {
      metrics.countAnswer(submitted.answer);
      return makeUploadAnswer(submitted.answer);
    }
    const { reason, nextSequence } = submitted;
    metrics.countRefusal(upload.kind, reason);
    return reply.code(REFUSAL_STATUS[reason]).send({ error: reason, ...(nextSequence && { nextSequence }) });
  });
}

function addDenyList(app: FastifyInstance, { settlement, nowSeconds }: SettlementServiceOptions): void {
  app.get<{ Querystring: { since?: unknown } }>('/v1/deny-list', async (request, reply) => {
    const { since } = request.query;
    if (typeof since !== 'string' || !/^\d{1,10}$/.test(since))
      return reply.code(400).send({ error: 'since', expected: 'the version that the till has, 0 for none' });
    const result = await settlement.denyListDelta(Number(since), nowSeconds());
    if (!result.ok) return reply.code(404).send({ error: result.reason });
    return { version: result.version, ...(result.delta && { delta: toHex(result.delta) }) };
  });
}

function addOperations(
  app: FastifyInstance,
  { settlement, metricsTokenHashes = [] }: SettlementServiceOptions,
  metrics: SettlementMetrics,
): void {
  const isAllowed = bearerTokenCheck(metricsTokenHashes);
  app.get('/health', async (_request, reply: FastifyReply) => {
    try {
      await settlement.store.denyListVersion();
      return { status: 'ok' };
    } catch {
      return reply.code(503).send({ status: 'database' });
    }
  });
  app.get('/metrics', async (request, reply) => {
    if (metricsTokenHashes.length > 0 && !isAllowed(request.headers.authorization))
      return reply.code(401).send({ error: 'token' });
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
