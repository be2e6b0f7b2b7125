/**
 * A real PostgreSQL server for one test: its own data directory (copied from one initialised
 * once a machine), its own port of 127.0.0.1, gone with the test.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { seedDigest, seedPayments } from '../seed/load.ts';
import { cached } from './cache.ts';
import { type Certificate, makePki } from './certificate.ts';
import { type PostgresVersion, postgresBinaries } from './postgres-binaries.ts';
import {
  freePort,
  giveToServer,
  runAsServer,
  type ServerProcess,
  serverFolder,
  startProcess,
} from './process.ts';

/** How the server asks clients that come over TCP; the socket in `folder` always trusts. */
export type PostgresAuth = 'scram' | 'md5' | 'password' | 'cert' | 'trust';

export interface PostgresOptions {
  /** `embedded` if not set. */
  readonly version?: PostgresVersion;
  /** `scram` if not set. `cert` needs `tls`. */
  readonly auth?: PostgresAuth;
  readonly tls?: boolean;
  /** Holds the payments database of test/seed.ts; else an empty one. */
  readonly seeded?: boolean;
  /** Lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Superuser (default) or an ordinary role that owns nothing. */
  readonly superuser?: boolean;
  /** Keep the server and its data here, across starts; else in a folder of its own that goes with it. */
  readonly folder?: string;
  /** How slow things are kept for the next one; `cached` if not set. */
  readonly stage?: typeof cached;
}

/** How to reach a server. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface PostgresServer extends Connection {
  readonly version: PostgresVersion;
  /** Holds the data directory and the Unix socket `.s.PGSQL.<port>`, which trusts everyone. */
  readonly folder: string;
  readonly dataDirectory: string;
  /** Who signed the server's certificate, and the client's one; null without TLS. */
  readonly pki: { readonly authority: Certificate; readonly client: Certificate } | null;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** The role that owns the database and the one database there is. */
export const DATABASE = 'payments';
const OWNER = 'payments';

/** Starts a server; when this resolves it takes connections. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const version = options.version ?? 'embedded';
  const stage = options.stage ?? cached;
  const binaries = await postgresBinaries(version, stage);
  const folder = options.folder ?? serverFolder('postgres');
  try {
    await provideData(folder, { binaries, version, stage, seeded: options.seeded ?? false });
    const pki = options.tls ? writePki(folder) : null;
    writeHba(folder, options);
    const { process, port } = await launch({ binaries, folder, keep: options.folder !== undefined, options });
    const password = await openDoor({ folder, port, options });
    const connection = { host: '127.0.0.1', port, user: OWNER, password, database: DATABASE };
    const dataDirectory = join(folder, 'data');
    return { ...connection, version, folder, dataDirectory, pki, process, stop: process.stop };
  } catch (error) {
    if (!options.folder) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Template {
  readonly binaries: string;
  readonly version: PostgresVersion;
  readonly stage: typeof cached;
  readonly seeded: boolean;
}

/** Copies the data directory from the template, unless this folder has one already. */
async function provideData(folder: string, template: Template): Promise<void> {
  if (existsSync(join(folder, 'data', 'PG_VERSION'))) return;
  const made = template.seeded ? await seededTemplate(template) : await emptyTemplate(template);
  await runAsServer('cp', ['-a', join(made, 'data'), join(folder, 'data')]);
}

/** One role and one database, nothing in it. */
function emptyTemplate({ binaries, version, stage }: Template): Promise<string> {
  return stage(`postgres-${version}-empty`, async (folder) => {
    const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
    const data = join(folder, 'data');
    await runAsServer(join(binaries, 'initdb'), [...settings, '--no-sync', '--no-instructions', '-D', data]);
    await whileRunning(binaries, folder, async (port) => {
      await asSuperuser(folder, port, 'postgres', [
        `CREATE ROLE ${OWNER} LOGIN SUPERUSER`,
        `CREATE DATABASE ${DATABASE} OWNER ${OWNER}`,
      ]);
    });
  });
}

