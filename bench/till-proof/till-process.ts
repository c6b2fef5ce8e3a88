// One life of the till's process, from start to kill -9 or to the end of its input.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Machine } from './machine.js';

const PROGRAM = fileURLToPath(new URL('./till-child.js', import.meta.url));

/** What the till said of one thing heard. */
export interface Said {
  readonly ready?: boolean;
  readonly damage?: { readonly kind: string; readonly detail: string } | null;
  readonly refusal?: string | null;
  readonly entries?: readonly string[];
  readonly ok?: boolean;
  readonly step?: string;
  readonly reason?: string;
  readonly item?: number;
  readonly outcome?: string;
  readonly repeated?: boolean;
}

/** What the machine does when it is asked: `before` and `after` kill the till around the vend, `answer` goes on. */
export type VendMoment = 'before' | 'after' | 'answer';

export interface LifeOptions {
  readonly journal: string;
  readonly machine: Machine;
  /** 16-bit samples, written at once; the till hears as fast as it can */
  readonly sound: Uint8Array;
  /** milliseconds after the till is ready; undefined lets it live to the end of the sound */
  readonly killAfterMs: number | undefined;
  readonly onVend: () => { readonly moment: VendMoment; readonly jams: boolean };
  readonly minFreeBytes?: number;
  /** what happens when the till has started and before it hears anything */
  readonly onReady?: () => void;
}

/** What one life came to. */
export interface Life {
  readonly said: readonly Said[];
  readonly wasKilled: boolean;
}

export async function live(options: LifeOptions): Promise<Life> {
  const { journal, machine, sound, killAfterMs, onVend, minFreeBytes, onReady } = options;
  const args = minFreeBytes === undefined ? [] : [String(minFreeBytes)];
  const child = spawn(process.execPath, [PROGRAM, 'sell', journal, ...args], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
  let wasKilled = false;
  const kill = () => {
    wasKilled = true;
    child.kill('SIGKILL');
  };
  child.on('message', (message) => {
    const { vend: item } = message as { vend: number };
    if (wasKilled) return;
    const { moment, jams } = onVend();
    if (moment === 'before') return kill();
    const result = machine.vend(item, jams);
    if (moment === 'after') return kill();
    child.send({ result }, () => {});
  });
  child.stdin?.on('error', () => {});
  const said: Said[] = [];
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    const parsed = parsedLine(line);
    if (parsed === undefined) return;
    said.push(parsed);
    if (!parsed.ready) return;
    onReady?.();
    child.stdin?.end(sound);
    if (killAfterMs !== undefined) setTimeout(kill, killAfterMs);
  });
  await ended(child);
  return { said, wasKilled };
}

/** @returns what the till finds when it opens a journal; undefined when it crashed over it */
export async function inspect(journal: string): Promise<Said | undefined> {
  const child = spawn(process.execPath, [PROGRAM, 'inspect', journal], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await ended(child);
  return parsedLine(text);
}

async function ended(child: ChildProcess): Promise<void> {
  await once(child, 'close');
}

/** A line that was cut off by the kill was not said. */
function parsedLine(line: string): Said | undefined {
  try {
    return JSON.parse(line) as Said;
  } catch {
    return undefined;
  }
}
