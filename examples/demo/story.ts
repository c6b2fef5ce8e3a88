// What the demo tells on its way: numbered steps on standard output, and a bar on standard error while a step is at work.

import type { Writable } from 'node:stream';
import cliProgress from 'cli-progress';

/** Where the story is told. */
export interface Stage {
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Whether standard output shows colours. */
  readonly hasColor: boolean;
}

const STYLES = { bold: '1', good: '1;32', bad: '1;31' } as const;
type Style = keyof typeof STYLES;

const NAME_WIDTH = 10;

export class Story {
  private stepCount = 0;
  private bar: cliProgress.SingleBar | undefined;

  constructor(private readonly stage: Stage) {}

  title(text: string): void {
    this.write(`\n${this.styled('bold', text)}\n\n`);
  }

  /** Tells what a step did; further lines stand below the first. */
  step(name: string, ...lines: readonly string[]): void {
    this.stepCount++;
    const head = `${String(this.stepCount).padStart(2)}  ${name.padEnd(NAME_WIDTH)}`;
    const indent = ' '.repeat(head.length);
    const [first, ...rest] = lines;
    this.write(`${this.styled('bold', head)}${first}\n`);
    for (const line of rest) this.write(`${indent}${line}\n`);
  }

  /** The last word. */
  verdict(isGood: boolean, text: string): void {
    this.write(`\n    ${this.styled(isGood ? 'good' : 'bad', text)}\n\n`);
  }

  line(text: string): void {
    this.write(text === '' ? '\n' : `    ${text}\n`);
  }

  private styled(style: Style, text: string): string {
    return this.stage.hasColor ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  }

  /** Shows that something is at work; the next line of the story takes the bar away. @param share - 0 to 1 */
  working(what: string, share: number): void {
    if (!this.stage.stderr.isTTY) return;
    if (this.bar) {
      this.bar.update(share, { what });
      return;
    }
    this.bar = new cliProgress.SingleBar({
      stream: this.stage.stderr,
      format: '    {what} [{bar}] {percentage}%',
      barsize: 30,
      clearOnComplete: true,
      linewrap: true,
      hideCursor: null,
      gracefulExit: false,
    });
    this.bar.start(1, share, { what });
  }

  /** Takes the bar away, for good or until something is at work again. */
  rest(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private write(text: string): void {
    this.rest();
    this.stage.stdout.write(text);
  }
}
