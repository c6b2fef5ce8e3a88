// Every bound a token is held to, with its reason. Packing throws beyond them, parsing refuses.

/** An Ed25519 signature: R (32) || S (32), RFC 8032 section 5.1.6. ES256 sends r || s, as long. */
export const SIGNATURE_BYTE_COUNT = 64;

/** An Ed25519 public key, RFC 8032 section 5.1.5. */
export const ED25519_KEY_BYTE_COUNT = 32;

/** An Ed25519 secret seed, RFC 8032 section 5.1.5: the 32 random bytes that everything else is derived from. */
export const ED25519_SEED_BYTE_COUNT = 32;

/** A P-256 public key in compressed form, SEC1 section 2.3.3: 02 or 03, then x. 65 bytes uncompressed would be sound to wait for. */
export const ES256_KEY_BYTE_COUNT = 33;

/** A P-256 secret key: a number in [1, n - 1], big-endian. */
export const ES256_SECRET_KEY_BYTE_COUNT = 32;

/** Certificate ids are random: 64 bits make a chance hit in a fleet's replay keys (one in 10^9 at 2 * 10^5 live ones) negligible. */
export const CERTIFICATE_ID_BYTE_COUNT = 8;

/** A certificate with an Ed25519 device key. */
export const CERTIFICATE_BYTE_COUNT = 127;

/** A certificate with a P-256 device key. */
export const ES256_CERTIFICATE_BYTE_COUNT = 128;

/** A spend alone, as it is signed and journaled, without the certificate it travels with. */
export const SPEND_BYTE_COUNT = 84;

/** A beacon without and with the machine's signature. */
export const BEACON_BYTE_COUNT = 23;
export const SIGNED_BEACON_BYTE_COUNT = 87;

/** 64 random bits: a phone that waits for a nonce to come again waits longer than any certificate lives. */
export const NONCE_BYTE_COUNT = 8;

/** An answer alone, as it is journaled, without the certificate it travels with. */
export const ANSWER_BYTE_COUNT = 76;

/** A receipt or a void. */
export const RECEIPT_BYTE_COUNT = 83;

/** Settlement's signed word that it has a range of a till's journal. */
export const ACKNOWLEDGEMENT_BYTE_COUNT = 115;

/** SHA-256. */
export const HASH_BYTE_COUNT = 32;

/** A beacon names its item in one byte: a machine that speaks first offers what was chosen on its own keypad. */
export const MAX_BEACON_ITEM = 0xff;

/** A deny-list delta without its certificate ids. */
export const DENY_LIST_DELTA_BASE_BYTE_COUNT = 81;

/** Ids in one delta: 8 KiB, which a small machine reads into memory before it knows whether the signature is good. */
export const MAX_DENY_LIST_DELTA = 1024;

/** Money is 3 bytes on the air: 167,772.15 EUR is above any vending price, and every byte is sound to wait for. */
export const MAX_MINOR_UNITS = 0xff_ff_ff;

/** ISO 4217 numeric codes have three digits; 000 is assigned to nothing and is what an unset field would hold. */
export const MIN_CURRENCY = 1;
export const MAX_CURRENCY = 999;

/** A certificate allows at least one payment and at most what its one-byte field can say. */
export const MAX_PAYMENT_COUNT = 0xff;

/** A validity of 0 hours would never be valid; the ceiling (7.5 years) is the two-byte field's. */
export const MAX_VALIDITY_HOURS = 0xff_ff;

/** Counters start at 1, so that a cleared field is never a counter. The ceiling is the two-byte field's. */
export const MAX_COUNTER = 0xff_ff;

/** A spend lives 1 to 255 s: 0 would never be accepted, and a longer life is a longer time to overhear and jam it. */
export const MAX_TIME_TO_LIVE_SECONDS = 0xff;

/** Ids of 2 and 4 bytes, and Unix seconds until 2106. */
export const MAX_UINT16 = 0xff_ff;
export const MAX_UINT32 = 0xff_ff_ff_ff;

/** A till may allow two clocks to differ by at most an hour: beyond that one of them is simply wrong. */
export const MAX_CLOCK_TOLERANCE_SECONDS = 3600;
