// The one error class of tillsong. A caller's mistake throws it; what the channel does is returned as data.

/**
 * The closed set of codes a `TillsongError` can carry. Compare codes, never message texts.
 *
 * - `ERR_RANGE`: a number outside its allowed range
 * - `ERR_LENGTH`: an array or a string of the wrong length
 * - `ERR_TYPE`: a value of the wrong type
 * - `ERR_PROFILE`: a profile that cannot be used
 * - `ERR_STATE`: a call that is not allowed now
 */
export type TillsongErrorCode = 'ERR_RANGE' | 'ERR_LENGTH' | 'ERR_TYPE' | 'ERR_PROFILE' | 'ERR_STATE';

/** A caller's mistake. The message has the form `name: expected what, got what`. */
export class TillsongError extends Error {
  override readonly name = 'TillsongError';

  constructor(
    readonly code: TillsongErrorCode,
    message: string,
  ) {
    super(message);
  }
}
