// Who may import whom: the table of the house, enforced. It reads every source as TypeScript's own parser sees it, so that
// type imports, re-exports, import() and require() count as well.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

interface Rule {
  /** What of ours may be imported besides the area itself: paths from the root, or published entry points. */
  readonly ours: readonly string[];
  /** Packages that may be imported; `declared` stands for every one in package.json. */
  readonly packages: readonly string[] | 'declared';
  readonly nodeApi: boolean;
  /** Portable core: must load anywhere, so it reads no global of a platform, no clock and no randomness. */
  readonly core: boolean;
}

const CORE = { packages: [], nodeApi: false, core: true } as const;
const NOBLE = ['@noble/curves', '@noble/ed25519', '@noble/hashes'];
// The journal and the ledger on disk, and the settlement service.
const NODE_PACKAGES = ['libsql', 'kysely', 'pg', 'fastify', '@fastify/rate-limit', 'prom-client'];
const INTERNALS = ['src/index.ts', 'src/modem', 'src/payment', 'src/shared', 'dsp', 'codec'];
const ENTRY_POINTS = [
  'tillsong',
  'tillsong/dsp',
  'tillsong/codec',
  'tillsong/browser',
  'tillsong/capture-worklet',
  'tillsong/node',
];

const RULES: Readonly<Record<string, Rule>> = {
  'src/shared': { ...CORE, ours: [] },
  dsp: { ...CORE, ours: ['src/shared'], packages: ['fft.js'] },
  codec: { ...CORE, ours: ['src/shared'], packages: NOBLE },
  'src/modem': { ...CORE, ours: ['dsp', 'codec/frame', 'src/shared'] },
  'src/payment': { ...CORE, ours: ['codec/token', 'src/shared'], packages: NOBLE },
  'src/index.ts': { ...CORE, ours: ['src/modem', 'src/payment', 'src/shared'] },
  'src/browser': { ours: INTERNALS, packages: [], nodeApi: false, core: false },
  'src/node': { ours: INTERNALS, packages: NODE_PACKAGES, nodeApi: true, core: false },
  'src/cli': { ours: ENTRY_POINTS, packages: ['commander', 'cli-progress'], nodeApi: true, core: false },
  examples: { ours: ENTRY_POINTS, packages: 'declared', nodeApi: true, core: false },
  bench: { ours: ENTRY_POINTS, packages: 'declared', nodeApi: true, core: false },
  fixtures: { ours: ENTRY_POINTS, packages: 'declared', nodeApi: true, core: false },
};

// A test may reach for anything but what was built.
const TEST_RULE: Rule = {
  ours: [...Object.keys(RULES), ...ENTRY_POINTS],
  packages: 'declared',
  nodeApi: true,
  core: false,
};

// Names that the core must take as parameters instead. The type check without DOM and Node types refuses most of them; it
// cannot see Date and Math.random, which are part of the language, nor an ambient declaration that helps itself.
const FORBIDDEN_GLOBALS = new Set(
  `Date globalThis process Buffer require module console performance crypto fetch setTimeout setInterval setImmediate
   queueMicrotask window document self navigator location TextEncoder TextDecoder AudioContext Worker eval`.split(
    /\s+/,
  ),
);

const ROOT = join(dirname(expect.getState().testPath ?? ''), '..');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const SHIPPED_PACKAGES = Object.keys(MANIFEST.dependencies);
const DECLARED_PACKAGES = [...SHIPPED_PACKAGES, ...Object.keys(MANIFEST.devDependencies)];

const PARSING = { languageVersion: ts.ScriptTarget.ES2022, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };

function isWithin(path: string, area: string): boolean {
  return path === area || path.startsWith(`${area}/`);
}

