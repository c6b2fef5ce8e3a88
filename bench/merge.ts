// Joins the records of several shards or machines into one report: `npm run bench:merge -- FILES_OR_FOLDERS`.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { writeBudgetReport } from './budget/budget-report.js';
import { writeLinkReport } from './link/write-report.js';
import { rateOption } from './run/options.js';
import { recordFileName } from './run/record-header.js';
import { distinctRecords, RecordWriter, readRecords } from './run/records.js';
import { WHOLE } from './run/shard.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function main(): void {
  const command = new Command('bench:merge')
    .description('Joins records of bench:link and bench:budget, of any number of shards and machines, into one report.')
    .argument('<path...>', 'record files (.jsonl), or folders that hold some')
    .option('--rate <part>', 'rate of success at which the loss budget compares receivers', rateOption, 0.99)
    .option('--records <folder>', 'keep the joined records there, for a run that goes on from them')
    .option('--out <folder>', 'where the report goes', join(ROOT, 'bench', 'results'))
    .parse();
  const { out, rate, records: folder } = command.opts<{ out: string; rate: number; records?: string }>();
  const records = distinctRecords(readRecords(command.args));
  if (folder !== undefined) {
    const writer = new RecordWriter(folder, recordFileName(new Date().toISOString(), WHOLE));
    for (const record of records) writer.write(record);
  }
  writeLinkReport(out, records);
  writeBudgetReport(out, records, rate);
}

try {
  main();
} catch (error) {
  process.stderr.write(`bench:merge: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