/** The empty one with the payments database in it; made anew when the seed's code changes. */
function seededTemplate(template: Template): Promise<string> {
  return template.stage(`postgres-${template.version}-seed-${seedDigest()}`, async (folder) => {
    const empty = await emptyTemplate(template);
    await runAsServer('cp', ['-a', join(empty, 'data'), join(folder, 'data')]);
    await whileRunning(template.binaries, folder, (port) =>
      seedPayments({ host: folder, port, user: OWNER, password: '', database: DATABASE }),
    );
  });
}

/** Runs a server on a template's folder and stops it cleanly: its files are complete afterwards. */
async function whileRunning(
  binaries: string,
  folder: string,
  work: (port: number) => Promise<void>,
): Promise<void> {
  writeHba(folder, { auth: 'trust' });
  const { process, port } = await launch({ binaries, folder, keep: true, options: {} });
  try {
    await work(port);
  } finally {
    await process.stop();
  }
}

interface Launch {
  readonly binaries: string;
  readonly folder: string;
  readonly keep: boolean;
  readonly options: PostgresOptions;
}

/** Another process may take a free port first: three tries. */
async function launch({
  binaries,
  folder,
  keep,
  options,
}: Launch): Promise<{ process: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      const process = await startProcess({
        command: join(binaries, 'postgres'),
        arguments: [
          '-D',
          join(folder, 'data'),
          '-p',
          String(port),
          '-k',
          folder,
          ...flags(folder, options, keep),
        ],
        folder: keep ? null : folder,
        ready: /database system is ready to accept connections/,
        signal: keep ? 'INT' : 'QUIT',
      });
      return { process, port };
    } catch (error) {
      if (attempt === 3 || !/Address already in use/.test((error as Error).message)) throw error;
    }
  }
}

function flags(folder: string, options: PostgresOptions, keep: boolean): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    hba_file: join(folder, 'pg_hba.conf'),
    max_connections: '200',
    ...(keep && options.folder ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
    ...(options.tls ? { ssl: 'on', ...tlsFiles(folder) } : {}),
    ...options.settings,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function tlsFiles(folder: string): Record<string, string> {
  return {
    ssl_cert_file: join(folder, 'server.crt'),
    ssl_key_file: join(folder, 'server.key'),
    ssl_ca_file: join(folder, 'authority.crt'),
  };
}

function writePki(folder: string): { authority: Certificate; client: Certificate } {
  const { authority, server, client } = makePki(OWNER);
  const files = tlsFiles(folder);
  writeOwned(files['ssl_cert_file']!, server.certificate);
  writeOwned(files['ssl_key_file']!, server.key);
  writeOwned(files['ssl_ca_file']!, authority.certificate);
  return { authority, client };
}

const METHODS: Readonly<Record<PostgresAuth, string>> = {
  scram: 'scram-sha-256',
  md5: 'md5',
  password: 'password',
  cert: 'cert',
  trust: 'trust',
};

function writeHba(folder: string, { auth = 'scram' }: PostgresOptions): void {
  const kind = auth === 'cert' ? 'hostssl' : 'host';
  const lines = ['local all all trust', `${kind} all all 127.0.0.1/32 ${METHODS[auth]}`];
  lines.push(`${kind} replication all 127.0.0.1/32 ${METHODS[auth]}`);
  writeOwned(join(folder, 'pg_hba.conf'), `${lines.join('\n')}\n`);
}

/** Private to the servers' user, as PostgreSQL demands of a key. */
function writeOwned(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
  giveToServer(path);
}

/** Gives the role a fresh password, stored in the form that the way of asking needs. */
async function openDoor(door: { folder: string; port: number; options: PostgresOptions }): Promise<string> {
  const password = randomBytes(12).toString('hex');
  const stored = door.options.auth === 'md5' ? 'md5' : 'scram-sha-256';
  await asSuperuser(door.folder, door.port, DATABASE, [
    `SET password_encryption = '${stored}'`,
    `ALTER ROLE ${OWNER} ${door.options.superuser === false ? 'NOSUPERUSER' : 'SUPERUSER'} PASSWORD '${password}'`,
  ]);
  return password;
}

async function asSuperuser(
  folder: string,
  port: number,
  database: string,
  statements: readonly string[],
): Promise<void> {
  const client = new Client({ host: folder, port, user: 'postgres', database });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
