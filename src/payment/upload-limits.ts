// Every bound on what settlement is sent, with its reason.

import { MAX_UINT32, SIGNATURE_BYTE_COUNT } from '../../codec/token/limits.js';

/** Journal entries or payments of one upload: at 512 bytes an entry half a megabyte of JSON, and one transaction's work. */
export const MAX_UPLOAD_ENTRIES = 500;

/** The longest journal entry (certificate 128, answer 76, beacon 87 and the till's own fields) with room to spare. */
export const MAX_JOURNAL_ENTRY_BYTES = 512;

/** A certificate with a P-256 device key; what is inside is read by `verifyCertificate`. */
export const MAX_CERTIFICATE_BYTES = 128;

/** The longest of spend (84), answer (76), signed beacon (87) and receipt (83). */
export const MAX_PAYMENT_BYTES = 87;

/** Sequences and machine ids are 4 bytes. */
export const MAX_SEQUENCE = MAX_UINT32;

/** A packed acknowledgement is 115 bytes. */
export const MAX_ACKNOWLEDGEMENT_BYTES = 128;

/** The longest reason of a closed set, with room to spare. */
export const MAX_REASON_CHARACTERS = 40;

/** Ed25519 and ES256 alike. */
export const SIGNATURE_BYTES = SIGNATURE_BYTE_COUNT;
