// From a microphone to verdicts, as a stream.

import { Receiver } from 'tillsong';
import type { VerifiedCertificate } from 'tillsong/codec';
import { checkPayment, hexOf, type PaymentVerdict, type TillSettings } from './check-payment.js';

/** Certificates kept at once; the oldest makes room, and its phone sends it again. */
const MAX_KNOWN_CERTIFICATES = 1000;

export interface HearPaymentsOptions {
  readonly sampleRateHz: number;
  readonly issuerKeys: TillSettings['issuerKeys'];
  /** What is sold at this moment, and the till's trusted time. */
  readonly terms: () => TillSettings['terms'];
}

/**
 * Hears whatever messages are in a sound and checks each as a payment. A certificate that came with a good payment is
 * remembered, so that its phone need send only the id next time.
 *
 * @param sound - mono chunks of any size
 */
export async function* hearPayments(
  sound: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  { sampleRateHz, issuerKeys, terms }: HearPaymentsOptions,
): AsyncGenerator<PaymentVerdict, void, void> {
  const receiver = new Receiver({ sampleRateHz });
  const knownCertificates = new Map<string, VerifiedCertificate>();
  const check = (payload: Uint8Array): PaymentVerdict => {
    const verdict = checkPayment(payload, { issuerKeys, knownCertificates, terms: terms() });
    if (verdict.ok) remember(knownCertificates, verdict.certificate);
    return verdict;
  };
  for await (const chunk of sound)
    for (const event of receiver.push(chunk)) if (event.type === 'message') yield check(event.payload);
  for (const event of receiver.flush()) if (event.type === 'message') yield check(event.payload);
}

function remember(known: Map<string, VerifiedCertificate>, verified: VerifiedCertificate): void {
  known.set(hexOf(verified.certificate.certificateId), verified);
  if (known.size > MAX_KNOWN_CERTIFICATES) known.delete(known.keys().next().value as string);
}
