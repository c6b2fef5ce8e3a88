// The till that is killed: hears 16-bit samples at 48 kHz on standard input, asks the machine in the parent process to vend, and writes one
// JSON line a verdict. `inspect` instead of `sell` only opens the journal and says what it finds.
//
//   node till-child.js sell|inspect JOURNAL [MIN_FREE_BYTES]

import { createHash } from 'node:crypto';
import { MemoryVend, Receiver, Till, type TillVerdict, type VendResult } from 'tillsong';
import { openJournal, readRawPcm } from 'tillsong/node';
import { AUDIENCE, CURRENCY, ISSUER_KEYS, LIMITS, MACHINE, MACHINE_ID } from './proof-parties.js';

const [mode, path, minFreeBytes] = process.argv.slice(2);
const journal = openJournal(path, minFreeBytes === undefined ? {} : { minFreeBytes: Number(minFreeBytes) });

/** what was there before this start closes what was in flight */
const lastSequence = journal.lastSequence;

/** Asks the machine, which is not in this process and survives it. */
const vend = new MemoryVend(
  (item) =>
    new Promise<VendResult>((resolve) => {
      process.once('message', (answer) => resolve((answer as { result: VendResult }).result));
      process.send?.({ vend: item });
    }),
);

const till = await Till.open({
  machineId: MACHINE_ID,
  audience: AUDIENCE,
  currency: CURRENCY,
  priceOf: () => ({ minorUnits: 1, currency: CURRENCY }),
  offline: LIMITS,
  clockToleranceSeconds: 60,
  beaconLifetimeSeconds: 30,
  issuerKeys: ISSUER_KEYS,
  settlementKeys: new Map(),
  machine: MACHINE,
  journal,
  vend,
  clock: { rtcSeconds: () => Math.floor(Date.now() / 1000), monotonicMs: () => performance.now() },
  randomBytes: (byteCount) => crypto.getRandomValues(new Uint8Array(byteCount)),
});

if (mode === 'inspect') {
  const kept = [...journal.entries(1)].filter(({ sequence }) => sequence <= lastSequence);
  const entries = kept.map(({ packed }) => createHash('sha256').update(packed).digest('hex'));
  say({ damage: journal.damage ?? null, refusal: till.status().refusal ?? null, entries });
  process.exit();
}

say({ ready: true, damage: journal.damage ?? null });
const receiver = new Receiver({ sampleRateHz: 48_000 });
for await (const samples of readRawPcm(process.stdin, { encoding: 's16le' }))
  for (const event of receiver.push(samples))
    if (event.type === 'message') say(summary(await till.hear(event.payload)));
for (const event of receiver.flush()) if (event.type === 'message') say(summary(await till.hear(event.payload)));
process.disconnect?.();

function summary(verdict: TillVerdict): Record<string, unknown> {
  const sale = 'sale' in verdict ? { item: verdict.sale.item, outcome: verdict.sale.outcome } : {};
  const reason = verdict.ok ? {} : { step: verdict.step, reason: verdict.reason };
  return { ok: verdict.ok, ...reason, ...sale, ...('repeated' in verdict && { repeated: verdict.repeated }) };
}

/** Synchronous, so that a line that was said has been said. */
function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
