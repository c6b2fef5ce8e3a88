// The main job in one go: a certificate is issued, a spend signed, sung through a room, heard, parsed, verified; what happened is
// told step by step, and the sound and a picture of it are left in a folder.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROFILES, SeededRandom, Transmitter } from 'tillsong';
import { AudioInputError, describeSystemError, encodeWav, readWavFile } from 'tillsong/node';
import { checkPayment, hexOf } from '../vending-machine/check-payment.js';
import { AIR_RATE_HZ, type MicrophoneSound, openAir, throughAir } from './air.js';
import { viewOfBurst } from './view-of-burst.js';
import type { DemoRun } from './demo-run.js';
import { EXIT } from './exit-codes.js';
import { hear } from './hearing.js';
import { type DemoOptions, parseOptions } from './options.js';
import { euros, issueCertificate, type Parties, signPayment } from './payment.js';
import { pictureOfRun } from './picture/picture-of-run.js';
import { type SentLevels, sentLevels } from './sent-levels.js';
import { type Stage, Story } from './story.js';
import * as words from './words.js';

/** What the demo needs of the world. */
export interface DemoContext extends Stage {
  /** Unix time. */
  readonly nowSeconds: number;
  /** Grows with what this program computes, in ms; time in which others have the processor need not count. */
  readonly clockMs: () => number;
}

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

async function pay(options: DemoOptions, { nowSeconds, clockMs }: DemoContext, story: Story): Promise<DemoRun> {
  const random = new SeededRandom(options.seed);
  story.title('1.50 EUR from a telephone to a vending machine, by sound, with nobody online');
  const parties = await issueCertificate(random, nowSeconds, options.knownCertificate);
  story.step('issue', ...words.issuedWords(parties));
  const payment = await signPayment(parties, nowSeconds);
  story.step('sign', ...words.signedWords(payment));

  const sent = await send(payment.payload, options, random, story);
  const samples = await record(sent.sound, options.out);
  const hearing = hear(samples, AIR_RATE_HZ, clockMs, (share) => story.working('listening', share));
  const again = hear(samples, AIR_RATE_HZ, clockMs, (share) => story.working('listening again', share));

  const payload = hearing.message?.payload;
  const report = hearing.message?.report ?? hearing.lost.at(-1)?.report;
  const run: DemoRun = {
    options,
    parties,
    payment,
    ...sent,
    samples,
    hearing,
    again,
    verdict: payload && checkPayment(payload, parties.till),
    view: report && viewOfBurst(samples, sent.profile, report),
  };
  conclude(run, story);
  return run;
}

/** From the payload to what reaches the microphone. */
async function send(
  payload: Uint8Array,
  options: DemoOptions,
  random: SeededRandom,
  story: Story,
): Promise<Pick<DemoRun, 'profile' | 'airtimeSeconds' | 'air' | 'sound' | keyof SentLevels>> {
  const { repeat } = options;
  const profile = PROFILES[options.profile];
  const bursts: Float32Array[] = [];
  for (const burst of new Transmitter({ profile }).repeat(payload)) {
    bursts.push(burst);
    story.working('singing', bursts.length / repeat);
    if (bursts.length === repeat) break;
  }
  const airtimeSeconds = bursts[0].length / AIR_RATE_HZ;
  story.step('sing', ...words.sungWords(profile, airtimeSeconds, payload, repeat));

  story.working('through the room', 0);
  const air = await openAir(options, random);
  const sound = throughAir(bursts, air, options, random);
  const levels = sentLevels(sound, profile);
  story.step('air', ...words.airWords(options, air, levels.inBandSnrDb));
  return { profile, airtimeSeconds, air, sound, ...levels };
}

/** @returns what the file holds now, so that exactly what anybody can play is what is heard */
async function record({ samples }: MicrophoneSound, folder: string): Promise<Float32Array> {
  const path = join(folder, SOUND_FILE);
  await mkdir(folder, { recursive: true });
  await writeFile(path, encodeWav(samples, AIR_RATE_HZ));
  return (await readWavFile(path)).samples;
}

function conclude(run: DemoRun, story: Story): void {
  const { verdict } = run;
  story.step('hear', ...words.heardWords(run));
  if (!verdict) {
    story.verdict(false, 'NOT PAID: the machine did not hear the message. What would help:');
    for (const advice of words.adviceWords(run)) story.line(advice);
    story.line('');
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
  if (!run.verdict?.ok || run.options.knownCertificate) return;
  const { timeToLiveSeconds } = run.verdict.token.spend;
  story.line(`a till that listens (within ${timeToLiveSeconds} s, then the spend has expired):`);
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
