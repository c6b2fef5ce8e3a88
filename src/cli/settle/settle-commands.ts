// `tillsong settle ...`: whoever settles, an issuer's or acquirer's server, on a folder.

import type { AddCommands } from '../command-context.js';
import { addApply } from './apply.js';
import { addInit, addToken, addTrust } from './init.js';
import { addReport } from './report.js';
import { addDenyList, addLost, addReview } from './review.js';
import { addServe } from './serve.js';

export const addSettleCommands: AddCommands = (program, context, finish) => {
  const settle = program.command('settle').description('settle what tills and phones hand in, and find cheats');
  for (const add of [addInit, addTrust, addToken, addServe, addApply, addReport, addReview, addLost, addDenyList])
    add(settle, context, finish);
};
