// How much faster than real time the receiver listens and decodes, how soon a message is out, where the time goes, what it
// costs in memory, beside the npm ggwave in the same run: `npm run bench -- --help`.
// Writes bench/results/speed.json and speed.md, and prints the tables. Ratios within one run are what counts.

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { markdownOf, textOf } from './link/report-table.js';
import { currentBuild } from './run/build.js';
import { countOption } from './run/options.js';
import { measureSpeed } from './speed/measure-speed.js';
import { SPEED_HEAD, speedSections } from './speed/speed-report.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const { seconds, minutes, out } = new Command('bench')
  .description('speed, latency and memory of the receiver')
  .option('--seconds <n>', 'most time for each scene', countOption, 3)
  .option('--minutes <n>', 'minutes of audio for the heap', countOption, 10)
  .option('--out <folder>', 'where the results go', join(ROOT, 'bench', 'results'))
  .parse()
  .opts<{ seconds: number; minutes: number; out: string }>();

const results = await measureSpeed({ seconds, minutes }, (what) => process.stderr.write(`measuring: ${what}\n`));
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
const { commit, isClean } = currentBuild(ROOT);
const provenance = { ...machine, commit: isClean ? commit : `${commit} and changes`, seconds };
const sections = speedSections(results);
const head = `${SPEED_HEAD} Measured on ${machine.cpu} (${machine.cores} cores) with Node ${machine.node}, commit ${provenance.commit}.`;
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'speed.json'), `${JSON.stringify({ provenance, ...results }, undefined, 1)}\n`);
writeFileSync(join(out, 'speed.md'), markdownOf('Speed bench', head, sections));
process.stdout.write(`${head}\n\n${textOf(sections)}`);
