// Why sound could not be read from a file or a stream.

/**
 * What was wrong with the input. Compare reasons, never message texts.
 *
 * - `unreadable`: the operating system gave no bytes (no such file, no permission, a folder, a failing disk)
 * - `empty`: no byte, or no sample
 * - `not-wav`: something else than a WAV file
 * - `malformed`: a WAV file whose header contradicts itself
 * - `unsupported`: a WAV file of a sample format that is not read here
 * - `truncated`: it ends before the end that its header announces; the samples before that were delivered
 */
export type AudioInputReason = 'unreadable' | 'empty' | 'not-wav' | 'malformed' | 'unsupported' | 'truncated';

/**
 * The input's fault, not the caller's. It is thrown, as node:fs throws, so that one `catch` around reading deals with
 * every way in which a file can fail. The message is one line: `name: what is wrong`.
 */
export class AudioInputError extends Error {
  override readonly name = 'AudioInputError';

  constructor(
    readonly reason: AudioInputReason,
    message: string,
  ) {
    super(message);
  }
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a folder, not a file',
};

/** @returns an error of the operating system in plain words, one line */
export function describeSystemError(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return (code && SYSTEM_ERRORS[code]) || String(message ?? error).split('\n', 1)[0];
}
