// What an issuer asks of settlement: make a certificate known, look at one, no longer stand for it. With a bearer token.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isRecord, parseHex } from '../payment/json-fields.js';
import type { Settlement } from '../payment/settlement.js';
import { MAX_CERTIFICATE_BYTES } from '../payment/upload-limits.js';
import { bearerTokenCheck } from './bearer-tokens.js';

interface CertificatePath {
  readonly Params: { readonly id: string };
}

/** Adds them below /v1/certificates. */
export function addIssuerRoutes(
  app: FastifyInstance,
  options: {
    readonly settlement: Settlement;
    readonly nowSeconds: () => number;
    readonly issuerTokenHashes: readonly string[];
  },
): void {
  const { settlement, nowSeconds } = options;
  const isAllowed = bearerTokenCheck(options.issuerTokenHashes);
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!isAllowed(request.headers.authorization))
      return reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'token' });
  };

  app.put('/v1/certificates', { onRequest }, async (request, reply) => {
    const packed = isRecord(request.body) ? parseHex(request.body.certificate, 1, MAX_CERTIFICATE_BYTES) : undefined;
    if (packed === undefined) return reply.code(400).send({ error: 'certificate' });
    const result = await settlement.registerCertificate(packed, nowSeconds());
    if (result.ok) return { certificateId: result.certificateId };
    return reply.code(result.reason === 'certificate-conflict' ? 409 : 400).send({ error: result.reason });
  });

  app.get<CertificatePath>('/v1/certificates/:id', { onRequest }, async (request, reply) => {
    const { id } = request.params;
    const [known] = isCertificateId(id) ? await settlement.store.certificates([id]) : [];
    if (known === undefined) return reply.code(404).send({ error: 'not-found' });
    const [denial] = await settlement.store.denials([id]);
    const { issuerKeyId, source, recordedAtSeconds } = known;
    const denied = denial && { version: denial.version, reason: denial.reason, atSeconds: denial.recordedAtSeconds };
    return { certificateId: id, issuerKeyId, source, recordedAtSeconds, ...(denied && { denied }) };
  });

  app.post<CertificatePath>('/v1/certificates/:id/denial', { onRequest }, async (request, reply) => {
    const { id } = request.params;
    const reason = isRecord(request.body) ? request.body.reason : undefined;
    if (typeof reason !== 'string' || !/^[a-z0-9-]{1,40}$/.test(reason))
      return reply.code(400).send({ error: 'reason', expected: '1 to 40 of a-z, 0-9 and -' });
    const denial = isCertificateId(id) ? await settlement.denyCertificate(id, reason, nowSeconds()) : undefined;
    if (denial === undefined) return reply.code(404).send({ error: 'not-found' });
    return { certificateId: id, version: denial.version, reason: denial.reason };
  });
}

function isCertificateId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}
