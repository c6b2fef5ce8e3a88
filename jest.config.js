/** The fast tests: `*.test.ts` beside the code. Long curves and soaks end in `.slow.test.ts` and run by `npm run test:slow`. */
export default {
  maxWorkers: '100%',
  testMatch: ['<rootDir>/{src,dsp,codec,bench,examples,fixtures}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.slow\\.test\\.ts$'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.tests/'],
  globalSetup: '<rootDir>/scripts/jest/compile.mjs',
  testRunner: '<rootDir>/scripts/jest/shared-runner.mjs',
  // The files are compiled by the global setup.
  transform: {},
};
