// The command line as a whole: which commands and options there are, and how a run ends.

import { Command, CommanderError, Option } from 'commander';
import { PROFILE_NAMES } from 'tillsong';
import { SAMPLE_ENCODINGS, type SampleEncoding } from 'tillsong/node';
import { type AddCommands, type CommandContext, EXIT, FileError, tell, UsageError } from './command-context.js';
import { addInspect } from './inspect.js';
import { addIssuerCommands } from './issuer/issuer-commands.js';
import { collected, integer, PROFILE_HELP } from './option-parsers.js';
import { receive } from './receive.js';
import { type SendOptions, send } from './send.js';
import { addSettleCommands } from './settle/settle-commands.js';
import { addTillCommands } from './till/till-commands.js';
import { addWalletCommands } from './wallet/wallet-commands.js';

/** The groups of commands, each in a file or folder of its own. */
const GROUPS: readonly AddCommands[] = [
  addIssuerCommands,
  addWalletCommands,
  addTillCommands,
  addSettleCommands,
  addInspect,
];

/**
 * Runs one command line.
 *
 * @param args - what stands behind the program's name
 * @returns the exit code
 */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command('tillsong')
    .description('Messages by sound: writes them into WAV files and hears them there.')
    .version(context.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'tillsong: ')),
    })
    .showHelpAfterError('(--help shows how it is used)')
    .addHelpText('after', EXIT_CODES_HELP);
  addSend(program, async (options) => {
    exitCode = await send(options, context);
  });
  addReceive(program, async (inputs, { json = false, profile = [], raw, rate }) => {
    if ((raw === undefined) !== (rate === undefined)) throw new UsageError('--raw and --rate belong together');
    const rawFormat = raw === undefined || rate === undefined ? undefined : { encoding: raw, sampleRateHz: rate };
    exitCode = await receive(inputs, { json, profiles: profile, raw: rawFormat }, context);
  });
  const finish = (code: number) => {
    exitCode = code;
  };
  for (const addGroup of GROUPS) addGroup(program, context, finish);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has already said what was wrong; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof UsageError || error instanceof FileError)) throw error;
    tell(context, error.message);
    return error instanceof UsageError ? EXIT.usage : EXIT.file;
  }
}

const EXIT_CODES_HELP = `
Exit codes: 0 done, ${EXIT.refused} refused, ${EXIT.file} a file could not be read or written, ${EXIT.usage} wrong usage, ${EXIT.interrupted} interrupted.`;

function addSend(program: Command, action: (options: SendOptions) => Promise<void>): void {
  const payloads = (['hex', 'text', 'file'] as const).map((name) =>
    new Option(`--${name} <${name}>`, `the payload${PAYLOAD_HELP[name]}`).conflicts(
      ['hex', 'text', 'file'].filter((other) => other !== name),
    ),
  );
  const command = program
    .command('send')
    .description('write a payload of 1 to 4096 bytes into a WAV file')
    .requiredOption('--out <file.wav>', 'the WAV file to write, 16-bit mono')
    .option('--profile <name>', PROFILE_HELP, PROFILE_NAMES[0])
    .option('--sample-rate <hz>', 'samples a second', integer(8000, 192000), 48000)
    .option('--repeat <n>', 'bursts in a row; together they reach farther', integer(1, 10_000), 1);
  for (const option of payloads) command.addOption(option);
  command.action(action);
}

interface ParsedReceiveOptions {
  readonly json?: boolean;
  readonly profile?: readonly string[];
  readonly raw?: SampleEncoding;
  readonly rate?: number;
}

function addReceive(
  program: Command,
  action: (inputs: readonly string[], options: ParsedReceiveOptions) => Promise<void>,
): void {
  program
    .command('receive')
    .description('hear the messages in WAV files or in standard input, as they come')
    .argument('<file.wav...>', 'WAV files, or - for standard input')
    .option('--json', 'one JSON object a message')
    .option('--profile <name>', `${PROFILE_HELP}; may be given several times (default: all)`, collected)
    .addOption(new Option('--raw <encoding>', 'samples without a header, mono').choices(SAMPLE_ENCODINGS))
    .option('--rate <hz>', 'samples a second of --raw', integer(8000, 192000))
    .action(action);
}

const PAYLOAD_HELP = { hex: ', in hexadecimal digits', text: ', as UTF-8 text', file: ': the content of a file' };
