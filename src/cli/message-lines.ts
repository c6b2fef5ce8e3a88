// What was heard, as one line: JSON for programs, words for people.

import type { ReceiverEvent } from 'tillsong';
import { visible } from './command-context.js';

type MessageEvent = Extract<ReceiverEvent, { type: 'message' }>;
type LostEvent = Extract<ReceiverEvent, { type: 'lost' }>;

/** @returns one JSON object; a number that is not finite is null */
export function jsonLine(file: string, { payload, report }: MessageEvent): string {
  return JSON.stringify({
    file,
    payload: hex(payload),
    profile: report.profile,
    startSeconds: rounded(report.startSeconds, 6),
    endSeconds: rounded(report.endSeconds, 6),
    snrDb: rounded(report.snrDb, 2),
    clockOffsetPpm: rounded(report.clockOffsetPpm, 2),
    speedMetersPerSecond: rounded(report.speedMetersPerSecond, 4),
    correctedBytes: report.correctedByteCount,
    burstsCombined: report.burstsCombined,
  });
}

/** @returns for example `till.wav: 0.10-0.41 s audible-fast, SNR 12.3 dB, ..., 5 bytes: "hello"` */
export function messageLine(file: string, { payload, report }: MessageEvent): string {
  const { snrDb, clockOffsetPpm, speedMetersPerSecond, correctedByteCount, burstsCombined } = report;
  const facts = [
    `SNR ${snrDb.toFixed(1)} dB`,
    `clock ${clockOffsetPpm.toFixed(0)} ppm`,
    `speed ${speedMetersPerSecond.toFixed(2)} m/s`,
    `${counted(correctedByteCount, 'byte')} corrected`,
    counted(burstsCombined, 'burst'),
  ];
  const text = textOf(payload);
  const content = text === undefined ? hex(payload) : `"${text}"`;
  return `${place(file, report)}, ${facts.join(', ')}, ${counted(payload.length, 'byte')}: ${content}`;
}

/** @returns for example `till.wav: 0.10-0.41 s audible-fast, lost (cut-off), SNR -7.1 dB` */
export function lostLine(file: string, { reason, report }: LostEvent): string {
  return `${place(file, report)}, lost (${reason}), SNR ${report.snrDb.toFixed(1)} dB`;
}

/** @returns `1 burst`, `2 bursts` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function place(file: string, report: ReceiverEvent['report']): string {
  const { startSeconds, endSeconds, profile } = report;
  return `${visible(file)}: ${startSeconds.toFixed(2)}-${endSeconds.toFixed(2)} s ${profile}`;
}

/** @returns the payload as quoted text would show it, or undefined when it is no text that was meant to be read */
function textOf(payload: Uint8Array): string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    return undefined;
  }
  const isBinary = /[^\P{Cc}\t\n\r]/u.test(text);
  return isBinary ? undefined : visible(text.replace(/["\\]/g, '\\$&'));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function rounded(value: number, digits: number): number | null {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : null;
}
