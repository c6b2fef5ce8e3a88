// The machine: outside the till, with a log of its own that is on the disk before it answers. What it has vended is what counts.

import { appendFileSync, closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { VendResult } from 'tillsong';

/** Vends items once asked, jams now and then, and writes down what left it. */
export class Machine {
  /** every item that left the machine, in order */
  readonly vended: number[] = [];
  /** every item that it was asked for and did not deliver */
  readonly jammed: number[] = [];
  private readonly log: number;

  constructor(path: string) {
    appendFileSync(path, '');
    this.log = openSync(path, 'a');
  }

  /** @returns what became of it, after it is on the disk */
  vend(item: number, jams: boolean): VendResult {
    if (jams) {
      this.jammed.push(item);
      return 'failed';
    }
    writeSync(this.log, `${item}\n`);
    fsyncSync(this.log);
    this.vended.push(item);
    return 'vended';
  }

  close(): void {
    closeSync(this.log);
  }
}
