// The TypeScript of README.md is type-checked and run as written; what it logs must be what its `// ->` comments say.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const ROOT = join(dirname(expect.getState().testPath ?? ''), '..');
const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(
  ([, code]) => code,
);

/** @returns what the type checker says of the code, as a module in the root folder of the project */
function typeErrors(code: string): string[] {
  const path = join(ROOT, 'readme-example.ts');
  const configPath = join(ROOT, 'tsconfig.node.json');
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT, undefined, configPath);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, languageVersion, ...rest) =>
    name === path ? ts.createSourceFile(name, code, languageVersion) : getSourceFile(name, languageVersion, ...rest);
  const program = ts.createProgram([path], options, host);
  const source = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
  );
}

/** @returns the lines that the code logs; its imports resolve as those of this test do, to the sources */
async function logOf(code: string): Promise<string[]> {
  const lines: string[] = [];
  const console = { log: (...values: unknown[]) => lines.push(values.join(' ')) };
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  await new Function('require', 'exports', 'console', `return (async () => {${outputText}})();`)(require, {}, console);
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

  test.each(blocks)('runs as written, without type errors: block %#', async (code) => {
    expect(typeErrors(code)).toEqual([]);
    const expected = [...code.matchAll(/\/\/ -> (.*)$/gm)].map(([, line]) => line);
    expect(expected).not.toEqual([]);
    expect(await logOf(code)).toEqual(expected);
  });

  test('would not pass with a wrong type', () => {
    expect(typeErrors(`import { Receiver } from 'tillsong'; new Receiver({ sampleRateHz: '48000' });`)).toHaveLength(1);
  });
});
