// One uploader as a process: reads uploads from a file, settles each on the ledger it is given, sends again what was interrupted, and goes
// back where settlement says that something is missing. Its arguments are one JSON object; it reports to its parent.

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseUpload, Settlement, type Upload } from 'tillsong';
import { type LedgerLocation, nativeVerifier, openLedger, type SqlLedgerStore } from 'tillsong/node';
import { fastKey, ISSUER, ISSUER_KEY_ID, ISSUER_KEYS, START_SECONDS, WorldTill } from './world.js';

export interface UploaderTask {
  readonly location: LedgerLocation;
  readonly file: string;
  readonly tillCount: number;
}

/** What the parent hears: when the uploader is ready to begin, after every upload, and at the end. */
export interface UploaderReport {
  readonly state: 'ready' | 'working' | 'done';
  readonly entryCount: number;
  readonly interruptionCount: number;
  readonly retryCount: number;
  readonly rssBytes: number;
  /** of this process since it was ready */
  readonly cpuSeconds: number;
}

const MAX_ATTEMPTS = 100;
/** Uploads on their way at once: the next one's signatures are checked while the database writes the last. */
const CONCURRENCY = 2;

const task: UploaderTask = JSON.parse(process.argv[2]);
let entryCount = 0;
let interruptionCount = 0;
let retryCount = 0;

const store = await untilConnected();
const machines = new Map(Array.from({ length: task.tillCount }, (_, i) => [i + 1, new WorldTill(i + 1).registered]));
const settlement = new Settlement({
  store,
  issuerKeys: ISSUER_KEYS,
  findMachine: async (id) => machines.get(id),
  policy: { graceSeconds: 86_400, clockToleranceSeconds: 30, fraudPayer: 'issuer' },
  settlementKey: { keyId: 5, signer: fastKey(2).signer },
  denyListKey: { keyId: ISSUER_KEY_ID, signer: ISSUER.signer },
  verify: nativeVerifier(),
});

/** Opening can be interrupted as well. */
async function untilConnected(): Promise<SqlLedgerStore> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openLedger(task.location, { onRetry: () => retryCount++ });
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
      interruptionCount++;
      await sleep(20 + Math.random() * 100);
    }
  }
}

function report(state: UploaderReport['state']): void {
  const { rss: rssBytes } = process.memoryUsage();
  const { user, system } = process.cpuUsage(cpuAtStart);
  const cpuSeconds = (user + system) / 1e6;
  process.send?.({ state, entryCount, interruptionCount, retryCount, rssBytes, cpuSeconds } satisfies UploaderReport);
}

/** @returns false when entries before it are missing: the piece of another uploader, or one of ours that is still on its way */
async function settle(upload: Upload): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await settlement.submit(upload, START_SECONDS + 3600);
      if (!result.ok && result.reason !== 'gap') throw new Error(`refused: ${result.reason}`);
      return result.ok;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
      interruptionCount++;
      await sleep(20 + Math.random() * 100);
    }
  }
}

async function settleLine(line: string): Promise<void> {
  const parsed = parseUpload(JSON.parse(line));
  if (!parsed.ok) throw new Error(`upload: ${parsed.reason}`);
  const { upload } = parsed;
  for (let attempt = 1; !(await settle(upload)); attempt++) {
    if (attempt === MAX_ATTEMPTS) throw new Error('a gap that nobody fills');
    await sleep(10 * attempt);
  }
  if (upload.kind === 'journal') entryCount += upload.entries.length;
  report('working');
}

const begun = once(process, 'message');
const cpuAtStart = process.cpuUsage();
report('ready');
await begun;
const running = new Set<Promise<void>>();
for await (const line of createInterface({ input: createReadStream(task.file) })) {
  const one = settleLine(line).finally(() => running.delete(one));
  running.add(one);
  if (running.size >= CONCURRENCY) await Promise.race(running);
}
await Promise.all(running);
await store.close();
report('done');
process.disconnect?.();
