// Bits as Uint8Array of 0 and 1, the most significant bit of each byte first.

/**
 * @param bytes - any length
 * @returns 8 bits a byte, most significant first
 */
export function bitsFromBytes(bytes: Uint8Array): Uint8Array {
  const bits = new Uint8Array(bytes.length * 8);
  for (let i = 0; i < bits.length; i++) bits[i] = (bytes[i >> 3] >> (7 - (i & 7))) & 1;
  return bits;
}

/**
 * @param bits - 0 and 1, most significant first; a last incomplete byte is dropped
 * @returns floor(bits / 8) bytes
 */
export function bytesFromBits(bits: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(bits.length >> 3);
  for (let i = 0; i < bytes.length * 8; i++) bytes[i >> 3] |= (bits[i] & 1) << (7 - (i & 7));
  return bytes;
}
