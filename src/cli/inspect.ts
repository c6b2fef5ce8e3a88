// `tillsong inspect`: why something came out of a recording, or did not.

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Inspection, Inspector, TillsongError } from 'tillsong';
import { AudioInputError, describeSystemError, inspectionJson, inspectionPage } from 'tillsong/node';
import {
  type AddCommands,
  type CommandContext,
  EXIT,
  FileError,
  tell,
  UsageError,
  visible,
} from './command-context.js';
import { collected, PROFILE_HELP } from './option-parsers.js';
import { type ChosenProfile, resolveProfile } from './profile-option.js';
import { startProgress } from './progress.js';
import { openSound } from './sound-source.js';

/** The options of the command. */
export interface InspectOptions {
  /** The page to write; undefined for one beside the recording, or none with `json`. */
  readonly out: string | undefined;
  /** The inspection as one JSON object on standard output. */
  readonly json: boolean;
  /** Names or files; empty for all built-in profiles. */
  readonly profiles: readonly string[];
}

interface ParsedOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly profile?: readonly string[];
}

/** `tillsong inspect` */
export const addInspect: AddCommands = (program, context, finish) => {
  program
    .command('inspect')
    .description('say why a message came out of a recording or did not, as an HTML page')
    .argument('<file.wav>', 'WAV file, or - for standard input')
    .option('--out <page.html>', 'the page to write (default: beside the recording, ending in .inspect.html)')
    .option('--json', 'print the same as one JSON object; writes a page only with --out')
    .option('--profile <name>', `${PROFILE_HELP}; may be given several times (default: all)`, collected)
    .action(async (input: string, { out, json = false, profile = [] }: ParsedOptions) => {
      finish(await inspect(input, { out, json, profiles: profile }, context));
    });
};

/**
 * Looks one recording over and writes what was found.
 *
 * @param input - a path, or `-` for standard input
 * @returns the exit code: 0 when it was read to its end, 2 when it could not be, 130 when interrupted
 * @throws UsageError, FileError for a profile or a page that cannot be used
 */
export async function inspect(input: string, options: InspectOptions, context: CommandContext): Promise<number> {
  const out = pageOf(input, options);
  const profiles = await Promise.all(options.profiles.map(resolveProfile));
  const { found, error } = await listen(input, profiles, context);
  if (found) {
    if (out !== undefined) await writePage(out, inspectionPage(found, input));
    if (options.json) context.stdout.write(`${JSON.stringify(inspectionJson(found, input))}\n`);
    else context.stdout.write(linesOf(found, input, out));
  }
  if (context.interrupted.aborted) return EXIT.interrupted;
  if (error === undefined) return EXIT.ok;
  tell(context, error);
  return EXIT.file;
}

function pageOf(input: string, { out, json }: InspectOptions): string | undefined {
  if (out === undefined && json) return undefined;
  if (out === undefined && input === '-')
    throw new UsageError('standard input has no place for a page: --out or --json');
  const page = out ?? `${input.replace(/\.wav$/i, '')}.inspect.html`;
  if (resolve(page) === resolve(input)) throw new UsageError(`--out: ${page} is the recording itself`);
  return page;
}

/** @returns the inspection, of what could be read of a file that breaks off, and what was wrong with the file */
async function listen(
  input: string,
  profiles: readonly ChosenProfile[],
  context: CommandContext,
): Promise<{ readonly found: Inspection | undefined; readonly error: string | undefined }> {
  let inspector: Inspector | undefined;
  let error: string | undefined;
  let framesHeard = 0;
  try {
    const source = await openSound(input, undefined, context);
    const progress = startProgress(input, source, context);
    try {
      const { sampleRateHz } = source;
      inspector = new Inspector(profiles.length > 0 ? { sampleRateHz, profiles } : { sampleRateHz });
      for await (const samples of source.samples) {
        inspector.push(samples);
        framesHeard += samples.length;
        progress.update(framesHeard);
        if (context.interrupted.aborted) break;
      }
    } finally {
      progress.clear();
      await source.close();
    }
  } catch (problem) {
    if (problem instanceof TillsongError) error = `${input}: ${problem.message}`;
    else if (problem instanceof AudioInputError) error = problem.message;
    else throw problem;
  }
  const found = framesHeard > 0 ? inspector?.flush() : undefined;
  return { found, error: context.interrupted.aborted ? undefined : error };
}

async function writePage(path: string, page: string): Promise<void> {
  await writeFile(path, page).catch((error: unknown) => {
    throw new FileError(`${path}: cannot be written: ${describeSystemError(error)}`);
  });
}

/** What was found, for people: the result, then every diagnosis with what would have helped. */
function linesOf({ summary, bursts, findings }: Inspection, input: string, page: string | undefined): string {
  const ofBursts = bursts.flatMap(({ profile, startSeconds, findings: why }) =>
    why.map(({ text, remedy }) => `  ${startSeconds.toFixed(2)} s ${profile}: ${text} ${remedy}`),
  );
  const ofRecording = findings.map(({ text, remedy }) => `  ${text} ${remedy}`);
  const lines = [`${input}: ${summary}`, ...ofBursts, ...ofRecording, ...(page === undefined ? [] : [`page: ${page}`])];
  return lines.map((line) => `${visible(line)}\n`).join('');
}
