// A fleet as files, one upload a line, for uploaders that are processes of their own. Pieces overlap at random, and every journal is
// handed to more than one uploader.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_UPLOAD_ENTRIES, makeUpload, SeededRandom, type Upload } from 'tillsong';
import type { Fleet } from './fleet.js';

/** How a fleet's uploads are dealt out. */
export interface Deal {
  readonly folder: string;
  readonly uploaderCount: number;
  /** how many uploaders get each journal and bill; 1 for a clean measurement */
  readonly copies: number;
  /** whether the pieces of a journal overlap */
  readonly overlapping: boolean;
  readonly seed: number;
}

/** @returns the path of each uploader's file */
export function writeFleetFiles(fleet: Fleet, deal: Deal): readonly string[] {
  const { folder, uploaderCount, copies, overlapping, seed } = deal;
  mkdirSync(folder, { recursive: true });
  const random = new SeededRandom(seed);
  const pieces: { piece: number; line: string }[][] = Array.from({ length: uploaderCount }, () => []);
  const journals = fleet.tills.flatMap((till, i) =>
    Array.from({ length: copies }, (_, copy) => ({ till, at: i + copy * 3 })),
  );
  for (const { till, at } of journals) {
    const own = pieces[at % uploaderCount];
    for (let first = 1, piece = 0; first <= till.entries.length; piece++) {
      const count = overlapping ? 1 + random.below(MAX_UPLOAD_ENTRIES) : MAX_UPLOAD_ENTRIES;
      const last = Math.min(first + count - 1, till.entries.length);
      own.push({ piece, line: JSON.stringify(makeUpload(till.upload(first, last))) });
      const isRepeated = overlapping && last < till.entries.length;
      first = isRepeated ? Math.max(first + 1, last + 1 - random.below(60)) : last + 1;
    }
  }
  // All first pieces, then all second ones: while one till's is written, another's is checked.
  const lines = pieces.map((own) => own.sort((a, b) => a.piece - b.piece).map(({ line }) => line));
  if (copies > 1) {
    const bills = billsOf(fleet).map((upload) => JSON.stringify(makeUpload(upload)));
    for (const [i, line] of bills.entries())
      for (let copy = 0; copy < copies; copy++) insertAtRandom(lines[(i + copy) % uploaderCount], line, random);
  }
  return lines.map((own, i) => {
    const path = join(folder, `uploads-${i}.jsonl`);
    writeFileSync(path, own.map((line) => `${line}\n`).join(''));
    return path;
  });
}

function billsOf({ bills }: Fleet): Upload[] {
  const uploads: Upload[] = [];
  for (let i = 0; i < bills.length; i += 50) uploads.push({ kind: 'bill', payments: bills.slice(i, i + 50) });
  return uploads;
}

function insertAtRandom(lines: string[], line: string, random: SeededRandom): void {
  lines.splice(random.below(lines.length + 1), 0, line);
}
