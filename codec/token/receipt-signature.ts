// Signing and checking receipts and voids. Each is tied to exactly one payment: its message, as the phone signed it, without
// signature and certificate. So a void of one payment takes back no other with the same counter.

import { sha256 } from '@noble/hashes/sha2.js';
import { assertBytes } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { type AnswerFields, packAnswerMessage } from './answer.js';
import { type BeaconFields, packBeaconMessage, parseBeacon } from './beacon.js';
import { concatBytes } from './bytes.js';
import { readUint } from './integer-fields.js';
import { LEAD_BYTES } from './lead-byte.js';
import { BEACON_BYTE_COUNT } from './limits.js';
import { packReceiptMessage, type Receipt, type ReceiptFields } from './receipt.js';
import { type Signer, signedInput, signWithEd25519, verifySignature } from './token-signature.js';

/**
 * - `payment`: counter or amount are not the payment's
 * - `key`: the machine's key is no usable Ed25519 key
 * - `signature`: not signed by that key for exactly this payment
 */
export type ReceiptVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'payment' | 'key' | 'signature' };

/** The message of a spend as `packSpendMessage` makes it, and of an answer, with the beacon before it. */
const SPEND_PAYMENT_BYTE_COUNT = 20;
const ANSWER_PAYMENT_BYTE_COUNT = BEACON_BYTE_COUNT + 12;

/**
 * What a receipt for an answer is tied to. (For a spend it is `packSpendMessage` of the spend.)
 *
 * @returns 35 bytes: the beacon in its unsigned form, then the first 12 bytes of the answer
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packAnswerPayment(beacon: BeaconFields, answer: AnswerFields): Uint8Array {
  return concatBytes(packBeaconMessage(beacon), packAnswerMessage(answer));
}

/**
 * @param payment - `packSpendMessage` of the paid spend (20 bytes) or `packAnswerPayment` of the paid answer (35)
 * @param machine - holds the machine's Ed25519 key
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming a bad field, also when counter or amount are not
 *   the payment's; `ERR_STATE` when the signer's answer does not verify
 */
export async function signReceipt(fields: ReceiptFields, payment: Uint8Array, machine: Signer): Promise<Receipt> {
  const message = packReceiptMessage(fields);
  const own = { ...fields, certificateId: fields.certificateId.slice() };
  const paid = paidBy(payment);
  if (paid.counter !== own.counter || paid.amountMinorUnits !== own.amountMinorUnits)
    throw new TillsongError(
      'ERR_RANGE',
      `receipt: expected counter ${paid.counter} and amount ${paid.amountMinorUnits} of the payment, got ${own.counter} and ${own.amountMinorUnits}`,
    );
  const input = signedInput('receipt', sha256(payment), message);
  return { ...own, signature: await signWithEd25519('machine', machine, input) };
}

/**
 * A phone's check of what it heard, and settlement's of what it was sent.
 *
 * @param payment - the payment that the receipt is claimed to be for, out of one's own memory, as for `signReceipt`
 * @param machineKey - the machine's Ed25519 key as it was configured, never out of a message
 * @throws TillsongError when a receipt is passed that could not have been parsed, or payment is none
 */
export function verifyReceipt(receipt: Receipt, payment: Uint8Array, machineKey: Uint8Array): ReceiptVerdict {
  const message = packReceiptMessage(receipt);
  const paid = paidBy(payment);
  if (paid.counter !== receipt.counter || paid.amountMinorUnits !== receipt.amountMinorUnits)
    return { ok: false, reason: 'payment' };
  const input = signedInput('receipt', sha256(payment), message);
  return verifySignature('ed25519', { publicKey: machineKey, message: input, signature: receipt.signature });
}

/** What a payment says, read from the places that its layout fixes. */
function paidBy(payment: Uint8Array): { counter: number; amountMinorUnits: number } {
  assertBytes('payment', payment, SPEND_PAYMENT_BYTE_COUNT, ANSWER_PAYMENT_BYTE_COUNT);
  if (payment.length === SPEND_PAYMENT_BYTE_COUNT && payment[0] === LEAD_BYTES.spend)
    return { counter: readUint(payment, 1, 2), amountMinorUnits: readUint(payment, 3, 3) };
  const beacon = parseBeacon(payment.slice(0, BEACON_BYTE_COUNT));
  if (payment.length === ANSWER_PAYMENT_BYTE_COUNT && beacon.ok && payment[BEACON_BYTE_COUNT] === LEAD_BYTES.answer)
    return { counter: readUint(payment, BEACON_BYTE_COUNT + 3, 2), amountMinorUnits: beacon.beacon.priceMinorUnits };
  throw new TillsongError(
    'ERR_TYPE',
    'payment: expected the message of a spend, or of a beacon and an answer, got none',
  );
}
