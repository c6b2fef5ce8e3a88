// Compiles every TypeScript file, tests included, to .tests/, where Node.js loads them as they are: jest's global setup.
// By swc and file by file, which takes a second; types are checked by `npm run typecheck`.

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OUT = join(ROOT, '.tests');
const SOURCE_FOLDERS = ['src', 'dsp', 'codec', 'bench', 'examples', 'fixtures'];
const OPTIONS = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'es6' },
  swcrc: false,
  sourceMaps: 'inline',
};

/** What the tests import from '@jest/globals': what shared-runner.mjs hands in, anew for each test file. */
const GLOBALS = `export let describe, test, it, expect, jest, beforeAll, beforeEach, afterAll, afterEach;
export function use(globals) {
  ({ describe, test, it, expect, jest, beforeAll, beforeEach, afterAll, afterEach } = globals);
}
`;

/** @returns the paths of all files below a folder whose names end so, relative to it */
function filesBelow(folder, ending) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
}

/** @returns a file's time, or -1 when there is none */
const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1;

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What is compiled bears the time of its source: another time, older or newer, means another source. */
async function compileFile(source) {
  const from = join(ROOT, source);
  const to = join(OUT, source.replace(/\.ts$/, '.js'));
  const { atime, mtime, mtimeMs } = statSync(from);
  if (Math.abs(timeOf(to) - mtimeMs) < 1) return;
  const { code } = await transform(readFileSync(from, 'utf8'), { ...OPTIONS, filename: from, sourceFileName: from });
  write(to, code);
  utimesSync(to, atime, mtime);
}

export default async function compile() {
  const stamp = join(OUT, '.compiled-by');
  const compiler = [fileURLToPath(import.meta.url), join(ROOT, 'package-lock.json')].map(timeOf).join();
  if (timeOf(stamp) < 0 || readFileSync(stamp, 'utf8') !== compiler) rmSync(OUT, { recursive: true, force: true });
  const sources = SOURCE_FOLDERS.flatMap((folder) =>
    filesBelow(join(ROOT, folder), '.ts').map((file) => join(folder, file)),
  );
  await Promise.all(sources.map(compileFile));
  const wanted = new Set(sources.map((source) => source.replace(/\.ts$/, '.js')));
  for (const folder of SOURCE_FOLDERS)
    for (const file of filesBelow(join(OUT, folder), '.js'))
      if (!wanted.has(join(folder, file))) rmSync(join(OUT, folder, file));
  // By its own name the package is what was compiled here, not what was built to dist/.
  const { name, version, type, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const here = JSON.stringify({ name, version, type, exports }).replaceAll('./dist/', './');
  write(join(OUT, 'package.json'), here);
  const globals = join(OUT, 'node_modules', '@jest', 'globals');
  write(join(globals, 'index.js'), GLOBALS);
  write(join(globals, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  write(stamp, compiler);
}
