// `tillsong wallet init`: a folder with a new device key and an empty wallet.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from 'tillsong/codec';
import { WalletFile, writeKeyFile } from 'tillsong/node';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { hexOf, type OutputOptions, showResult } from '../result-output.js';
import { asFile } from '../told-errors.js';
import { KEY_FILE, signerOf, WALLET_FILE, writePhoneConfig } from './phone-folder.js';
import { addKeyOptions, type TrustedKeys, withKeys } from './trust.js';

interface InitOptions extends OutputOptions, TrustedKeys {
  readonly dir: string;
  readonly algorithm: SignatureAlgorithm;
}

export function addInit(wallet: Command, context: CommandContext, finish: Finish): void {
  const command = wallet
    .command('init')
    .description('make a folder with a new device key and an empty wallet')
    .requiredOption('--dir <folder>', 'the folder, made when it is not there')
    .addOption(
      new Option('--algorithm <name>', 'of the device key; es256 is what phones’ hardware has')
        .choices(SIGNATURE_ALGORITHMS)
        .default('ed25519'),
    );
  addKeyOptions(command)
    .option('--json', 'the result as one JSON object')
    .action(async (options: InitOptions) => finish(await init(options, context)));
}

async function init(options: InitOptions, context: CommandContext): Promise<number> {
  const { dir, algorithm } = options;
  const config = await withKeys({ algorithm, issuerKeys: new Map(), machineKeys: new Map() }, options, context);
  const secret = context.randomBytes(32);
  const { publicKey } = signerOf(algorithm, secret);
  await asFile(dir, async () => {
    await mkdir(dir, { recursive: true });
    // The key first: it is never overwritten, so a folder in use stays as it is.
    await writeKeyFile(join(dir, KEY_FILE), secret);
    await writePhoneConfig(dir, config);
    (await WalletFile.create(join(dir, WALLET_FILE))).close();
  });
  const deviceKey = hexOf(publicKey);
  showResult(context, options, { ok: true, dir, algorithm, deviceKey }, [
    `${dir}: ${algorithm} device key ${deviceKey}`,
  ]);
  return EXIT.ok;
}
