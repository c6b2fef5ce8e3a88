// The first byte of everything that travels: its high half is the type, its low half the version (and, in a
// certificate, the algorithm of the device key). One namespace for all types, so that a receiver knows what it
// holds before it looks at a length.
//
//    7   6   5   4   3   2   1   0
//  +---------------+-------+-------+
//  |  1 certificate| version| algo |     0x15 = certificate, version 1, Ed25519
//  +---------------+-------+-------+
//  |  2 spend      |    version    |     0x21 = spend, version 1
//  +---------------+---------------+
//
// Types 3 beacon, 4 answer and 5 receipt are set aside. 0 and 15 are never assigned: a message of all zeros or all
// ones is nothing.

/** The types that this version reads and writes. */
export type TokenType = 'certificate' | 'spend';

/** The first byte of each type in version 1. */
export const LEAD_BYTES: Readonly<Record<TokenType, number>> = { certificate: 0x15, spend: 0x21 };

/** @returns the type that a first byte tells, whatever its version, or undefined for a type that is not known */
export function tokenTypeOf(leadByte: number): TokenType | undefined {
  const types: readonly TokenType[] = ['certificate', 'spend'];
  return types.find((type) => LEAD_BYTES[type] >> 4 === leadByte >> 4);
}
