// The journal's head: sequence and chain hash of the last entry, in a small file of its own beside the database. SQLite recovers a torn or
// flipped write-ahead log by dropping its end, silently; the head, written and synced after every commit, says that something was there.
//
//   0        4          8                40                          48        64
//  +--------+----------+----------------+---------------------------+---------+
//  | "TJH1" | sequence | chain hash 32  | SHA-256 of that, first 8  | zeros   |    two slots: even and odd sequences, so that a torn
//  +--------+----------+----------------+---------------------------+---------+    write leaves the one before

import { createHash } from 'node:crypto';
import { closeSync, existsSync, fdatasyncSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The last entry that was made durable. */
export interface JournalHead {
  readonly sequence: number;
  readonly chainHash: Uint8Array;
}

const SLOT_BYTES = 64;
const MAGIC = Buffer.from('TJH1');
const CHECKED_BYTES = 40;

/** @returns the head file that belongs to a journal */
export function headPathOf(path: string): string {
  return `${path}-head`;
}

/** @returns the newest readable slot; `absent` for no file, `broken` when no slot can be read, `new` when nothing was written yet */
export function readHead(path: string): JournalHead | 'absent' | 'new' | 'broken' {
  if (!existsSync(path)) return 'absent';
  const bytes = readFileSync(path);
  if (bytes.length === 2 * SLOT_BYTES && bytes.every((byte) => byte === 0)) return 'new';
  const slots = [bytes.subarray(0, SLOT_BYTES), bytes.subarray(SLOT_BYTES, 2 * SLOT_BYTES)].map(parseSlot);
  const readable = slots.filter((slot) => slot !== undefined).sort((a, b) => b.sequence - a.sequence);
  return readable[0] ?? 'broken';
}

/** The open file of one journal. */
export class HeadFile {
  private readonly descriptor: number;

  /** Creates the file at its full size when there is none, so that later writes need no room. */
  constructor(path: string) {
    const isNew = !existsSync(path);
    this.descriptor = openSync(path, isNew ? 'w+' : 'r+');
    if (!isNew) return;
    writeSync(this.descriptor, Buffer.alloc(2 * SLOT_BYTES), 0, 2 * SLOT_BYTES, 0);
    fsyncSync(this.descriptor);
    syncFolderOf(path);
  }

  /** Durable when it returns. @throws the system's error when nobody knows whether it is */
  write({ sequence, chainHash }: JournalHead): void {
    const slot = Buffer.alloc(SLOT_BYTES);
    MAGIC.copy(slot, 0);
    slot.writeUInt32BE(sequence, 4);
    slot.set(chainHash, 8);
    checkOf(slot).copy(slot, CHECKED_BYTES);
    writeSync(this.descriptor, slot, 0, SLOT_BYTES, (sequence % 2) * SLOT_BYTES);
    fdatasyncSync(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Makes the creation or renaming of a file durable. */
export function syncFolderOf(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function parseSlot(slot: Buffer): JournalHead | undefined {
  if (slot.length < SLOT_BYTES || !slot.subarray(0, 4).equals(MAGIC)) return undefined;
  if (!slot.subarray(CHECKED_BYTES, CHECKED_BYTES + 8).equals(checkOf(slot))) return undefined;
  return { sequence: slot.readUInt32BE(4), chainHash: Uint8Array.from(slot.subarray(8, CHECKED_BYTES)) };
}

function checkOf(slot: Buffer): Buffer {
  return createHash('sha256').update(slot.subarray(0, CHECKED_BYTES)).digest().subarray(0, 8);
}
