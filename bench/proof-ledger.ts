// The proof of the ledger: `npm run proof:ledger`, shorter with `-- --spends 2000`, over again with `-- --runs 3`.
// Uploaders are processes that settle overlapping journals of one fleet at once, with duplicates, double spends, voids and refunds, while
// their connections are cut and they are killed; then the ledger is held against what the fleet knows. First on a PostgreSQL that it starts
// itself, then on SQLite. Before that the same fleet is settled in peace, for the throughput.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import pg from 'pg';
import { type LedgerLocation, openLedger } from 'tillsong/node';
import { type Claim, checkLedger } from './ledger/check-ledger.js';
import { type Fleet, makeFleet } from './ledger/fleet.js';
import { writeFleetFiles } from './ledger/fleet-files.js';
import { findPostgres, installPostgres, type PostgresServer, startPostgres } from './ledger/postgres-server.js';
import { openSqlReader } from './ledger/sql-reader.js';
import { type PoolResult, UploaderPool } from './ledger/uploader-pool.js';

interface ProofOptions {
  readonly spends: number;
  readonly tills: number;
  readonly uploaders: number;
  readonly runs: number;
  readonly seed: number;
  readonly engine: 'both' | 'postgres' | 'sqlite';
  readonly goal: number;
  readonly part: 'both' | 'peace' | 'trouble';
}

/** A process that settles in peace does so on a core of its own; the database has what is left. */
const PEACEFUL_UPLOADERS = Math.max(2, Math.min(4, availableParallelism()));
/** How often in a run, spread over its uploads, so that a slow machine meets as much trouble as a fast one. */
const CUT_COUNT = 60;
const KILL_COUNT = 10;
/** Resident memory may move by what V8 has not collected yet. */
const MEMORY_SLACK_BYTES = 120 * 1024 * 1024;

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1 up');
  return value;
}

const options = new Command('proof:ledger')
  .description('Settles overlapping journals at once while connections are cut, and proves the ledger right.')
  .option('--spends <count>', 'payments, double spends included', count, 20_000)
  .option('--tills <count>', 'tills they are made at', count, 40)
  .option('--uploaders <count>', 'processes that upload at once', count, 8)
  .option('--runs <count>', 'how often, each time with the next seed', count, 1)
  .option('--seed <number>', 'of the first fleet', count, 1)
  .option('--goal <rate>', 'spends a second that PostgreSQL should sustain, for the report', count, 2000)
  .addOption(new Option('--engine <name>', 'which database').choices(['both', 'postgres', 'sqlite']).default('both'))
  .addOption(
    new Option('--part <name>', 'in peace for the throughput, in trouble for the proof')
      .choices(['both', 'peace', 'trouble'])
      .default('both'),
  )
  .parse()
  .opts<ProofOptions>();

