// `tillsong settle serve`: the service over HTTP, until Ctrl-C.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { type SettlementMetrics, settlementService } from 'tillsong/node';
import { type CommandContext, EXIT, type Finish, tell, UsageError } from '../command-context.js';
import { integer } from '../option-parsers.js';
import { asFile } from '../told-errors.js';
import { withSettlement } from './settle-folder.js';

interface ServeOptions {
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly trustProxy: boolean;
  readonly requestsPerMinute: number;
  readonly metricsTokenHash?: readonly string[];
}

export function addServe(settle: Command, context: CommandContext, finish: Finish): void {
  settle
    .command('serve')
    .description('take uploads over HTTP, until Ctrl-C')
    .requiredOption('--dir <folder>', 'settlement’s folder')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on, 0 for any', integer(0, 65_535), 8080)
    .option('--tls-certificate <file>', 'certificate chain in PEM; without it the service speaks HTTP')
    .option('--tls-key <file>', 'its key in PEM')
    .option('--trust-proxy', 'believe X-Forwarded-For: only behind a reverse proxy that sets it', false)
    .option('--requests-per-minute <n>', 'of one address', integer(1, 1_000_000), 600)
    .option('--metrics-token-hash <hex>', 'SHA-256 of a bearer token for /metrics (default: open)', hashes)
    .action(async (options: ServeOptions) => finish(await serve(options, context)));
}

async function serve(options: ServeOptions, context: CommandContext): Promise<number> {
  const { dir, host, port, trustProxy, requestsPerMinute, metricsTokenHash } = options;
  const tls = await readTls(options);
  let metrics: SettlementMetrics | undefined;
  const observer = {
    onRetry: (code: string) => metrics?.countRetry(code),
    onIdleError: (error: Error) => tell(context, `database: ${error.message}`),
  };
  return withSettlement(
    dir,
    context,
    async ({ settlement, settings }) => {
      const service = await settlementService({
        settlement,
        nowSeconds: context.nowSeconds,
        issuerTokenHashes: settings.issuerTokenHashes,
        requestsPerMinute,
        trustProxy,
        logTo: context.stderr,
        ...(metricsTokenHash && { metricsTokenHashes: metricsTokenHash }),
        ...(tls && { tls }),
      });
      metrics = service.metrics;
      const address = await asFile(`${host}:${port}`, () => service.listen(host, port));
      context.stdout.write(`${JSON.stringify({ ok: true, address })}\n`);
      if (!context.interrupted.aborted) await once(context.interrupted, 'abort');
      await service.close();
      return EXIT.ok;
    },
    observer,
  );
}

async function readTls({ tlsCertificate, tlsKey }: ServeOptions) {
  if ((tlsCertificate === undefined) !== (tlsKey === undefined))
    throw new UsageError('--tls-certificate and --tls-key belong together');
  if (tlsCertificate === undefined || tlsKey === undefined) return undefined;
  const certificate = await asFile(tlsCertificate, () => readFile(tlsCertificate, 'utf8'));
  return { certificate, key: await asFile(tlsKey, () => readFile(tlsKey, 'utf8')) };
}

function hashes(value: string, before: readonly string[] = []): readonly string[] {
  if (!/^[0-9a-f]{64}$/.test(value)) throw new InvalidArgumentError('Expected 64 lower-case hexadecimal digits.');
  return [...before, value];
}
