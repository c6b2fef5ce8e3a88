// What a till is brought from the online world: acknowledgements of settlement and deny lists of issuers. Both are believed for their
// signatures alone, whoever carries them, and made durable before they count.

import {
  type AcknowledgementParseReason,
  parseAcknowledgement,
  verifyAcknowledgement,
} from '../../codec/token/acknowledgement.js';
import { equalBytes } from '../../codec/token/bytes.js';
import type { KeyRefusal } from '../../codec/token/configured-keys.js';
import type { TillConfig } from './till-config.js';
import type { DeltaRefusal, TillDenyList } from './till-deny-list.js';
import type { TillJournal, WriteRefusal } from './till-journal.js';
import type { TrustedClock } from './trusted-clock.js';

/**
 * Why an acknowledgement is not taken. `other-machine`: it is another till's. `known`: nothing in it is new. `gap`: it leaves out entries
 * that nobody has acknowledged and nobody has declared lost. `ahead`: it is of entries that the till has not written. `chain`: settlement has other entries than the till.
 */
export type AcknowledgementRefusal =
  | AcknowledgementParseReason
  | KeyRefusal<'settlement'>
  | 'other-machine'
  | 'known'
  | 'gap'
  | 'ahead'
  | 'chain'
  | WriteRefusal;

export type AcknowledgementOutcome =
  | { readonly ok: true; readonly lastSequence: number }
  | { readonly ok: false; readonly reason: AcknowledgementRefusal };

export type DenyListOutcome =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly reason: DeltaRefusal | WriteRefusal };

/** @param packed - from anybody */
export async function takeAcknowledgement(
  packed: Uint8Array,
  { machineId, settlementKeys, journal: store }: TillConfig,
  journal: TillJournal,
): Promise<AcknowledgementOutcome> {
  const parsed = parseAcknowledgement(packed);
  if (!parsed.ok) return parsed;
  const { acknowledgement } = parsed;
  const { firstSequence, lastSequence, chainHash } = acknowledgement;
  if (acknowledgement.machineId !== machineId) return { ok: false, reason: 'other-machine' };
  const verdict = verifyAcknowledgement(acknowledgement, settlementKeys);
  if (!verdict.ok) return verdict;
  if (lastSequence <= store.acknowledgedSequence) return { ok: false, reason: 'known' };
  for (let missing = store.acknowledgedSequence + 1; missing < firstSequence; missing++)
    if (!store.holes?.has(missing)) return { ok: false, reason: 'gap' };
  if (lastSequence > store.lastSequence) return { ok: false, reason: 'ahead' };
  const own = store.chainHashAt(lastSequence);
  if (own === undefined || !equalBytes(own, chainHash)) return { ok: false, reason: 'chain' };

  const refusal = await journal.write(() => store.saveAcknowledgement(lastSequence, packed.slice()));
  if (refusal !== undefined) return { ok: false, reason: refusal };
  journal.book.acknowledge(lastSequence);
  return { ok: true, lastSequence };
}

/** @param packed - from anybody */
export async function takeDenyListDelta(
  packed: Uint8Array,
  { journal: store }: TillConfig,
  journal: TillJournal,
  denyList: TillDenyList,
  clock: TrustedClock,
): Promise<DenyListOutcome> {
  const own = packed.slice();
  const checked = denyList.check(own);
  if (!checked.ok) return checked;
  const { delta } = checked;
  // What an issuer denies counts at once; a restart forgets it when it could not be written, and then the version says so.
  denyList.apply(delta);
  clock.advance(delta.timeSeconds);
  const refusal = await journal.write(() => store.saveDenyListDelta(own));
  return refusal === undefined ? { ok: true, version: delta.version } : { ok: false, reason: refusal };
}
