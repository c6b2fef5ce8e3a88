// Certificates that a till no longer takes, as issuers' signed deltas say. A delta only ever adds, and only to the version that it names.

import type { KeyRefusal } from '../../codec/token/configured-keys.js';
import {
  type DenyListDelta,
  type DenyListDeltaParseReason,
  parseDenyListDelta,
  verifyDenyListDelta,
} from '../../codec/token/deny-list.js';
import { toHex } from '../shared/hex.js';

/** At about 80 bytes each in memory: 16 MB. An issuer with more than that shortens its certificates' validity. */
export const MAX_DENIED_CERTIFICATES = 200_000;

/**
 * Why a delta is not applied. `known`: the till has that version already. `gap`: deltas before it are missing. `full`: too many
 * certificates.
 */
export type DeltaRefusal = DenyListDeltaParseReason | KeyRefusal<'issuer'> | 'known' | 'gap' | 'full';

export type DeltaVerdict =
  | { readonly ok: true; readonly delta: DenyListDelta }
  | { readonly ok: false; readonly reason: DeltaRefusal };

/** The deny lists of all issuers that a till has keys of. */
export class TillDenyList {
  private readonly denied = new Set<string>();
  private readonly versions = new Map<number, number>();

  constructor(private readonly issuerKeys: ReadonlyMap<number, Uint8Array>) {}

  /**
   * Whichever of the configured keys said so: an issuer goes on denying under its next key what it signed under the one before, and a
   * settlement denies for all its issuers in one list.
   *
   * @returns whether the certificate with this id is denied
   */
  has(certificateId: Uint8Array): boolean {
    return this.denied.has(toHex(certificateId));
  }

  /** @returns the version that is in force for an issuer's key; 0 before the first delta */
  version(issuerKeyId: number): number {
    return this.versions.get(issuerKeyId) ?? 0;
  }

  /**
   * Says whether a delta can be applied, without applying it: it must be made durable first.
   *
   * @param packed - from anybody
   */
  check(packed: Uint8Array): DeltaVerdict {
    const parsed = parseDenyListDelta(packed);
    if (!parsed.ok) return parsed;
    const { delta } = parsed;
    const own = this.version(delta.issuerKeyId);
    if (delta.version <= own) return { ok: false, reason: 'known' };
    if (delta.baseVersion !== own) return { ok: false, reason: 'gap' };
    if (this.denied.size + delta.certificateIds.length > MAX_DENIED_CERTIFICATES) return { ok: false, reason: 'full' };
    const verdict = verifyDenyListDelta(delta, this.issuerKeys);
    return verdict.ok ? { ok: true, delta } : verdict;
  }

  /** @param delta - one that `check` let pass */
  apply({ issuerKeyId, version, certificateIds }: DenyListDelta): void {
    for (const id of certificateIds) this.denied.add(toHex(id));
    this.versions.set(issuerKeyId, version);
  }
}