/** @returns what a file does that its area's rule forbids, one line each */
function violations(path: string, source: string): string[] {
  const isTest = path.endsWith('.test.ts');
  const area = isTest ? posix.dirname(path) : Object.keys(RULES).find((candidate) => isWithin(path, candidate));
  if (!area) return [`${path}: is in no area of the table`];
  const rule = isTest ? TEST_RULE : RULES[area];
  const file = ts.createSourceFile(path, source, PARSING, rule.core);
  const found = importedNames(file).filter((name) => !mayImport(path, area, rule, name));
  const lines = found.map((name) => `${path}: must not import ${name}`);
  if (!rule.core) return lines;
  for (const { fileName } of [...file.typeReferenceDirectives, ...file.libReferenceDirectives])
    lines.push(`${path}: must not refer to the types of ${fileName}`);
  return [...lines, ...usedGlobals(file).map((name) => `${path}: must not use ${name}`)];
}

function mayImport(path: string, area: string, rule: Rule, name: string): boolean {
  if (name.startsWith('.')) {
    const target = posix.join(posix.dirname(path), name).replace(/\.js$/, '.ts');
    return [area, ...rule.ours].some((allowed) => isWithin(target, allowed));
  }
  if (name.startsWith('node:')) return rule.nodeApi;
  if (rule.ours.includes(name)) return true;
  const allowed = rule.packages === 'declared' ? DECLARED_PACKAGES : rule.packages;
  return allowed.some((allowedPackage) => isWithin(name, allowedPackage));
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

/** @returns the module names of all imports, whatever their form; `(computed)` for one that is no literal */
function importedNames(file: ts.SourceFile): string[] {
  const names: string[] = [];
  const add = (specifier: ts.Node | undefined) =>
    names.push(specifier && ts.isStringLiteralLike(specifier) ? specifier.text : '(computed)');
  visit(file, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
    else if (ts.isCallExpression(node) && isNamed(node.expression, 'require')) add(node.arguments[0]);
  });
  return names;
}

/** @returns the forbidden globals that a file names, and Math.random; a name that the file itself declares is its own */
function usedGlobals(file: ts.SourceFile): string[] {
  const used = new Set<string>();
  const own = new Set<string>();
  visit(file, (node) => {
    if (ts.isPropertyAccessExpression(node) && node.name.text === 'random' && isNamed(node.expression, 'Math'))
      used.add('Math.random');
    if (!ts.isIdentifier(node) || !FORBIDDEN_GLOBALS.has(node.text)) return;
    const { parent } = node;
    const isDeclared =
      (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isFunctionDeclaration(parent)) &&
      parent.name === node;
    const isMember =
      (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
      ((ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent)) &&
        parent.name === node);
    if (isDeclared && !isAmbient(parent)) own.add(node.text);
    else if (!isMember) used.add(node.text);
  });
  return [...used].filter((name) => !own.has(name));
}

function isAmbient(node: ts.Node): boolean {
  if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword))
    return true;
  return node.parent !== undefined && isAmbient(node.parent);
}

