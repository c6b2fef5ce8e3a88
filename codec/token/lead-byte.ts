// The first byte of everything that travels: its high half is the type, its low half the version and, where one type has two
// forms, which of them follows. One namespace for all types, so that a receiver knows what it holds before it
// looks at a length.
//
//    7   6   5   4   3   2   1   0
//  +---------------+-------+-------+
//  |  1 certificate| version| algo |     0x15 = version 1, Ed25519 device key; 0x16 = version 1, ES256 device key
//  |  3 beacon     | version| form |     0x35 = version 1, unsigned; 0x36 = version 1, signed by the machine
//  +---------------+-------+-------+
//  |  2 spend      |    version    |     0x21
//  |  4 answer     |    version    |     0x41
//  |  5 receipt    |    version    |     0x51
//  |  6 acknowledgement            |     0x61   settlement to till, never sung
//  |  7 deny-list delta            |     0x71   issuer to till, never sung
//  +---------------+---------------+
//
// Types 8 to 14 are set aside. 0 and 15 are never assigned: a message of all zeros or all ones is nothing.

import type { SignatureAlgorithm } from './token-signature.js';

/** The types in the order of their numbers, from 1. */
const TOKEN_TYPES = ['certificate', 'spend', 'beacon', 'answer', 'receipt', 'acknowledgement', 'deny-list'] as const;

/** The types that this version reads and writes. */
export type TokenType = (typeof TOKEN_TYPES)[number];

/** The first byte of each type of one form, in version 1. */
export const LEAD_BYTES = {
  spend: 0x21,
  answer: 0x41,
  receipt: 0x51,
  acknowledgement: 0x61,
  'deny-list': 0x71,
} as const;

/** The first byte of a certificate, by the algorithm of its device key. */
export const CERTIFICATE_LEAD_BYTES: Readonly<Record<SignatureAlgorithm, number>> = { ed25519: 0x15, es256: 0x16 };

/** The first byte of a beacon, by its form. */
export const BEACON_LEAD_BYTES = { unsigned: 0x35, signed: 0x36 } as const;

/** @returns the type that a first byte tells, whatever its version, or undefined for a type that is not known */
export function tokenTypeOf(leadByte: number): TokenType | undefined {
  return TOKEN_TYPES[(leadByte >> 4) - 1];
}
