// Which version of the code a result was measured with: results of two builds are never added up.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What a result depends on, below the folder of the built files: the modem, and what the bench's workers do with it. */
const MEASURED_FOLDERS = ['dsp', 'codec/frame', 'src/modem', 'src/shared', 'bench/trial', 'bench/peers', 'bench/rooms'];

/** The version of the code. */
export interface Build {
  /** Digest of the built files that a result depends on: a change of the documentation does not change it. */
  readonly build: string;
  /** Short hash of the commit checked out; `unknown` outside of a repository. */
  readonly commit: string;
  /** Nothing is changed since that commit. */
  readonly isClean: boolean;
}

/**
 * @param root - of the working tree
 * @param folders - what the digest is taken over, below `distFolder`
 */
export function currentBuild(root: string, distFolder = join(root, 'dist'), folders = MEASURED_FOLDERS): Build {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const files = readdirSync(join(distFolder, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.js')).sort()) {
      const path = join(distFolder, folder, file);
      hash.update(`${relative(distFolder, path).split(sep).join('/')}\n`).update(readFileSync(path));
    }
  }
  return { build: hash.digest('hex').slice(0, 10), ...currentCommit(root) };
}

function currentCommit(root: string): { commit: string; isClean: boolean } {
  try {
    const commit = git(root, 'rev-parse', '--short', 'HEAD');
    // What a bench writes is no change of the code it measures.
    const isClean = git(root, 'status', '--porcelain', '--', '.', ':!bench/results') === '';
    return { commit, isClean };
  } catch {
    return { commit: 'unknown', isClean: false };
  }
}

function git(root: string, ...command: string[]): string {
  return execFileSync('git', command, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
