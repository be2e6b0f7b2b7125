/**
 * A real MariaDB server for one test: its own data directory (copied from one initialised once a
 * machine), its own port of 127.0.0.1, gone with the test.
 */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { path } from './available.ts';
import { cached } from './cache.ts';
import { type Certificate, makePki } from './certificate.ts';
import type { Connection } from './postgres.ts';
import {
  freePort,
  giveToServer,
  runAsServer,
  type ServerProcess,
  serverFolder,
  startProcess,
} from './process.ts';

export interface MariadbOptions {
  readonly tls?: boolean;
  /** Options of mariadbd, without their dashes. */
  readonly settings?: readonly string[];
}

export interface MariadbServer extends Connection {
  /** Who signed the server's certificate, which is localhost's; null without TLS. */
  readonly authority: Certificate | null;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** The account that may do everything, and the one database there is. */
const OWNER = 'payments';

/** Starts a server; when this resolves it takes connections. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const made = await cached('mariadb-empty', initialise);
  const folder = serverFolder('mariadb');
  try {
    await runAsServer('cp', ['-a', join(made, 'data'), join(folder, 'data')]);
    const authority = options.tls ? writePki(folder) : null;
    const port = await freePort();
    const process = await startProcess({
      command: path('mariadbd')!,
      arguments: [
        ...flags(folder, port, options.tls ?? false),
        ...(options.settings ?? []).map((each) => `--${each}`),
      ],
      folder,
      ready: /ready for connections/,
      signal: 'KILL',
    });
    const password = await openDoor(folder);
    const connection = { host: '127.0.0.1', port, user: OWNER, password, database: OWNER };
    return { ...connection, authority, process, stop: process.stop };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function initialise(folder: string): Promise<void> {
  const data = join(folder, 'data');
  const settings = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  await runAsServer(path('mariadb-install-db')!, ['--no-defaults', ...settings, `--datadir=${data}`]);
}

function flags(folder: string, port: number, isTls: boolean): string[] {
  const tls = ['ca=authority', 'cert=server', 'key=server'].map((each) => {
    const [name, file] = each.split('=');
    return `--ssl-${name}=${join(folder, `${file}.${name === 'key' ? 'key' : 'crt'}`)}`;
  });
  return [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=16M',
    ...(isTls ? tls : []),
  ];
}

function writePki(folder: string): Certificate {
  const { authority, server } = makePki(OWNER);
  const files = {
    'authority.crt': authority.certificate,
    'server.crt': server.certificate,
    'server.key': server.key,
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    giveToServer(join(folder, name));
  }
  return authority;
}

/** The first account, with a fresh password. */
async function openDoor(folder: string): Promise<string> {
  const password = randomBytes(12).toString('hex');
  const root = await createConnection({ socketPath: join(folder, 'socket'), user: 'root' });
  try {
    await root.query(`CREATE DATABASE ${OWNER}`);
    await root.query(
      `GRANT ALL ON *.* TO ${OWNER}@'127.0.0.1' IDENTIFIED BY '${password}' WITH GRANT OPTION`,
    );
  } finally {
    await root.end();
  }
  return password;
}
