// A real till, and one whole message of every kind that it would take if it came unchanged. Seeds are public: never use them.

import { MemoryJournal, MemoryVend, type SignatureBudgetOptions, Till } from 'tillsong';
import {
  type Certificate,
  type CertificateReference,
  ed25519Signer,
  es256Signer,
  packAcknowledgement,
  packAnswer,
  packBeacon,
  packCertificate,
  packDenyListDelta,
  packReceipt,
  packSpend,
  packSpendMessage,
  type Signer,
  signAcknowledgement,
  signAnswer,
  signBeacon,
  signCertificate,
  signDenyListDelta,
  signReceipt,
  signSpend,
} from 'tillsong/codec';

const NOW = 1_800_000_000;
const MACHINE_ID = 7;
const PRICE = { minorUnits: 150, currency: 978 };
const ITEM = 12;

const ISSUER = ed25519Signer(new Uint8Array(32).fill(0x11));
const SETTLEMENT = ed25519Signer(new Uint8Array(32).fill(0x12));
const MACHINE = ed25519Signer(new Uint8Array(32).fill(0x13));
const DEVICES: readonly Signer[] = [
  ed25519Signer(new Uint8Array(32).fill(0x21)),
  es256Signer(new Uint8Array(32).fill(0x22)),
];

/** Spends live 255 s and beacons 600: in this time what is refused is refused for what it is. */
export const FRESH_MS = 200_000;

/** A message that the till takes, and the door it comes in by. */
export interface Sample {
  readonly name: string;
  readonly door: 'hear' | 'acknowledge' | 'deny-list';
  readonly bytes: Uint8Array;
}

/** The till, its clock, and what it would take. */
export interface TillUnderFire {
  readonly till: Till;
  readonly samples: readonly Sample[];
  readonly journal: MemoryJournal;
  readonly vend: MemoryVend;
  /** lets time pass, so that failed checks are forgiven; the samples stay fresh for `FRESH_MS` */
  readonly pass: (ms: number) => void;
}

/**
 * @param signatureBudget - undefined for the till's own
 */
export async function openTillUnderFire(signatureBudget?: SignatureBudgetOptions): Promise<TillUnderFire> {
  const journal = new MemoryJournal();
  const vend = new MemoryVend();
  let elapsedMs = 0;
  let nonce = 0;
  const till = await Till.open({
    machineId: MACHINE_ID,
    audience: 42,
    currency: PRICE.currency,
    priceOf: (item) => (item === ITEM ? PRICE : undefined),
    offline: {
      maxPaymentMinorUnits: 500,
      maxCertificateMinorUnits: 5000,
      maxStoredMinorUnits: 100_000,
      maxStoredCount: 1000,
      maxAgeSeconds: 86_400,
    },
    clockToleranceSeconds: 10,
    beaconLifetimeSeconds: 600,
    issuerKeys: new Map([[1, ISSUER.publicKey]]),
    settlementKeys: new Map([[2, SETTLEMENT.publicKey]]),
    machine: MACHINE,
    journal,
    vend,
    clock: { rtcSeconds: () => NOW + Math.floor(elapsedMs / 1000), monotonicMs: () => elapsedMs },
    randomBytes: (count) => new Uint8Array(count).fill(++nonce),
    ...(signatureBudget && { signatureBudget }),
  });
  const samples = await makeSamples(till, journal);
  const pass = (ms: number) => {
    elapsedMs += ms;
  };
  return { till, samples, journal, vend, pass };
}

async function makeSamples(till: Till, journal: MemoryJournal): Promise<readonly Sample[]> {
  const made = await till.beacon(ITEM);
  if (!made.ok) throw new Error(`beacon: ${made.reason}`);
  const certificates = await Promise.all(DEVICES.map(certificateOf));
  const samples: Sample[] = [];
  for (const [i, device] of DEVICES.entries()) {
    const certificate = certificates[i];
    const { algorithm, certificateId } = certificate;
    till.preload(certificate);
    const spend = await signSpend(
      {
        counter: 1,
        amountMinorUnits: PRICE.minorUnits,
        cumulativeMinorUnits: PRICE.minorUnits,
        machineId: MACHINE_ID,
        item: ITEM,
        timeSeconds: NOW,
        timeToLiveSeconds: 255,
      },
      certificate,
      device,
    );
    const fields = { counter: 2, cumulativeMinorUnits: 2 * PRICE.minorUnits, timeSeconds: NOW };
    const answer = await signAnswer(fields, made.beacon, certificate, device);
    const forms: readonly CertificateReference[] = [
      { kind: 'inline', certificate },
      { kind: 'id', certificateId },
    ];
    for (const reference of forms) {
      const name = `${algorithm}, ${reference.kind}`;
      samples.push({ name: `spend, ${name}`, door: 'hear', bytes: packSpend({ spend, certificate: reference }) });
      samples.push({ name: `answer, ${name}`, door: 'hear', bytes: packAnswer({ answer, certificate: reference }) });
    }
    samples.push({ name: `certificate, ${algorithm}`, door: 'hear', bytes: packCertificate(certificate) });
    if (i === 0) samples.push(await receiptOf(certificate, packSpendMessage(spend)));
  }
  return [...samples, ...(await signedByOthers(made.packed, journal))];
}

function certificateOf(device: Signer, index: number): Promise<Certificate> {
  const fields = {
    algorithm: device.algorithm,
    issuerKeyId: 1,
    certificateId: new Uint8Array(8).fill(index + 1),
    issuedAtSeconds: NOW - 3600,
    validityHours: 48,
    currency: PRICE.currency,
    maxPaymentMinorUnits: 500,
    maxCumulativeMinorUnits: 5000,
    maxCount: 40,
    audience: 42,
    assuranceFlags: 0,
    deviceKey: device.publicKey,
  };
  return signCertificate(fields, ISSUER);
}

async function receiptOf({ certificateId }: Certificate, payment: Uint8Array): Promise<Sample> {
  const fields = { certificateId, counter: 1, outcome: 'vended', amountMinorUnits: 150, timeSeconds: NOW } as const;
  return { name: 'receipt', door: 'hear', bytes: packReceipt(await signReceipt(fields, payment, MACHINE)) };
}

async function signedByOthers(beacon: Uint8Array, journal: MemoryJournal): Promise<readonly Sample[]> {
  const acknowledgement = await signAcknowledgement(
    {
      settlementKeyId: 2,
      machineId: MACHINE_ID,
      firstSequence: 1,
      lastSequence: 1,
      chainHash: journal.chainHash,
      timeSeconds: NOW,
    },
    SETTLEMENT,
  );
  const certificateIds = [new Uint8Array(8).fill(0xd1), new Uint8Array(8).fill(0xd2)];
  const delta = await signDenyListDelta(
    { issuerKeyId: 1, baseVersion: 0, version: 2, timeSeconds: NOW, certificateIds },
    ISSUER,
  );
  const signed = await signBeacon(
    {
      machineId: MACHINE_ID,
      nonce: new Uint8Array(8),
      priceMinorUnits: 150,
      currency: 978,
      item: ITEM,
      timeSeconds: NOW,
    },
    MACHINE,
  );
  return [
    { name: 'beacon', door: 'hear', bytes: beacon },
    { name: 'beacon, signed', door: 'hear', bytes: packBeacon(signed) },
    { name: 'acknowledgement', door: 'acknowledge', bytes: packAcknowledgement(acknowledgement) },
    { name: 'deny-list delta', door: 'deny-list', bytes: packDenyListDelta(delta) },
  ];
}
