// Which version of the code a result was measured with.

import { execFileSync } from 'node:child_process';

/**
 * @param folder - of the working tree
 * @returns short hash of the commit checked out; `unknown` outside of a repository
 */
export function currentCommit(folder: string): string {
  try {
    const command = ['rev-parse', '--short', 'HEAD'];
    return execFileSync('git', command, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
