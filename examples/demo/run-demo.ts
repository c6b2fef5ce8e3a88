// The main job in one go: a certificate is issued, a spend signed, sung through a room, heard, parsed, verified; what happened is
// told step by step, and the sound and a picture of it are left in a folder.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROFILES, type Profile, SeededRandom, Transmitter } from 'tillsong';
import { AudioInputError, describeSystemError, encodeWav, readWavFile } from 'tillsong/node';
import { checkPayment, hexOf } from '../vending-machine/check-payment.js';
import { AIR_RATE_HZ, openAir, throughAir } from './air.js';
import { viewBurst } from './burst-view.js';
import type { DemoRun } from './demo-run.js';
import { hear } from './hearing.js';
import { type DemoOptions, parseOptions } from './options.js';
import { euros, issueCertificate, type Parties, type Payment, signPayment } from './payment.js';
import { pictureOfRun } from './picture/picture-of-run.js';
import { sentLevels } from './sent-levels.js';
import { type Stage, Story } from './story.js';
import * as words from './words.js';

/** What the demo needs of the world. */
export interface DemoContext extends Stage {
  /** Unix time. */
  readonly nowSeconds: number;
  /** Grows with what this program computes, in ms; time in which others have the processor need not count. */
  readonly clockMs: () => number;
}

export const EXIT = { paid: 0, notPaid: 1, file: 2 } as const;

/** Files in the folder of `--out`. */
const SOUND_FILE = 'microphone.wav';
const PICTURE_FILE = 'payment.svg';

/**
 * @param args - what stands behind the program's name
 * @returns the exit code: 0 paid, 1 not heard or refused, 2 a file failed, 64 wrong usage
 */
export async function runDemo(args: readonly string[], context: DemoContext): Promise<number> {
  const options = parseOptions(args, {
    writeOut: (text) => context.stdout.write(text),
    writeErr: (text) => context.stderr.write(text),
  });
  if (typeof options === 'number') return options;
  const story = new Story(context);
  try {
    const run = await pay(options, context, story);
    await leavePicture(run, story);
    return run.verdict?.ok ? EXIT.paid : EXIT.notPaid;
  } catch (error) {
    story.rest();
    const problem = fileProblem(error);
    if (problem === undefined) throw error;
    context.stderr.write(`tillsong: ${problem}\n`);
    return EXIT.file;
  }
}

async function pay(options: DemoOptions, context: DemoContext, story: Story): Promise<DemoRun> {
  const random = new SeededRandom(options.seed);
  const profile = PROFILES[options.profile];
  story.title('1.50 EUR from a telephone to a vending machine, by sound, with nobody online');
  const parties = await issueCertificate(random, context.nowSeconds, options.knownCertificate);
  story.step('issue', ...words.issuedWords(parties));
  const payment = await signPayment(parties, context.nowSeconds);
  story.step('sign', ...words.signedWords(payment));
  return listen(options, context, story, { random, profile, parties, payment });
}

interface Prepared {
  readonly random: SeededRandom;
  readonly profile: Profile;
  readonly parties: Parties;
  readonly payment: Payment;
}

async function listen(
  options: DemoOptions,
  { clockMs }: DemoContext,
  story: Story,
  { random, profile, parties, payment }: Prepared,
): Promise<DemoRun> {
  const bursts = sing(payment.payload, options, story);
  const airtimeSeconds = bursts[0].length / AIR_RATE_HZ;
  story.step('sing', ...words.sungWords(profile, airtimeSeconds, payment.payload, options.repeat));

  story.working('through the room', 0);
  const air = await openAir(options, random);
  const sound = throughAir(bursts, air, options, random);
  const { levels, inBandSnrDb } = sentLevels(sound, profile);
  story.step('air', ...words.airWords(options, air, inBandSnrDb));

  // What is heard is what was written: the file holds exactly what the receiver gets.
  const path = join(options.out, SOUND_FILE);
  await mkdir(options.out, { recursive: true });
  await writeFile(path, encodeWav(sound.samples, AIR_RATE_HZ));
  const { samples } = await readWavFile(path);
  const hearing = hear(samples, AIR_RATE_HZ, clockMs, (share) => story.working('listening', share));
  const again = hear(samples, AIR_RATE_HZ, clockMs, (share) => story.working('listening again', share));

  const verdict = hearing.message && checkPayment(hearing.message.payload, parties.till);
  const report = hearing.message?.report ?? hearing.lost.at(-1)?.report;
  const view = report && viewBurst(samples, profile, report, hearing.message?.payload);
  const given = { options, profile, parties, payment, airtimeSeconds, air, sound, levels, inBandSnrDb, samples };
  const run: DemoRun = { ...given, hearing, again, verdict, view };
  conclude(run, story);
  return run;
}

function sing(payload: Uint8Array, { profile, repeat }: DemoOptions, story: Story): Float32Array[] {
  const bursts: Float32Array[] = [];
  for (const burst of new Transmitter({ profile }).repeat(payload)) {
    bursts.push(burst);
    story.working('singing', bursts.length / repeat);
    if (bursts.length === repeat) break;
  }
  return bursts;
}

function conclude(run: DemoRun, story: Story): void {
  const { verdict } = run;
  story.step('hear', ...words.heardWords(run));
  if (!verdict) {
    story.verdict(false, 'NOT PAID: the machine did not hear the message. What would help:');
    for (const advice of words.adviceWords(run)) story.line(advice);
    return;
  }
  story.step('parse', ...words.parsedWords(verdict));
  if (verdict.ok || verdict.step !== 'parse') story.step('verify', ...words.verifiedWords(verdict));
  if (verdict.ok) story.verdict(true, `ACCEPTED ${euros(verdict.amount.minorUnits)}`);
  else story.verdict(false, `REFUSED: ${verdict.reason}`);
}

async function leavePicture(run: DemoRun, story: Story): Promise<void> {
  const { out } = run.options;
  story.working('drawing', 0);
  const path = join(out, PICTURE_FILE);
  await writeFile(path, pictureOfRun(run));
  const soundPath = join(out, SOUND_FILE);
  story.line(`${soundPath}: what the microphone heard, ${words.duration(run.samples.length / AIR_RATE_HZ)}`);
  story.line(`${path}: spectrogram, channel and cells; any browser shows it`);
  if (!run.verdict?.ok) return;
  story.line(
    `a till that listens (good for ${run.payment.token.spend.timeToLiveSeconds} s, then the spend has expired):`,
  );
  story.line(`  tail -c +45 ${soundPath} | node dist/examples/vending-machine/listen.js ${issuerKeyHex(run.parties)}`);
}

function issuerKeyHex({ till, certificate }: Parties): string {
  return hexOf(till.issuerKeys.get(certificate.issuerKeyId) ?? new Uint8Array());
}

/** @returns one line that says what is wrong with which file, or undefined when the error is of another kind */
function fileProblem(error: unknown): string | undefined {
  if (error instanceof AudioInputError) return error.message;
  const { code, path } = (error ?? {}) as { code?: string; path?: string };
  return code !== undefined && path !== undefined ? `${path}: ${describeSystemError(error)}` : undefined;
}
