// A PostgreSQL of our own, in a folder that goes away: for the proof, the bench and the tests. It is Debian's package, started as a
// user that is not root (PostgreSQL refuses root), reached through a socket in that folder, with its fsync left on.

import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running server. */
export interface PostgresServer {
  readonly version: string;
  readonly connectionString: string;
  /** of the postmaster, for its memory */
  readonly pid: number;
  stop(): Promise<void>;
}

const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** @returns the folder with `initdb` and `postgres`, the newest version first, or undefined when none is installed */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER).sort((a, b) => Number(b) - Number(a)) : [];
  const debian = versions.map((version) => join(DEBIAN_FOLDER, version, 'bin'));
  const folders = [...debian, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** As root: installs Debian's package. @returns whether a server is there now */
export function installPostgres(): boolean {
  if (process.getuid?.() !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 2, 2], env });
  spawnSync('apt-get', ['install', '-y', '-qq', 'postgresql'], { stdio: ['ignore', 2, 2], env });
  return findPostgres() !== undefined;
}

/**
 * @param bin - from `findPostgres`
 * @throws with what the server said when it does not start
 */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tillsong-postgres-'));
  const identity = unprivileged();
  if (identity) chownSync(folder, identity.uid, identity.gid);
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', 'tillsong', '--auth=trust', '--encoding=UTF8', '--no-locale'];
  const made = spawnSync(join(bin, 'initdb'), init, { cwd: folder, encoding: 'utf8', ...identity });
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`);
  const settings = { listen_addresses: '', unix_socket_directories: folder, max_connections: '100' };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...flags], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...identity,
  });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async () => {
    // SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything committed is on the disk.
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(bin, folder, () => server.exitCode);
  } catch (error) {
    await stop();
    throw new Error(`postgres: ${(error as Error).message}: ${said}`);
  }
  const version = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout.trim();
  const connectionString = `postgres://tillsong@localhost/postgres?host=${encodeURIComponent(folder)}`;
  return { version, connectionString, pid: server.pid ?? 0, stop };
}

async function untilReady(bin: string, folder: string, exitCode: () => number | null): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (exitCode() !== null) throw new Error(`ended with ${exitCode()}`);
    const probe = spawnSync(join(bin, 'pg_isready'), ['-h', folder, '-U', 'tillsong', '-d', 'postgres']);
    if (probe.status === 0) return;
    await sleep(100);
  }
  throw new Error('not ready after 30 s');
}

/** @returns whom to run as instead of root: `postgres` where Debian has made that user, else `nobody` */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}
