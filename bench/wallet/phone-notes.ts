// What the phone process leaves in its folder, and what must be true of it after any number of kills.

import { createHash } from 'node:crypto';

/** Public, of a phone that exists nowhere. */
export const PHONE_SEED = new Uint8Array(32).fill(0x22);
export const WALLET_NAME = 'wallet.json';
/** One line of hexadecimal digits for each message the key was asked to sign. */
export const SIGNED_LOG = 'signed.log';
/** The same for each payload that was played. */
export const PLAYED_LOG = 'played.log';

/** Signed input of a spend: domain tag, SHA-256 of the certificate (32 bytes), message (20 bytes, the counter in its second and third). */
const MESSAGE_DIGITS = 40;
const CERTIFICATE_DIGITS = 64;

export interface PhoneRecord {
  /** messages that were signed, each once */
  readonly signedCount: number;
  /** payloads that were played, repeats included */
  readonly playedCount: number;
  /** one line for each way in which a rule was broken */
  readonly violations: readonly string[];
}

/** What is looked at of a wallet's file. */
export interface StoredCounter {
  readonly certificate?: string;
  readonly counter: number;
}

/**
 * @param signed - lines of the log of what was signed
 * @param played - lines of the log of what was played
 * @param state - of the wallet's file, its present certificate (packed, in hexadecimal digits) and counter
 */
export function checkPhone(signed: readonly string[], played: readonly string[], state: StoredCounter): PhoneRecord {
  const violations: string[] = [];
  const messages = oneEach(signed.map(signedKey), 'signed', violations);
  // Retries play the same bytes; the certificate behind them may be sent in either form, so only the signed spend is compared.
  oneEach(played.map(playedKey), 'played', violations);
  const { counter, certificate } = state;
  if (certificate !== undefined) {
    const hash = createHash('sha256').update(Buffer.from(certificate, 'hex')).digest('hex');
    const used = [...messages.keys()].filter((key) => key.startsWith(hash)).map(counterIn);
    const highest = Math.max(0, ...used);
    if (counter < highest) violations.push(`the stored counter is ${counter}, but ${highest} was signed`);
  }
  return { signedCount: messages.size, playedCount: played.length, violations };
}

interface Signed {
  /** what may be signed once: certificate and counter */
  readonly key: string;
  readonly content: string;
}

function signedKey(line: string): Signed {
  const message = line.slice(-MESSAGE_DIGITS);
  const certificate = line.slice(-MESSAGE_DIGITS - CERTIFICATE_DIGITS, -MESSAGE_DIGITS);
  return { key: `${certificate}${message.slice(2, 6)}`, content: message };
}

function playedKey(line: string): Signed {
  // 84 bytes of the spend, then the certificate, or its id: the id is in both, at different places.
  const reference = line.slice(168);
  const certificateId = reference.length === 16 ? reference : reference.slice(6, 22);
  return { key: `${certificateId}${line.slice(2, 6)}`, content: line.slice(0, 168) };
}

function counterIn(key: string): number {
  return Number.parseInt(key.slice(-4), 16);
}

function oneEach(all: readonly Signed[], what: string, violations: string[]): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  for (const { key, content } of all) {
    const before = contents.get(key);
    if (before !== undefined && before !== content) violations.push(`two payments ${what} with one counter: ${key}`);
    contents.set(key, content);
  }
  return contents;
}
