// `tillsong wallet ...`: a phone's wallet on a folder.

import type { AddCommands } from '../command-context.js';
import { addAnswer } from './answer.js';
import { addBill } from './bill.js';
import { addCancel } from './cancel.js';
import { addHear } from './hear.js';
import { addInit } from './init.js';
import { addPay } from './pay.js';
import { addRequest } from './request.js';
import { addRetry } from './retry.js';
import { addSettled } from './settled.js';
import { addSync } from './sync.js';
import { addTrust } from './trust.js';

const COMMANDS = [
  addInit,
  addTrust,
  addRequest,
  addSync,
  addPay,
  addAnswer,
  addRetry,
  addCancel,
  addHear,
  addBill,
  addSettled,
];

export const addWalletCommands: AddCommands = (program, context, finish) => {
  const wallet = program.command('wallet').description('pay offline, and keep the bill');
  for (const add of COMMANDS) add(wallet, context, finish);
};
