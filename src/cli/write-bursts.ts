// A payload as bursts in a WAV file, for every command that sings.

import { TillsongError } from 'tillsong';
import { describeSystemError, writeWavFile } from 'tillsong/node';
import { type CommandContext, FileError, tell, UsageError } from './command-context.js';
import { counted } from './message-lines.js';
import { type ChosenProfile, resolveProfile } from './profile-option.js';

/** How a payload is sung. */
export interface BurstOptions {
  /** Path of the WAV file, replaced. */
  readonly out: string;
  /** Name or file. */
  readonly profile: string;
  readonly sampleRate: number;
  /** Bursts in a row, each with the next redundancy version. */
  readonly repeat: number;
}

/** Silence before, between and after bursts: players swallow the first and last moments of a file. */
const PAUSE_SECONDS = 0.1;

/**
 * Writes the bursts into a WAV file, 16-bit mono, with 0.1 s of silence around each, and tells how long it sounds.
 *
 * @throws UsageError for what cannot be sent, FileError for a file that cannot be read or written
 */
export async function writeBursts(payload: Uint8Array, options: BurstOptions, context: CommandContext): Promise<void> {
  const { out, sampleRate, repeat } = options;
  const profile = await resolveProfile(options.profile);
  const bursts = startBursts(payload, profile, sampleRate, context);
  const pause = new Float32Array(Math.round(PAUSE_SECONDS * sampleRate));
  const sampleCount = await writeWavFile(out, sampleRate, withPauses(bursts, repeat, pause)).catch((error: unknown) => {
    throw new FileError(`${out}: cannot be written: ${describeSystemError(error)}`);
  });
  const what = `${counted(payload.length, 'byte')} in ${counted(repeat, 'burst')} of ${options.profile}`;
  tell(context, `${out}: ${what}, ${(sampleCount / sampleRate).toFixed(2)} s at ${sampleRate} Hz`);
}

/**
 * Refuses a profile or a sample rate that cannot be sung, before anything is signed for it.
 *
 * @throws UsageError, FileError for a profile that cannot be used
 */
export async function assertSingable(
  { profile, sampleRate }: Pick<BurstOptions, 'profile' | 'sampleRate'>,
  context: CommandContext,
): Promise<void> {
  startBursts(Uint8Array.of(0), await resolveProfile(profile), sampleRate, context);
}

/** Refuses what cannot be sent before the file is touched. */
function startBursts(
  payload: Uint8Array,
  profile: ChosenProfile,
  sampleRateHz: number,
  { modem }: CommandContext,
): Iterator<Float32Array, never> {
  try {
    return modem.createTransmitter({ profile, sampleRateHz }).repeat(payload);
  } catch (error) {
    if (error instanceof TillsongError) throw new UsageError(error.message);
    throw error;
  }
}

function* withPauses(
  bursts: Iterator<Float32Array, never>,
  burstCount: number,
  pause: Float32Array,
): Generator<Float32Array> {
  yield pause;
  for (let sent = 0; sent < burstCount; sent++) {
    yield bursts.next().value;
    yield pause;
  }
}
