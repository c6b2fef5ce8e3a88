// `tillsong issuer ...`: whoever gives certificates, a bank, a wallet provider or an airline, on a folder.

import type { AddCommands } from '../command-context.js';
import { addCertificates } from './certificates.js';
import { addChallenge } from './challenge.js';
import { addDeny } from './deny.js';
import { addDenyList } from './deny-list.js';
import { addEnrol } from './enrol.js';
import { addInit } from './init.js';

export const addIssuerCommands: AddCommands = (program, context, finish) => {
  const issuer = program.command('issuer').description('give certificates to phones, and take them back');
  for (const add of [addInit, addChallenge, addEnrol, addCertificates, addDeny, addDenyList])
    add(issuer, context, finish);
};
