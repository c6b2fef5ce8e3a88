// Bounds of a frame: what a caller may ask for and what hostile soft bits can make the receiver hold.

/** Longest payload: 12 bits of the header tell its length. A 92-byte token is the common case. */
export const MAX_PAYLOAD_BYTES = 4096;

/** Redundancy versions 0 to 3 of the circular buffer of 3GPP TS 36.212. */
export const REDUNDANCY_VERSION_COUNT = 4;

/** Longest coded payload: the longest frame at rate 1/6, which is every bit of the mother code sent twice. */
export const MAX_FRAME_CODED_BITS = 204_800;

/** Longest coded header: beyond this a header would take longer than the longest useful payload burst. */
export const MAX_HEADER_CODED_BITS = 8192;
