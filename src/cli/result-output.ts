// The result of a command on standard output: one JSON object with `--json`, lines for people without.

import { type CommandContext, EXIT, tell, visible } from './command-context.js';

/** The option that every command with a result has. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** Writes the result of what was done. */
export function showResult(
  context: CommandContext,
  { json = false }: OutputOptions,
  value: Readonly<Record<string, unknown>>,
  lines: readonly string[],
): void {
  const shown = json ? [JSON.stringify(value)] : lines.map(visible);
  for (const line of shown) context.stdout.write(`${line}\n`);
}

/**
 * Writes that the answer is no, and why: as JSON on standard output, or in words on standard error.
 *
 * @returns the exit code
 */
export function showRefusal(context: CommandContext, { json = false }: OutputOptions, reason: string): number {
  if (json) context.stdout.write(`${JSON.stringify({ ok: false, reason })}\n`);
  else tell(context, `refused: ${reason}`);
  return EXIT.refused;
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** @returns for example `2026-01-01T00:00:00Z` */
export function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
