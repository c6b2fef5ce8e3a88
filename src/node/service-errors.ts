// What a server tells of its errors: what the asker did wrong, in clear; of its own faults only that there was one, and that asking again
// may help. The details are in the log.

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** Answers whatever a route or fastify itself has thrown. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode;
  if (status !== undefined && status >= 400 && status < 500) {
    // Too large, no JSON, too many requests and the like: fastify's own, in stable codes such as FST_ERR_CTP_BODY_TOO_LARGE.
    return reply.code(status).send({ error: clientError(status), code: error.code });
  }
  request.log.error({ err: error }, 'request failed');
  // Whatever was interrupted can be sent again as it was: uploads are idempotent.
  return reply.code(503).header('retry-after', '5').send({ error: 'unavailable' });
}

function clientError(status: number): string {
  if (status === 413) return 'too-large';
  if (status === 415) return 'content-type';
  if (status === 429) return 'too-many-requests';
  return 'request';
}
