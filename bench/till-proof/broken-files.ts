// Files that a power cut tore or a worn card flipped: whatever is done to them, the till either finds everything that it had written, or says
// that it is damaged and sells nothing.

import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeededRandom } from 'tillsong';
import { inspect, type Said } from './till-process.js';

export interface BrokenFiles {
  readonly trials: number;
  /** nothing was lost: the change hit what nobody reads */
  readonly whole: number;
  readonly reported: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

const ENDS = ['', '-wal', '-head'] as const;
type End = (typeof ENDS)[number];

/** Ways to break a journal; each says what it did. */
const BREAKS: readonly ((path: string, random: SeededRandom) => string)[] = [
  (path, random) => flip(path, '', random),
  (path, random) => flip(path, '-wal', random),
  (path, random) => flip(path, '-head', random),
  (path, random) => tear(path, '-wal', random),
  (path, random) => tear(path, '', random),
  (path, random) => zeroLastPage(path, random.uniform() < 0.5 ? '' : '-wal'),
];

/**
 * @param source - a journal as a kill left it, log and all
 * @param trials - how often it is broken anew
 */
export async function breakFiles(
  source: string,
  folder: string,
  trials: number,
  random: SeededRandom,
  onTrial: (trial: number) => void,
): Promise<BrokenFiles> {
  const path = join(folder, 'broken.sqlite');
  copyAll(source, path);
  const sound = await inspect(path);
  const violations: string[] = sound?.entries === undefined || sound.damage ? ['the journal was broken before'] : [];
  const reported: Record<string, number> = {};
  let whole = 0;
  for (let trial = 1; trial <= trials; trial++) {
    copyAll(source, path);
    const what = BREAKS[trial % BREAKS.length](path, random);
    const found = await inspect(path);
    const kind = judge(found, sound?.entries ?? []);
    if (kind === 'whole') whole++;
    else if (kind.startsWith('damage')) reported[kind] = (reported[kind] ?? 0) + 1;
    else violations.push(`${what}: ${kind}`);
    onTrial(trial);
  }
  return { trials, whole, reported, violations };
}

function judge(found: Said | undefined, original: readonly string[]): string {
  if (found?.entries === undefined) return 'the till crashed without a word';
  const isWhole = found.entries.length >= original.length && original.every((hash, i) => found.entries?.[i] === hash);
  if (!found.damage) return isWhole ? 'whole' : 'entries are lost or changed, and nothing is reported';
  if (found.refusal !== 'journal') return 'damaged, and it would sell';
  return `damage: ${found.damage.kind}`;
}

function copyAll(source: string, path: string): void {
  for (const end of [...ENDS, '-shm']) rmSync(`${path}${end}`, { force: true });
  for (const end of ENDS) if (existsSync(`${source}${end}`)) copyFileSync(`${source}${end}`, `${path}${end}`);
}

function flip(path: string, end: End, random: SeededRandom): string {
  const bytes = readFileSync(`${path}${end}`);
  if (bytes.length === 0) return `nothing to flip in ${end}`;
  const offset = Math.floor(random.uniform() * bytes.length);
  const bit = Math.floor(random.uniform() * 8);
  bytes[offset] ^= 1 << bit;
  writeFileSync(`${path}${end}`, bytes);
  return `bit ${bit} of byte ${offset} of journal${end} flipped`;
}

function tear(path: string, end: End, random: SeededRandom): string {
  const { length } = readFileSync(`${path}${end}`);
  const left = Math.floor(length - random.uniform() * Math.min(length, 8192));
  truncateSync(`${path}${end}`, left);
  return `journal${end} torn to ${left} of ${length} bytes`;
}

function zeroLastPage(path: string, end: End): string {
  const bytes = readFileSync(`${path}${end}`);
  bytes.fill(0, Math.max(0, bytes.length - 4096));
  writeFileSync(`${path}${end}`, bytes);
  return `last page of journal${end} is zeros`;
}
