// The TypeScript of README.md is type-checked and run as written; what it logs must be what its `// ->` comments say.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as tillsong from 'tillsong';
import * as tillsongCodec from 'tillsong/codec';
import * as tillsongNode from 'tillsong/node';
import ts from 'typescript';

const ROOT = join(dirname(expect.getState().testPath ?? ''), '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks: string[] = [];
// A block that goes on from the one above is run with it, and with what that goes on from.
for (const [, code] of readme.matchAll(/^```ts\n(.*?)^```$/gms))
  blocks.push(code.startsWith('// Goes on from') ? `${blocks.at(-1)}${code}` : code);

/** What README.md may import. */
const MODULES: ReadonlyMap<string, object> = new Map<string, object>([
  ['tillsong', tillsong],
  ['tillsong/codec', tillsongCodec],
  ['tillsong/node', tillsongNode],
]);

function imported(name: string): object {
  const found = MODULES.get(name);
  if (found === undefined) throw new Error(`imports: expected one of ${[...MODULES.keys()].join(', ')}, got ${name}`);
  return found;
}

/** @returns for each code what the type checker says of it, as a module in the root folder of the project */
function typeErrors(codes: readonly string[]): string[][] {
  const configPath = join(ROOT, 'tsconfig.node.json');
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT, undefined, configPath);
  const modules = new Map(codes.map((code, i) => [join(ROOT, `readme-example-${i}.ts`), code]));
  const host = ts.createCompilerHost(options);
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone; // as fast as `tsc` itself; types are not in comments here
  const { readFile, fileExists } = host;
  host.fileExists = (name) => modules.has(name) || fileExists(name);
  host.readFile = (name) => modules.get(name) ?? readFile(name);
  const program = ts.createProgram([...modules.keys()], options, host);
  return [...modules.keys()].map((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  });
}

/** @returns the lines that the code logs; its imports resolve as those of this test do, to the sources */
async function logOf(code: string): Promise<string[]> {
  const lines: string[] = [];
  const console = { log: (...values: unknown[]) => lines.push(values.join(' ')) };
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  await new Function('require', 'exports', 'console', `return (async () => {${outputText}})();`)(imported, {}, console);
  return lines;
}

describe('README.md', () => {
  const before = process.cwd();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillsong-readme-'));
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  test('has code', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(2);
  });

  test('has no type errors, and a planted one is found', () => {
    const planted = `import { Receiver } from 'tillsong'; new Receiver({ sampleRateHz: '48000' });`;
    const errors = typeErrors([...blocks, planted]);
    expect(errors.pop()).toEqual([expect.stringContaining("'string' is not assignable to type 'number'")]);
    expect(errors).toEqual(blocks.map(() => []));
  });

  test.each(blocks)('logs what it says: block %#', async (code) => {
    const expected = [...code.matchAll(/\/\/ -> (.*)$/gm)].map(([, line]) => line);
    expect(expected).not.toEqual([]);
    expect(await logOf(code)).toEqual(expected);
  });
});