/** @returns the paths of all sources, from the root, with forward slashes */
function sourcePaths(): string[] {
  const folders = ['src', 'dsp', 'codec', 'examples', 'bench', 'fixtures'].filter((folder) =>
    existsSync(join(ROOT, folder)),
  );
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path.split(sep).join('/')}`)
      .filter((path) => path.endsWith('.ts')),
  );
}

describe('imports', () => {
  const paths = sourcePaths();

  test('of every source keep to the table', () => {
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.flatMap((path) => violations(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });

  test('of what is shipped need no package that is only for development', () => {
    const needed = Object.values(RULES).flatMap(({ packages }) => (packages === 'declared' ? [] : packages));
    expect(needed.filter((name) => !SHIPPED_PACKAGES.includes(name))).toEqual([]);
  });

  test('of the core are type-checked without DOM and Node', () => {
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
    expect({ lib: options.lib, types: options.types }).toEqual({ lib: ['lib.es2022.d.ts'], types: [] });
    const checked = new Set(fileNames.map((name) => relative(ROOT, name).split(sep).join('/')));
    const isCore = (path: string) => Object.entries(RULES).some(([area, { core }]) => core && isWithin(path, area));
    expect(paths.filter((path) => isCore(path) && !path.endsWith('.test.ts') && !checked.has(path))).toEqual([]);
  });
});

describe('the check of imports', () => {
  test.each([
    ['dsp/a.ts', `import { crc } from '../codec/frame/crc.js';`],
    ['dsp/channel/a.ts', `import type { Frame } from '../../codec/index.js';`],
    ['dsp/a.ts', `export * from '../src/modem/receiver.js';`],
    ['dsp/a.ts', `import { readFile } from 'node:fs';`],
    ['dsp/a.ts', `import { readFile } from 'fs';`],
    ['dsp/a.ts', `import { encodeFrame } from 'tillsong/codec';`],
    ['dsp/a.ts', `type Frame = import('../codec/index.js').Frame;`],
    ['codec/token/a.ts', `const dsp = await import('../../dsp/fft.js');`],
    ['codec/a.ts', `const dsp = await import(name);`],
    ['codec/a.ts', `import FFT from 'fft.js';`],
    ['src/shared/a.ts', `import { Fft } from '../../dsp/fft.js';`],
    ['src/modem/a.ts', `import { Spend } from '../../codec/token/spend.js';`],
    ['src/payment/a.ts', `import { Receiver } from '../modem/receiver.js';`],
    ['src/index.ts', `export * from './node/index.js';`],
    ['src/node/a.ts', `import { Speaker } from '../browser/speaker.js';`],
    ['src/cli/a.ts', `import { Receiver } from '../index.js';`],
    ['src/cli/a.ts', `import { Receiver } from '../modem/receiver.js';`],
    ['src/cli/a.ts', `import wav from 'node-wav';`],
    ['bench/a.ts', `import { Fft } from '../dsp/fft.js';`],
    ['examples/a.ts', `import { Receiver } from '../dist/src/index.js';`],
    ['fixtures/a.ts', `import x from 'left-pad';`],
    ['dsp/a.test.ts', `import { Fft } from '../dist/dsp/fft.js';`],
    ['dsp/a.ts', `const id = require('node:crypto').randomUUID();`],
    ['dsp/a.ts', `/// <reference types="node" />`],
    ['dsp/a.ts', `/// <reference lib="dom" />`],
    ['dsp/a.ts', `const noise = Math.random();`],
    ['codec/a.ts', `export function age() { return Date.now(); }`],
    ['codec/a.ts', `const bytes = Buffer.from('00', 'hex');`],
    ['src/modem/a.ts', `declare const process: { exit(): void };`],
    ['src/modem/a.ts', `const page = globalThis['document'];`],
    ['src/elsewhere/a.ts', `export const x = 1;`],
  ])('catches what is planted in %s: %s', (path, source) => {
    expect(violations(path, source)).not.toEqual([]);
  });

  test.each([
    [
      'dsp/a.ts',
      `import FFT from 'fft.js'; import { hardBit } from '../src/shared/llr.js'; import { b } from './b.js';`,
    ],
    ['codec/token/a.ts', `import { sha256 } from '@noble/hashes/sha2.js'; import { crc32 } from '../frame/crc.js';`],
    ['codec/a.ts', `export function check(process: number) { return process; }`],
    ['codec/a.ts', `const spend = { performance: 1 }; export const x = spend.performance;`],
    ['src/modem/a.ts', `import { Fft } from '../../dsp/index.js'; import { frame } from '../../codec/frame/frame.js';`],
    ['src/index.ts', `export * from './modem/receiver.js'; export * from './shared/errors.js';`],
    ['src/node/a.ts', `import { readFile } from 'node:fs/promises'; const now = Date.now();`],
    [
      'src/cli/a.ts',
      `import { Receiver } from 'tillsong'; import { Command } from 'commander'; import { run } from './run.js';`,
    ],
    ['bench/a.ts', `import { Fft } from 'tillsong/dsp'; import { PNG } from 'pngjs';`],
    ['dsp/a.test.ts', `import { test } from '@jest/globals'; import { crc32 } from '../codec/frame/crc.js';`],
  ])('lets pass what is allowed in %s: %s', (path, source) => {
    expect(violations(path, source)).toEqual([]);
  });
});
