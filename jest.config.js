/** The fast tests: `*.test.ts` beside the code. Long curves and soaks end in `.slow.test.ts` and run by `npm run test:slow`. */
export default {
  testEnvironment: 'node',
  maxWorkers: '100%',
  testMatch: ['<rootDir>/{src,dsp,codec,bench,examples,fixtures}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.slow\\.test\\.ts$'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  moduleNameMapper: {
    '^tillsong$': '<rootDir>/src/index.ts',
    '^tillsong/dsp$': '<rootDir>/dsp/index.ts',
    '^tillsong/codec$': '<rootDir>/codec/index.ts',
    '^tillsong/node$': '<rootDir>/src/node/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Globals looked up through jest's sandbox make numeric loops four times slower; these are handed in as they are.
  sandboxInjectedGlobals: [
    ...['Math', 'Number', 'BigInt', 'String', 'Array', 'Object', 'Map', 'Set', 'ArrayBuffer', 'DataView'],
    ...['Int8Array', 'Int16Array', 'Int32Array', 'Uint8Array', 'Uint16Array', 'Uint32Array'],
    ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
  ],
  transform: {
    '\\.[tj]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(@noble|cookie)/)'],
};
