// What the demo says of each step, line by line.

import type { BurstView, Profile } from 'tillsong';
import { hexOf, type PaymentVerdict } from '../vending-machine/check-payment.js';
import { type Air, describeNoise, describeRoom } from './air.js';
import type { DemoRun } from './demo-run.js';
import type { DemoOptions } from './options.js';
import { euros, type Parties, type Payment } from './payment.js';

/** @returns for example `0.51 s`; milliseconds below a tenth */
export function duration(seconds: number): string {
  return seconds < 0.1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}

/** What the phone has from the issuer. */
export function issuedWords({ certificate }: Parties): string[] {
  const { certificateId, maxPaymentMinorUnits, maxCumulativeMinorUnits, maxCount, validityHours } = certificate;
  return [
    `certificate ${hexOf(certificateId)}, signed by issuer key ${certificate.issuerKeyId} while the phone was online`,
    `good for ${euros(maxPaymentMinorUnits)} a payment, ${euros(maxCumulativeMinorUnits)} and ${maxCount} payments in all, ${validityHours} hours`,
  ];
}

/** What the phone signed. */
export function signedWords({ token, payload }: Payment): string[] {
  const { spend, certificate } = token;
  const message = hexOf(payload.subarray(0, 20));
  const reference = certificate.kind === 'inline' ? 'certificate 127' : 'certificate id 8';
  return [
    `${euros(spend.amountMinorUnits)} for item ${spend.item} at machine ${spend.machineId}, payment ${spend.counter} of this phone`,
    `token of ${payload.length} bytes: message 20, signature 64, ${reference}`,
    `${message} ${hexOf(payload.subarray(20, 24))}... (message, start of the signature)`,
  ];
}

/** How it is sung. */
export function sungWords(profile: Profile, airtimeSeconds: number, payload: Uint8Array, repeat: number): string[] {
  const { preamble, waveform } = profile;
  const band = `${kiloHertz(preamble.lowHz)}-${kiloHertz(preamble.highHz)} kHz`;
  const how =
    waveform.kind === 'ofdm'
      ? `OFDM of ${waveform.carrierCount} subcarriers`
      : `${waveform.groupCount} of ${waveform.groupCount * waveform.tonesPerGroup} tones at once`;
  const rate = ((8 * payload.length) / airtimeSeconds / 1000).toFixed(2);
  const times = repeat === 1 ? '' : `, ${repeat} times with other redundancy`;
  return [
    `${profile.name}: ${band}, ${how}`,
    `${duration(airtimeSeconds)} on the air, ${rate} kbit/s of payload${times}`,
  ];
}

/** What lies between phone and machine. */
export function airWords(options: DemoOptions, air: Air, inBandSnrDb: number): string[] {
  return [
    describeRoom(options, air),
    `${describeNoise(options)}: in the band the signal is ${signed(inBandSnrDb, 1)} dB against it`,
    `hand at ${signed(options.speedMetersPerSecond, 2)} m/s, phone's clock ${signed(options.clockOffsetPpm, 0)} ppm`,
  ];
}

/** What the receiver made of it, and how quickly; or that it made nothing. */
export function heardWords({ hearing, again, view }: DemoRun): string[] {
  const { message, delaySeconds = 0, soundSeconds, computingSeconds } = hearing;
  const speed = `${duration(soundSeconds)} of sound in ${duration(computingSeconds)}: ${timesReal(computingSeconds, soundSeconds)} while Node.js warms up, ${timesReal(again.computingSeconds, soundSeconds)} the second time`;
  if (!message) return ['no message', ...hearing.lost.map(lostWords), speed];
  const { report } = message;
  const bursts = report.burstsCombined === 1 ? 'one burst' : `${report.burstsCombined} bursts added up`;
  return [
    `${message.payload.length} bytes, ${bursts}, complete ${duration(delaySeconds)} after the last sample`,
    `SNR ${signed(report.snrDb, 1)} dB, late echo counted as noise; ${motionWords(report)}`,
    `${decisionWords(view)}Reed-Solomon changed ${counted(report.correctedByteCount, 'byte')}`,
    speed,
  ];
}

