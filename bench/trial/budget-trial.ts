// One burst in white noise, received by the receiver as it is and by receivers in which one stage after the other is ideal.
// All hear the same noise, so that what each stage costs shows in few trials.

import { type ProfileName, SeededRandom } from 'tillsong';
import { FrameDecoder, HeaderCodec } from 'tillsong/codec';
import type { BasebandBuffer, BurstDemodulator, OfdmDemodulator } from 'tillsong/dsp';
import { type EnergyShares, energySharesOf } from './energy-shares.js';
import { basebandOf, type GenieBurst, genieBurst, genieNoise } from './genie-burst.js';
import { FskGenie, RefinedTones, toneInformation } from './genie-fsk.js';
import { OfdmGenie } from './genie-ofdm.js';
import { openListener } from './modem.js';

export interface BudgetCondition {
  readonly kind: 'budget';
  readonly profile: ProfileName;
  readonly payloadByteCount: number;
  readonly psnrDb: number;
}

/** Receivers, each with all that the one before knows. */
export const OFDM_RUNGS = ['receiver', 'preamble', 'header', 'noise', 'channel', 'code', 'checks'] as const;
export const FSK_RUNGS = ['receiver', 'preamble', 'header', 'levels', 'code', 'checks', 'phase'] as const;
export type Rung = (typeof OFDM_RUNGS)[number] | (typeof FSK_RUNGS)[number];

export interface BudgetResult {
  readonly kind: 'budget';
  /** Probability that the payload comes out: 0 or 1 where it was decoded, in between where an ideal code is reckoned with. */
  readonly successes: Readonly<Partial<Record<Rung, number>>>;
  readonly shares: EnergyShares;
  /** Length of the burst. */
  readonly burstSeconds: number;
}

/** Runs one trial. The same condition and seed give the same result. */
export async function runBudgetTrial(condition: BudgetCondition, seed: number): Promise<BudgetResult> {
  const random = new SeededRandom(seed);
  const burst = genieBurst(condition.profile, condition.payloadByteCount, random);
  const noise = genieNoise(burst.clean.length, condition.psnrDb, random);
  const heard = burst.clean.map((x, n) => x + noise[n]);
  const cleanBaseband = basebandOf(burst.profile, burst.clean);
  const heardBaseband = basebandOf(burst.profile, heard);
  const receiver = Number(await isReceived(burst, heard));
  const isOfdm = burst.profile.waveform.kind === 'ofdm';
  const successes = isOfdm
    ? ofdmSuccesses(burst, cleanBaseband, heardBaseband)
    : fskSuccesses(burst, cleanBaseband, heardBaseband);
  return {
    kind: 'budget',
    successes: { receiver, ...successes },
    shares: energySharesOf(burst, cleanBaseband),
    burstSeconds: burst.burstSamples / burst.profile.sampleRateHz,
  };
}

async function isReceived({ profile, payload }: GenieBurst, heard: Float32Array): Promise<boolean> {
  const listener = await openListener(
    { modem: 'tillsong', profile: profile.name as ProfileName },
    profile.sampleRateHz,
  );
  const messages = [...listener.push([heard]), ...listener.flush()];
  return messages.some((message) => isEqual(message.payload, payload));
}

function ofdmSuccesses(burst: GenieBurst, clean: BasebandBuffer, heard: BasebandBuffer) {
  const genie = new OfdmGenie(burst, clean, heard);
  const own = demodulate(burst, genie.demodulator(), heard);
  const header = decodeBurst(burst, own.demodulator, () => own.demodulator.payloadLlrs());
  const { demodulator } = demodulate(burst, genie.demodulator(), heard);
  const noise = decodeBurst(burst, demodulator, () => genie.llrsOf(demodulator as OfdmDemodulator));
  const llrs = genie.llrs();
  const information = bitInformation(llrs, burst.payloadBits);
  return {
    preamble: own.isHeaderRead ? header : 0,
    header,
    noise,
    channel: decodeBurst(burst, undefined, () => llrs),
    code: idealCodeSuccess(information, infoBitCount(burst)),
    checks: idealCodeSuccess(information, 8 * burst.payload.length),
  };
}

