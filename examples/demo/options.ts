// The demo's command line.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { PROFILE_NAMES, type ProfileName } from 'tillsong';
import type { AirOptions } from './air.js';
import { EXIT } from './exit-codes.js';

export interface DemoOptions extends AirOptions {
  readonly profile: ProfileName;
  /** Bursts sung, each with other redundancy. */
  readonly repeat: number;
  /** The till has met the certificate before: only its id is sung. */
  readonly knownCertificate: boolean;
  /** Makes keys, room and noise: the same seed, the same demo. */
  readonly seed: number;
  /** Folder for the WAV file and the picture. */
  readonly out: string;
}

/** What commander writes where. */
export interface OptionOutput {
  writeOut(text: string): void;
  writeErr(text: string): void;
}

/**
 * @param args - what stands behind the program's name
 * @returns the options, or the exit code (0 after help, 64 for wrong usage) when there is nothing to run
 */
export function parseOptions(args: readonly string[], output: OptionOutput): DemoOptions | number {
  const command = new Command('npm start --')
    .description('A payment of 1.50 EUR by sound, from the certificate to the verdict; WAV file and picture in out/.')
    .addOption(new Option('--profile <name>', 'how to sing').choices(PROFILE_NAMES).default(PROFILE_NAMES[0]))
    .option('--room <file>', 'WAV file of an impulse response (default: a simulated room)')
    .option('--noise <file>', "WAV file of noise (default: a simulated vending machine's compressor)")
    .option('--device <file>', "WAV file of a loudspeaker's response (default: a simulated telephone)")
    .option('--psnr <db>', 'power of a full-scale sine over the noise power in 0-24 kHz', numberIn(-60, 100), 10)
    .option('--drr <db>', 'direct sound over all that follows: a phone held at the machine', numberIn(-40, 60), 10)
    .option('--far', 'the room as it was measured, whatever its direct sound', false)
    .option('--speed <m/s>', 'of the hand, towards the machine', numberIn(-5, 5), 0.2)
    .option('--clock <ppm>', "how far the phone's clock runs fast", numberIn(-1000, 1000), 40)
    .option('--repeat <n>', 'bursts in a row, each with other redundancy', integerIn(1, 16), 1)
    .option('--known-certificate', 'the till knows the certificate: sing its id, 92 bytes instead of 211', false)
    .option('--seed <n>', 'makes keys, room and noise', integerIn(0, 0xffffffff), 1)
    .option('--out <folder>', 'where the files go', 'out')
    .addHelpText('after', '\nExit codes: 0 paid, 1 not heard or refused, 2 a file failed, 64 wrong usage.')
    .exitOverride()
    .configureOutput(output);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.paid : EXIT.usage;
  }
  const { psnr, drr, far, speed, clock, room, noise, device, ...options } = command.opts();
  const drrDb = far ? undefined : drr;
  const air = { room, noise, device, psnrDb: psnr, drrDb, speedMetersPerSecond: speed, clockOffsetPpm: clock };
  return { ...(options as Omit<DemoOptions, keyof AirOptions>), ...air };
}

function numberIn(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a number from ${min} to ${max}.`);
  };
}

function integerIn(min: number, max: number): (value: string) => number {
  const parse = numberIn(min, max);
  return (value) => {
    const number = parse(value);
    if (Number.isInteger(number)) return number;
    throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`);
  };
}
