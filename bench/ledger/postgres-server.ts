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
  /** of the postmaster */
  readonly pid: number;
  /** of the server and all its processes so far; undefined where there is no /proc */
  cpuSeconds(): number | undefined;
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
  const { pid = 0 } = server;
  return { version, connectionString, pid, cpuSeconds: () => cpuSecondsOf(pid), stop };
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

/** The kernel's clock ticks a second in /proc, the same on every Linux. */
const TICKS_PER_SECOND = 100;

/** Of the process, its children that live, and those that have ended. @see proc(5), fields 4 (ppid) and 14 to 17 of stat */
function cpuSecondsOf(pid: number): number | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  let ticks = 0;
  for (const name of readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry))) {
    const fields = statFields(name);
    if (fields === undefined || (name !== String(pid) && fields[1] !== String(pid))) continue;
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
    ticks += user + system + (name === String(pid) ? childUser + childSystem : 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/** @returns the fields behind the command's name, which is in brackets and may hold anything; undefined when it has ended */
function statFields(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
