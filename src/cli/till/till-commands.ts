// `tillsong till ...`: a machine that sells offline, on a folder.

import type { AddCommands } from '../command-context.js';
import { addInit, addTrust } from './init.js';
import { addJournal } from './journal.js';
import { addServe } from './serve.js';
import { addUpload } from './upload.js';

export const addTillCommands: AddCommands = (program, context, finish) => {
  const till = program.command('till').description('sell to phones offline, and settle later');
  for (const add of [addInit, addTrust, addServe, addJournal, addUpload]) add(till, context, finish);
};
