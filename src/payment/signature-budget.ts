// How many signature checks strangers can make a till do. A check costs milliseconds on a small board, and everything needed to ask for
// one can be overheard or made up. So checks that *fail* are paid for from token buckets that refill slowly; a good one costs nothing.
// Certificates the till has verified have a bucket of their own: a flood of unknown ones empties the common bucket, not theirs, and a flood
// under one overheard certificate stops nobody but that one.

/** How fast failed checks are forgiven. */
export interface SignatureBudgetOptions {
  /** failed checks in a row that all strangers together have, integer >= 1 */
  readonly commonChecks: number;
  /** how many of them come back a second, > 0 */
  readonly commonChecksPerSecond: number;
  /** failed checks in a row under one known certificate, integer >= 1 */
  readonly reservedChecks: number;
  /** how many of them come back a second, > 0 */
  readonly reservedChecksPerSecond: number;
}

/**
 * Sound brings at most some four bursts a second, so the common bucket never runs dry by sound alone; it does when tokens come in by
 * QR or NFC too. 20 failed checks at 25 ms each are half a second of a small board.
 */
export const SIGNATURE_BUDGET: SignatureBudgetOptions = {
  commonChecks: 20,
  commonChecksPerSecond: 10,
  reservedChecks: 4,
  reservedChecksPerSecond: 1,
};

/** Buckets of certificates in use; the least recently used one makes room and starts full again when it returns. */
const MAX_RESERVED_BUCKETS = 1000;

interface Bucket {
  checks: number;
  atMs: number;
}

/** Token buckets for failed signature checks. */
export class SignatureBudget {
  private readonly common: Bucket;
  private readonly reserved = new Map<string, Bucket>();

  constructor(
    private readonly options: SignatureBudgetOptions,
    nowMs: number,
  ) {
    this.common = { checks: options.commonChecks, atMs: nowMs };
  }

  /** @returns whether a check may be made for somebody with this certificate; undefined when the till does not know it */
  mayCheck(certificate: string | undefined, nowMs: number): boolean {
    return this.bucketFor(certificate, nowMs) !== undefined;
  }

  /** Charges a check that failed to the bucket that `mayCheck` allowed it from. */
  failed(certificate: string | undefined, nowMs: number): void {
    const bucket = this.bucketFor(certificate, nowMs);
    if (bucket !== undefined) bucket.checks -= 1;
  }

  /** The certificate's own bucket for a known one: strangers cannot use it up, and it does not use up theirs. */
  private bucketFor(certificate: string | undefined, nowMs: number): Bucket | undefined {
    const { commonChecks, commonChecksPerSecond, reservedChecks, reservedChecksPerSecond } = this.options;
    if (certificate !== undefined) {
      const own = this.reserved.get(certificate) ?? { checks: reservedChecks, atMs: nowMs };
      this.reserved.delete(certificate);
      this.reserved.set(certificate, own);
      if (this.reserved.size > MAX_RESERVED_BUCKETS) this.reserved.delete(this.reserved.keys().next().value as string);
      refill(own, reservedChecks, reservedChecksPerSecond, nowMs);
      return own.checks >= 1 ? own : undefined;
    }
    refill(this.common, commonChecks, commonChecksPerSecond, nowMs);
    return this.common.checks >= 1 ? this.common : undefined;
  }
}

function refill(bucket: Bucket, most: number, perSecond: number, nowMs: number): void {
  const elapsedSeconds = Math.max(0, (nowMs - bucket.atMs) / 1000);
  bucket.checks = Math.min(most, bucket.checks + elapsedSeconds * perSecond);
  bucket.atMs = nowMs;
}
