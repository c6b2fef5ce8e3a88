// The machine's word for its journal: without it anybody who has overheard payments could write a journal in a till's name, and an
// outcome without a receipt (unknown, or a vend whose receipt was never sung) would be nobody's.

import { concatBytes } from '../../codec/token/bytes.js';
import { type Signer, signedInput, signWith } from '../../codec/token/token-signature.js';
import { chainHash } from './journal-entry.js';
import { type JournalUpload, makeUpload } from './upload.js';

/**
 * @returns the chain's hash after each entry, one an entry
 */
export function uploadChain({ previousHash, entries }: Omit<JournalUpload, 'signature'>): readonly Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (const entry of entries) hashes.push(chainHash(hashes.at(-1) ?? previousHash, entry));
  return hashes;
}

/** @returns the bytes that the machine signs: domain tag || machine id 4 || first sequence 4 || last sequence 4 || chain hash 32 */
export function uploadInput(upload: Omit<JournalUpload, 'signature'>, lastHash: Uint8Array): Uint8Array {
  const { machineId, firstSequence, entries } = upload;
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setUint32(0, machineId);
  view.setUint32(4, firstSequence);
  view.setUint32(8, firstSequence + entries.length - 1);
  return signedInput('journal', concatBytes(head, lastHash));
}

/**
 * Signs a run of a till's journal.
 *
 * @param machine - holds the Ed25519 key that settlement has registered for the machine
 * @throws TillsongError naming a bad field, or `ERR_STATE` when the signer's answer does not verify
 */
export async function signJournalUpload(
  fields: Omit<JournalUpload, 'signature'>,
  machine: Signer,
): Promise<JournalUpload> {
  const unsigned = { ...fields, signature: new Uint8Array(64) };
  makeUpload(unsigned);
  const signature = await signWith(machine, uploadInput(fields, uploadChain(fields)[fields.entries.length - 1]));
  return { ...unsigned, signature };
}
