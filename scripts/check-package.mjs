// Packs tillsong as it would be published and uses it as a stranger would: from the packed files and the runtime
// dependencies alone, every entry point is imported, type-checked by a strict consumer, and the command is run.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
// JavaScript and its types, from the three folders that are published, and the documents.
const ALLOWED =
  /^(dist\/(src|dsp|codec)\/[\w/.-]+(?<!\.test)\.(js|d\.ts)|package\.json|README\.md|LICENSE|SPEC\.md|CHANGELOG\.md)$/;
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'SPEC.md', 'CHANGELOG.md'];
const MAX_PACKED_BYTES = 1_000_000;

function run(command, args, cwd) {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
}

function fail(message) {
  console.error(`check-package: ${message}`);
  process.exitCode = 1;
}

/** @returns the path of the tarball, after checking what is in it */
function pack(folder) {
  const [{ filename, files, size }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT),
  );
  const paths = files.map(({ path }) => path);
  for (const path of paths) if (!ALLOWED.test(path)) fail(`ships ${path}`);
  for (const path of REQUIRED) if (!paths.includes(path)) fail(`does not ship ${path}`);
  if (size > MAX_PACKED_BYTES) fail(`is ${size} bytes packed, expected ${MAX_PACKED_BYTES} at most`);
  console.log(`packed ${paths.length} files, ${size} bytes`);
  return join(folder, filename);
}

/** Lays out node_modules as an install would: the packed files, and copies of the runtime dependencies without any other. */
function installPacked(tarball, consumer) {
  const modules = join(consumer, 'node_modules');
  mkdirSync(modules, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', modules], consumer);
  cpSync(join(modules, 'package'), join(modules, 'tillsong'), { recursive: true });
  rmSync(join(modules, 'package'), { recursive: true });
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '' || entry.dev) continue;
    if (entry.optional && !existsSync(join(ROOT, path))) continue; // another platform's binaries
    cpSync(join(ROOT, path), join(consumer, path), { recursive: true });
  }
}

function useEntryPoints(consumer) {
  const names = Object.keys(MANIFEST.exports)
    .filter((key) => !key.endsWith('.json'))
    .map((key) => `tillsong${key.slice(1)}`);
  const program = names
    .map((name) => `console.log('${name}', Object.keys(await import('${name}')).length);`)
    .join('\n');
  writeFileSync(join(consumer, 'use.mjs'), program);
  process.stdout.write(run(process.execPath, ['use.mjs'], consumer));

  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
  // The core must be usable where there are no types of Node.js or the DOM: React Native, a worklet.
  const ofPages = ['tillsong/browser', 'tillsong/capture-worklet'];
  const core = names.filter((name) => name !== 'tillsong/node' && !ofPages.includes(name));
  typeCheck(consumer, core, { types: [] });
  typeCheck(consumer, [...core, ...ofPages], { types: [], lib: ['es2022', 'dom'] });
  const ofNode = names.filter((name) => !ofPages.includes(name));
  typeCheck(consumer, ofNode, { types: ['node'], typeRoots: [join(ROOT, 'node_modules', '@types')] });
}

/** Type-checks an importing program as Node.js and as bundlers resolve it, without skipping our declaration files. */
function typeCheck(consumer, names, options) {
  writeFileSync(join(consumer, 'use.ts'), names.map((name, i) => `export * as entry${i} from '${name}';`).join('\n'));
  for (const module of ['nodenext', 'preserve']) {
    const compilerOptions = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022'], module, ...options };
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')], consumer);
  }
}

function useCommand(consumer) {
  const [[name, path]] = Object.entries(MANIFEST.bin);
  const command = (...args) => run(process.execPath, [join('node_modules', 'tillsong', path), ...args], consumer);
  const help = command('--help');
  if (!help.startsWith(`Usage: ${name}`)) fail(`${name} --help prints ${JSON.stringify(help.slice(0, 60))}`);
  if (command('--version').trim() !== MANIFEST.version) fail(`${name} --version is not ${MANIFEST.version}`);
  command('send', '--out', 'hello.wav', '--hex', 'c0ffee');
  const heard = command('receive', '--json', 'hello.wav');
  console.log(heard.trimEnd());
  if (JSON.parse(heard).payload !== 'c0ffee') fail(`${name} receive did not hear what ${name} send wrote`);
}

const folder = mkdtempSync(join(tmpdir(), 'tillsong-package-'));
try {
  const consumer = join(folder, 'consumer');
  installPacked(pack(folder), consumer);
  useEntryPoints(consumer);
  useCommand(consumer);
} catch (error) {
  // A command that failed has said why: on standard error, which is in the message, or like tsc on standard output.
  fail([error.message, error.stdout].filter(Boolean).join('\n'));
} finally {
  rmSync(folder, { recursive: true });
}
