// Runs one test file, as jest's `testRunner`. It is jest-circus that does, but the file and what it imports are loaded by
// Node.js itself, as the modules they are, where jest would load them into a sandbox of that file. So a module is loaded,
// and compiled to fast code, once in a process and not once for each test file: that halves the time of all tests. What a
// sandbox keeps apart is shared here: a test that changes something global restores it.

import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const CIRCUS = dirname(require.resolve('jest-circus/package.json'));
/** What jest-circus loads into each sandbox: it keeps the tests of one file, and how they went. */
const ADAPTER = join(CIRCUS, 'build', 'jestAdapterInit.js');
const { ModuleMocker } = createRequire(ADAPTER)('jest-mock');

const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');
const TEST_TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');

const mocker = new ModuleMocker(globalThis);
const jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
  setTimeout(timeoutMs) {
    globalThis[TEST_TIMEOUT] = timeoutMs;
  },
};

/** @returns jest-circus without tests yet */
function freshAdapter() {
  delete require.cache[ADAPTER];
  delete globalThis[EVENT_HANDLERS];
  delete globalThis[TEST_TIMEOUT];
  return require(ADAPTER);
}

export default async function runTestFile(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  const compiled = join(config.rootDir, '.tests');
  const { initialize, runAndTransformResultsToJestFormat } = freshAdapter();
  const { use } = await import(pathToFileURL(join(compiled, 'node_modules', '@jest', 'globals', 'index.js')));
  await initialize({
    config: { ...config, injectGlobals: false },
    environment,
    globalConfig,
    localRequire: require,
    parentProcess: process,
    runtime,
    sendMessageToJest,
    setGlobalsForRuntime: (globals) => use({ ...globals, jest }),
    testPath,
  });
  const testFile = pathToFileURL(join(compiled, relative(config.rootDir, testPath).replace(/\.ts$/, '.js')));
  await import(testFile);
  const result = await runAndTransformResultsToJestFormat({
    config,
    globalConfig,
    setupAfterEnvPerfStats: {},
    testPath,
  });
  mocker.restoreAllMocks();
  return result;
}