const folder = mkdtempSync(join(tmpdir(), 'tillsong-proof-'));
let failures = 0;
try {
  for (let run = 0; run < options.runs; run++) await prove(options.seed + run);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(failures === 0 ? 'PROVEN: every claim holds.\n' : `NOT PROVEN: ${failures} claims do not hold.\n`);
process.exitCode = failures === 0 ? 0 : 1;

async function prove(seed: number): Promise<void> {
  const { spends, tills, engine } = options;
  const cores = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`;
  process.stdout.write(`seed ${seed}: ${spends} spends at ${tills} tills, ${options.uploaders} uploaders, ${cores}\n`);
  const fleet = makeFleet({ spendCount: spends, tillCount: tills, seed });
  if (engine !== 'sqlite') await onPostgres(fleet, seed);
  if (engine !== 'postgres') await onSqlite(fleet, seed);
}

async function onPostgres(fleet: Fleet, seed: number): Promise<void> {
  const bin = findPostgres() ?? (installPostgres() ? findPostgres() : undefined);
  if (bin === undefined) {
    process.stdout.write(
      'PostgreSQL: not found. Install it (Debian: apt-get install postgresql) or use --engine sqlite.\n',
    );
    failures++;
    return;
  }
  const server = await startPostgres(bin);
  try {
    process.stdout.write(`\n${server.version}\n`);
    const peaceful = await createDatabase(server, 'peaceful');
    if (options.part !== 'trouble')
      await settleInPeace(fleet, { postgres: peaceful, connectionCount: 3 }, seed, server.cpuSeconds);
    if (options.part === 'peace') return;
    const rough = await createDatabase(server, 'rough');
    const client = new pg.Client({ connectionString: server.connectionString });
    await client.connect();
    await settleRoughly(fleet, { postgres: rough, connectionCount: 3 }, seed, (total) => cutting(client, total));
    await client.end();
  } finally {
    await server.stop();
  }
}

async function onSqlite(fleet: Fleet, seed: number): Promise<void> {
  process.stdout.write('\nSQLite (libsql), WAL, synchronous=FULL\n');
  if (options.part !== 'trouble') await settleInPeace(fleet, { file: join(folder, `peaceful-${seed}.sqlite`) }, seed);
  if (options.part !== 'peace')
    await settleRoughly(fleet, { file: join(folder, `rough-${seed}.sqlite`) }, seed, killing);
}

async function createDatabase(server: PostgresServer, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server.connectionString });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return server.connectionString.replace('/postgres?', `/${name}?`);
}

/** Each journal once, from as many processes as there are cores: how fast is it? */
async function settleInPeace(
  fleet: Fleet,
  location: LedgerLocation,
  seed: number,
  serverCpuSeconds: () => number | undefined = () => 0,
): Promise<void> {
  const uploaderCount = 'file' in location ? 1 : PEACEFUL_UPLOADERS;
  const deal = { folder, uploaderCount, copies: 1, overlapping: false, seed };
  const files = writeFleetFiles(fleet, deal);
  const serverBefore = serverCpuSeconds();
  const result = await runPool(fleet, location, files, () => {});
  const serverAfter = serverCpuSeconds();
  const spends = fleet.expected.length;
  const goal = 'file' in location ? '' : ` (goal ${options.goal})`;
  const rate = `${(spends / result.seconds).toFixed(0)} spends/s${goal}`;
  const serverSeconds = (serverAfter ?? 0) - (serverBefore ?? 0);
  const [ours, servers] = [result.cpuSeconds, serverSeconds].map((seconds) => ((1000 * seconds) / spends).toFixed(2));
  const capacity = (availableParallelism() * spends) / (result.cpuSeconds + serverSeconds);
  const cpu = `CPU a spend ${ours} ms and the server's ${servers} ms, room for ${capacity.toFixed(0)} spends/s on all cores`;
  const load = `load of the machine ${loadavg()[0].toFixed(1)}`;
  process.stdout.write(
    `in peace: ${rate}, ${spends} in ${result.seconds.toFixed(1)} s by ${counted(uploaderCount, 'process')}; ${cpu}; ${load}; ${memoryText(result)}\n`,
  );
  await judge(fleet, location, [memoryClaim(result)]);
}

/** Every journal from three uploaders in overlapping pieces, with trouble. */
async function settleRoughly(
  fleet: Fleet,
  location: LedgerLocation,
  seed: number,
  trouble: (uploadTotal: number) => Trouble,
): Promise<void> {
  const deal = { folder, uploaderCount: options.uploaders, copies: 3, overlapping: true, seed };
  const files = writeFleetFiles(fleet, deal);
  const uploadTotal = files.reduce((total, file) => total + readFileSync(file, 'utf8').split('\n').length - 1, 0);
  const result = await runPool(fleet, location, files, trouble(uploadTotal));
  process.stdout.write(
    `in trouble: ${result.seconds.toFixed(1)} s, ${result.interruptionCount} uploads interrupted, ${result.retryCount} transactions repeated, ${result.killCount} uploaders killed; ${memoryText(result)}\n`,
  );
  await judge(fleet, location, []);
}

async function runPool(
  fleet: Fleet,
  location: LedgerLocation,
  files: readonly string[],
  trouble: Trouble,
): Promise<PoolResult> {
  // The tables first, so that the uploaders do not all wait for one migration.
  await (await openLedger(location)).close();
  const entries = fleet.tills.reduce((total, till) => total + till.entries.length, 0);
  const bar = new SingleBar({ format: '[{bar}] {value} entries | {duration_formatted}', clearOnComplete: true });
  bar.start(entries, 0);
  const pool: UploaderPool = new UploaderPool({
    location,
    files,
    tillCount: fleet.tills.length,
    onProgress: (entryCount, uploadCount) => {
      bar.update(Math.min(entryCount, entries));
      trouble(pool, uploadCount);
    },
  });
  try {
    return await pool.run();
  } finally {
    bar.stop();
  }
}

/** What goes wrong after the n-th upload. */
type Trouble = (pool: UploaderPool, uploadCount: number) => void;

function killing(uploadTotal: number): Trouble {
  const interval = Math.max(2, Math.floor(uploadTotal / KILL_COUNT));
  return (pool, uploadCount) => {
    if (uploadCount % interval === 0 && uploadCount / interval <= KILL_COUNT) pool.killOne(uploadCount);
  };
}

/** Ends sessions of the server at random, and kills an uploader now and then. */
function cutting(client: pg.Client, uploadTotal: number): Trouble {
  const interval = Math.max(1, Math.floor(uploadTotal / CUT_COUNT));
  const kill = killing(uploadTotal);
  let cut: Promise<unknown> = Promise.resolve();
  const text = `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'rough' order by random() limit 2`;
  return (pool, uploadCount) => {
    if (uploadCount % interval === 0 && uploadCount / interval <= CUT_COUNT)
      cut = cut.then(() => client.query(text)).catch(() => {});
    kill(pool, uploadCount);
  };
}

async function judge(fleet: Fleet, location: LedgerLocation, more: readonly Claim[]): Promise<void> {
  const store = await openLedger(location);
  const sql = await openSqlReader(location);
  const claims = [...(await checkLedger(fleet, store, sql)), ...more];
  await sql.close();
  await store.close();
  const width = Math.max(...claims.map(({ claim }) => claim.length));
  for (const { claim, expected, got } of claims) {
    const holds = expected === got;
    if (!holds) failures++;
    const verdict = holds ? 'holds' : `DOES NOT HOLD, expected ${expected}`;
    process.stdout.write(`  ${claim.padEnd(width)}  ${String(got).padStart(9)}  ${verdict}\n`);
  }
}

function memoryClaim({ rssBytes: [first, second] }: PoolResult): Claim {
  const isFlat = second - first < MEMORY_SLACK_BYTES;
  return {
    claim: 'memory of an uploader in its second half against the first',
    expected: 'flat',
    got: isFlat ? 'flat' : 'grows',
  };
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 'es'}`;
}

function memoryText({ rssBytes }: PoolResult): string {
  const [first, second] = rssBytes.map((bytes) => `${(bytes / 1024 / 1024).toFixed(0)} MiB`);
  return `memory of an uploader at most ${first} in its first half, ${second} in its second`;
}