function fskSuccesses(burst: GenieBurst, clean: BasebandBuffer, heard: BasebandBuffer) {
  const genie = new FskGenie(burst, clean, heard);
  const own = demodulate(burst, genie.demodulator(), heard);
  const header = decodeBurst(burst, own.demodulator, () => own.demodulator.payloadLlrs());
  const tones = genie.noncoherent();
  const refined = new RefinedTones(tones, own.demodulator.refinement);
  const information = toneInformation(tones);
  const payloadBitCount = 8 * burst.payload.length;
  return {
    preamble: own.isHeaderRead ? header : 0,
    header,
    levels: decodeBurst(burst, refined, () => refined.llrs()),
    code: idealCodeSuccess(information, infoBitCount(burst)),
    checks: idealCodeSuccess(information, payloadBitCount),
    phase: idealCodeSuccess(toneInformation(genie.coherent()), payloadBitCount),
  };
}

/** Goes through a burst as the receiver does, but the header is told whether or not it can be read. */
function demodulate(
  burst: GenieBurst,
  demodulator: BurstDemodulator,
  buffer: BasebandBuffer,
): { demodulator: BurstDemodulator; isHeaderRead: boolean } {
  const codec = new HeaderCodec(demodulator.headerBitCount);
  const read = codec.decode(demodulator.demodulateHeader(buffer));
  demodulator.acceptHeader(burst.headerBits);
  for (let symbol = burst.headerSymbolCount; symbol < burst.symbolCount; symbol++)
    demodulator.demodulateSymbol(buffer, symbol);
  return { demodulator, isHeaderRead: read.ok && read.header.messageId === burst.header.messageId };
}

/** Decodes, and lets the demodulator look again with the decoder's opinion; 1 or 0. */
function decodeBurst(
  burst: GenieBurst,
  demodulator: Pick<BurstDemodulator, 'refine' | 'refinement'> | undefined,
  llrsNow: () => Float32Array,
): number {
  const decoder = new FrameDecoder(burst.payload.length);
  for (let round = 0; ; round++) {
    const llrs = llrsNow();
    decoder.clear();
    decoder.combine(llrs, burst.redundancyVersion);
    const result = decoder.decode();
    if (result.ok && isEqual(result.payload, burst.payload)) return 1;
    if (!demodulator || round === demodulator.refinement.mostRounds) return 0;
    demodulator.refine(decoder.aPosterioriLlrs(burst.redundancyVersion, llrs.length));
  }
}

/** Payload, CRC and Reed-Solomon parity: what the inner code carries. */
function infoBitCount({ payload }: GenieBurst): number {
  return new FrameDecoder(payload.length).plan.infoBitCount;
}

/** Information that soft bits tell of the bits sent: the sum of 1 - log2(1 + e^-L), L counted positive where it is right. */
export function bitInformation(llrs: Float32Array, bits: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < llrs.length; i++) {
    const right = bits[i] ? -llrs[i] : llrs[i];
    sum += 1 - (Math.log1p(Math.exp(-Math.abs(right))) + Math.max(-right, 0)) * Math.LOG2E;
  }
  return sum;
}

/**
 * Probability that a random code of 2^k words, decoded as well as can be, finds the word sent, given the information i heard
 * of it: 1 - 2^-(i - log2((2^k - 1) / 2)), at least 0. Its mean is the dependence testing bound.
 *
 * @see Polyanskiy, Poor, Verdu, "Channel coding rate in the finite blocklength regime", theorem 17
 */
export function idealCodeSuccess(informationBits: number, bitCount: number): number {
  return 1 - 2 ** -Math.max(0, informationBits - (bitCount - 1));
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
