// What stands behind `npm start`, `npm test` and the other npm scripts: does whatever a fresh clone still lacks, then runs
// the target. Plain JavaScript without dependencies, because it is what installs them.
//
//   node scripts/run.mjs build                       install, build
//   node scripts/run.mjs dist/examples/demo.js ...   install, build if the sources changed, run that program
//   node scripts/run.mjs jest ...                    install, run that package's command
//
// It speaks on standard error only, so that a program's standard output stays its own.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built-from');
const SOURCE_FOLDERS = ['src', 'dsp', 'codec', 'bench', 'examples', 'fixtures'];
const BUILD_CONFIGS = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json'];

function say(text) {
  process.stderr.write(`tillsong: ${text}\n`);
}

// Ctrl-C reaches the child too: it concludes in its own way and this script waits for it.
process.on('SIGINT', () => {});

/** Runs a command with this one's terminal and ends with its exit code when it fails. */
function runOrExit(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (result.error) say(`cannot run ${command}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** @returns the `packages` of a lock file, or undefined when there is none or it is broken */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * npm writes node_modules/.package-lock.json at the end of an install, so an interrupted one shows too. Versions are
 * compared, not file times: a checkout changes the times of files that are the same. Packages that are optional (another
 * platform's binaries) may be absent.
 */
function isInstalled() {
  const wanted = lockedPackages(join(ROOT, 'package-lock.json'));
  const present = lockedPackages(join(ROOT, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version,
  );
}

function install() {
  if (isInstalled()) return;
  say('installing the packages of package-lock.json (npm ci), about a minute ...');
  // --include=dev: building and testing need them even where NODE_ENV says production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const stdio = ['ignore', 2, 2];
  const npm = process.env.npm_execpath;
  if (npm && /\.[cm]?js$/.test(npm)) runOrExit(process.execPath, [npm, ...args], { cwd: ROOT, stdio });
  else runOrExit('npm', args, { cwd: ROOT, stdio, shell: process.platform === 'win32' });
}

/** @returns the paths of all files below a folder whose names pass, in a stable order */
function filesBelow(folder, accept) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && accept(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function isBuiltSource(name) {
  return name.endsWith('.ts') && !name.endsWith('.test.ts');
}

/** @returns a digest of what the build depends on: names, sizes and times of the sources, so that a deleted one counts too */
function sourcesDigest() {
  const files = SOURCE_FOLDERS.flatMap((folder) => filesBelow(join(ROOT, folder), isBuiltSource));
  const hash = createHash('sha256');
  for (const file of [...files, ...BUILD_CONFIGS.map((name) => join(ROOT, name))]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(ROOT, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Deletes what was built from a source that is no longer there, so that it is neither found nor shipped. */
function pruneOrphans() {
  for (const file of filesBelow(DIST, (name) => /\.(js|d\.ts|js\.map)$/.test(name))) {
    const source = relative(DIST, file).replace(/\.(js|d\.ts|js\.map)$/, '.ts');
    if (!existsSync(join(ROOT, source)) || !isBuiltSource(source)) rmSync(file);
  }
}

function build() {
  const digest = sourcesDigest();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  say('building (TypeScript to dist) ...');
  rmSync(STAMP, { force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  runOrExit(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  pruneOrphans();
  const cli = join(DIST, 'src', 'cli', 'main.js');
  if (existsSync(cli)) chmodSync(cli, 0o755);
  mkdirSync(DIST, { recursive: true });
  writeFileSync(STAMP, digest);
}

/** @returns the script behind a package's command, read from its manifest: works without a shell on every platform */
function packageCommand(name) {
  const folder = join(ROOT, 'node_modules', ...name.split('/'));
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[name]);
}

const [target, ...args] = process.argv.slice(2);
if (!target) {
  say('usage: node scripts/run.mjs build | dist/PROGRAM.js [ARGUMENT...] | PACKAGE [ARGUMENT...]');
  process.exit(64);
}
install();
if (target === 'build') {
  build();
} else if (target.startsWith('dist/')) {
  build();
  const program = join(ROOT, ...target.split('/'));
  if (!existsSync(program)) {
    say(`there is no ${relative(ROOT, program).split(sep).join('/')}: it has no source in this version`);
    process.exit(1);
  }
  runOrExit(process.execPath, ['--enable-source-maps', program, ...args]);
} else {
  // Tests make much short-lived garbage: with a larger nursery than V8's 16 MB they take a fifteenth less time.
  const flags =
    target === 'jest' ? ['--enable-source-maps', '--min-semi-space-size=32', '--max-semi-space-size=64'] : [];
  runOrExit(process.execPath, [...flags, packageCommand(target), ...args], { cwd: ROOT });
}