/** @returns what a burst's time dilation says; one burst cannot tell motion from clocks that differ */
export function motionWords(report: { clockOffsetPpm: number; speedMetersPerSecond: number }): string {
  if (report.speedMetersPerSecond === 0) return `clock ${signed(report.clockOffsetPpm, 0)} ppm (or hardly moving)`;
  return `moving at ${signed(report.speedMetersPerSecond, 2)} m/s (motion and clock together)`;
}

/** @returns how many hard decisions were wrong before decoding, as the beginning of a sentence, or nothing */
function decisionWords(view: BurstView | undefined): string {
  const words = wrongDecisions(view);
  return words === undefined ? '' : `the code mended ${words}; `;
}

/** @returns for example `93 of 4642 bits (2.0 %)`; undefined where it is not known */
export function wrongDecisions(view: BurstView | undefined): string | undefined {
  if (!view) return undefined;
  const { waveform } = view;
  const count = waveform.kind === 'ofdm' ? waveform.wrongBits : waveform.wrongTones;
  if (!count) return undefined;
  const share = ((100 * count.wrong) / count.total).toFixed(1);
  return `${count.wrong} of ${count.total} ${waveform.kind === 'ofdm' ? 'bits' : 'tones'} (${share} %)`;
}

function lostWords({ reason, report }: DemoRun['hearing']['lost'][number]): string {
  const why = reason === 'payload' ? 'the payload was not' : 'the recording ended before its end';
  return `a burst at ${report.startSeconds.toFixed(2)} s: the header was read, ${why}; SNR ${signed(report.snrDb, 1)} dB`;
}

/** What the strict parser said. */
export function parsedWords(verdict: PaymentVerdict): string[] {
  if (!verdict.ok && verdict.step === 'parse') return [`refused: ${verdict.reason}`];
  return ['a spend of version 1: exact length, every field within its bounds'];
}

/** What the signatures and the terms said. */
export function verifiedWords(verdict: PaymentVerdict): string[] {
  if (!verdict.ok) return [`${verdict.step} refused: ${verdict.reason}`];
  const { issuerKeyId } = verdict.certificate.certificate;
  const { machineId, item, timeToLiveSeconds } = verdict.token.spend;
  const isKnown = verdict.token.certificate.kind === 'id';
  return [
    `certificate: ${isKnown ? 'known, verified before' : `issuer key ${issuerKeyId} signed it`}, valid now, within its limits`,
    `spend: the certificate's device key signed it, for machine ${machineId}, item ${item}, this price, these ${timeToLiveSeconds} s`,
  ];
}

/** In-band SNR that leaves every profile room to spare in a near room. */
const COMFORTABLE_SNR_DB = 6;

/** What would bring the message through, the most promising first. */
export function adviceWords({ options, hearing, inBandSnrDb }: DemoRun): string[] {
  const { profile, repeat, psnrDb, drrDb } = options;
  const missingDb = Math.ceil(COMFORTABLE_SNR_DB - inBandSnrDb);
  const advice: string[] = [];
  if (hearing.lost.length > 0 && repeat < 16)
    advice.push(`--repeat ${Math.min(16, 4 * repeat)}: the header was read, so the soft bits of more bursts add up`);
  if (missingDb > 0)
    advice.push(`--psnr ${psnrDb + missingDb}: the signal ${COMFORTABLE_SNR_DB} dB over the noise in its band`);
  if (profile.endsWith('-fast')) advice.push(`--profile ${profile.replace('fast', 'robust')}: slower, reaches farther`);
  if (drrDb === undefined) advice.push("without --far: at the machine, where the room's echo counts less");
  else if (missingDb <= 0) advice.push(`--drr ${Math.max(6, drrDb + 6)}: nearer, so that the room's echo counts less`);
  return advice;
}

/** @returns for example `38 x real time` */
export function timesReal(computingSeconds: number, soundSeconds: number): string {
  return `${(soundSeconds / computingSeconds).toFixed(0)} x real time`;
}

/** With a real minus, and a plus. */
export function signed(value: number, digits: number): string {
  return `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toFixed(digits)}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function kiloHertz(hz: number): string {
  return (hz / 1000).toFixed(1).replace(/\.0$/, '');
}
