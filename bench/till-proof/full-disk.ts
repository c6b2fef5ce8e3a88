// A disk that is full: a small tmpfs where one may be mounted. The till refuses, loses nothing, vends nothing it has not written, and sells
// again when there is room.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from 'tillsong/node';
import { type Audit, audit } from './audit.js';
import { Machine } from './machine.js';
import { Phones } from './proof-parties.js';
import { singAll } from './sound.js';
import { inspect, live, type Said } from './till-process.js';

export interface FullDisk extends Audit {
  readonly refusals: Readonly<Record<string, number>>;
  readonly soldAgain: boolean;
}

const SIZE = '4m';

/** @returns why it cannot be done here, as text */
export async function fullDisk(folder: string, minFreeBytes: number | undefined): Promise<FullDisk | string> {
  const disk = join(folder, `disk-${minFreeBytes ?? 'default'}`);
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', disk], { encoding: 'utf8' });
  if (mounted.status !== 0) return `no tmpfs can be mounted here: ${(mounted.stderr ?? String(mounted.error)).trim()}`;
  try {
    return await sellUntilFull(disk, join(folder, `machine-${minFreeBytes ?? 'default'}.log`), minFreeBytes);
  } finally {
    // Lazily: a database that was closed in this process may be held open a little longer.
    spawnSync('umount', ['-l', disk]);
  }
}

async function sellUntilFull(disk: string, logPath: string, minFreeBytes: number | undefined): Promise<FullDisk> {
  const journalPath = join(disk, 'journal.sqlite');
  const machine = new Machine(logPath);
  const phones = new Phones();
  const told: Said[] = [];
  const life = async (payments: number, onReady = () => {}) => {
    const payloads: Uint8Array[] = [];
    for (let i = 0; i < payments; i++) payloads.push((await phones.pay()).payload);
    const onVend = () => ({ moment: 'answer' as const, jams: false });
    const options = minFreeBytes === undefined ? {} : { minFreeBytes };
    const { said } = await live({
      journal: journalPath,
      machine,
      sound: singAll(payloads),
      killAfterMs: undefined,
      onVend,
      onReady,
      ...options,
    });
    told.push(...said);
    return said;
  };
  await life(3);
  // Somebody's logs fill the disk while the till is at work, all but a little; then it is started again on the full disk.
  const filler = join(disk, 'filler');
  const fill = () => {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - 16 * 1024)), { flag: 'a' });
  };
  for (let restart = 0; restart < 3; restart++) await life(40, fill);
  rmSync(filler);
  const after = await life(3);
  machine.close();
  const last = await inspect(journalPath);
  const journal = openJournal(journalPath);
  const stops = told.filter(({ reason }) => reason === 'stopped').length;
  const audited = audit(journal.entries(1), machine, told, stops);
  const damage = last?.damage ? [`damage: ${last.damage.detail}`] : [];
  journal.close();
  const soldAgain = after.filter(({ ok }) => ok).length === 3;
  const refusals: Record<string, number> = {};
  for (const { step, reason } of told)
    if (reason !== undefined) refusals[`${step}: ${reason}`] = (refusals[`${step}: ${reason}`] ?? 0) + 1;
  const wasFull = Object.keys(refusals).length > 0;
  const violations = [
    ...audited.violations,
    ...damage,
    ...(soldAgain ? [] : ['it did not sell again when there was room']),
    ...(wasFull ? [] : ['the disk was never full: the proof proves nothing']),
  ];
  return { ...audited, violations, refusals, soldAgain };
}
