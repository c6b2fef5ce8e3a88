// Who takes part in the proof: one issuer, one machine, and phones that pay one minor unit for items that are numbered through, so that an
// item number names one payment wherever it turns up: in the journal, in the machine's log, in what the buyer was told.

import { randomBytes } from 'node:crypto';
import type { TillLimits } from 'tillsong';
import { type Certificate, ed25519Signer, packSpend, signCertificate, signSpend } from 'tillsong/codec';

export const MACHINE_ID = 4711;
export const AUDIENCE = 7001;
export const CURRENCY = 978;
export const ISSUER_KEY_ID = 1;
/** Items are two bytes on the air. */
export const MAX_PAYMENTS = 65_000;
/** Seeds are public: never use them. */
export const MACHINE = ed25519Signer(new Uint8Array(32).fill(0x41));
const ISSUER = ed25519Signer(new Uint8Array(32).fill(0x42));
const DEVICE = ed25519Signer(new Uint8Array(32).fill(0x43));
export const ISSUER_KEYS = new Map([[ISSUER_KEY_ID, ISSUER.publicKey]]);

export const LIMITS: TillLimits = {
  maxPaymentMinorUnits: 1,
  maxCertificateMinorUnits: 1000,
  maxStoredMinorUnits: 1_000_000,
  maxStoredCount: 100_000,
  maxAgeSeconds: 30 * 86_400,
};

const PAYMENTS_PER_CERTIFICATE = 50;

/** Signs payments, item after item; every 50 under a new certificate. */
export class Phones {
  private certificate: Certificate | undefined;
  private counter = 0;
  private nextItem = 0;

  /** @returns the item number of the next payment */
  get paymentCount(): number {
    return this.nextItem;
  }

  /** @returns the next payment with its certificate, and the item that it is for */
  async pay(): Promise<{ readonly item: number; readonly payload: Uint8Array }> {
    if (this.certificate === undefined || this.counter === PAYMENTS_PER_CERTIFICATE) {
      this.certificate = await issue();
      this.counter = 0;
    }
    const item = this.nextItem++;
    if (item > MAX_PAYMENTS) throw new Error('too many payments for one proof');
    const counter = ++this.counter;
    const fields = {
      counter,
      amountMinorUnits: 1,
      cumulativeMinorUnits: counter,
      machineId: MACHINE_ID,
      item,
      timeSeconds: Math.floor(Date.now() / 1000),
      timeToLiveSeconds: 255,
    };
    const { certificate } = this;
    const spend = await signSpend(fields, certificate, DEVICE);
    return { item, payload: packSpend({ spend, certificate: { kind: 'inline', certificate } }) };
  }
}

function issue(): Promise<Certificate> {
  return signCertificate(
    {
      algorithm: 'ed25519',
      issuerKeyId: ISSUER_KEY_ID,
      certificateId: randomBytes(8),
      issuedAtSeconds: Math.floor(Date.now() / 1000) - 60,
      validityHours: 48,
      currency: CURRENCY,
      maxPaymentMinorUnits: 1,
      maxCumulativeMinorUnits: 1000,
      maxCount: 255,
      audience: AUDIENCE,
      assuranceFlags: 0,
      deviceKey: DEVICE.publicKey,
    },
    ISSUER,
  );
}
