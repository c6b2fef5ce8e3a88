// The gesture between showing and signing (rule 3), at a terminal: a line that says yes.

import { type CommandContext, visible } from './command-context.js';

/**
 * Asks, and waits for one line. Anything but `y` or `yes` is no, the end of the input too.
 *
 * @param question - shown on standard error, without the `[y/N]`
 */
export async function confirmed(question: string, context: CommandContext): Promise<boolean> {
  context.stderr.write(`${visible(question)} [y/N] `);
  let answer = '';
  for await (const chunk of context.stdin) {
    answer += Buffer.from(chunk).toString('utf8');
    if (answer.includes('\n') || answer.length > 100) break;
  }
  if (!answer.includes('\n')) context.stderr.write('\n');
  return /^y(es)?$/i.test(answer.split('\n', 1)[0].trim());
}
