/** Debian's pgbouncer in front of a PostgreSQL server: a peer for tests and the bench's yardstick. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { path } from './available.ts';
import type { Connection } from './postgres.ts';
import { freePort, giveToServer, type ServerProcess, serverFolder, startProcess } from './process.ts';

export interface PgbouncerOptions {
  /** `session` if not set. */
  readonly poolMode?: 'session' | 'transaction';
  /** Server connections; 50 if not set. */
  readonly poolSize?: number;
  /** Lines of the [pgbouncer] section. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PgbouncerServer extends Connection {
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** Starts it; takes the same user, password and database as the server behind it. */
export async function startPgbouncer(
  server: Connection,
  options: PgbouncerOptions = {},
): Promise<PgbouncerServer> {
  const command = path('pgbouncer');
  if (!command) throw new Error('pgbouncer is not on this machine');
  const folder = serverFolder('pgbouncer');
  try {
    const port = await freePort();
    const file = join(folder, 'pgbouncer.ini');
    write(join(folder, 'users.txt'), `"${server.user}" "${server.password}"\n`);
    write(file, configuration({ server, options, folder, port }));
    const process = await startProcess({
      command,
      arguments: [file],
      folder,
      ready: /process up/,
      signal: 'TERM',
    });
    const { user, password, database } = server;
    return { host: '127.0.0.1', port, user, password, database, process, stop: process.stop };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Parts {
  readonly server: Connection;
  readonly options: PgbouncerOptions;
  readonly folder: string;
  readonly port: number;
}

function configuration({ server, options, folder, port }: Parts): string {
  const settings: Record<string, string> = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: join(folder, 'users.txt'),
    pool_mode: options.poolMode ?? 'session',
    default_pool_size: String(options.poolSize ?? 50),
    max_client_conn: '1000',
    ignore_startup_parameters: 'extra_float_digits,search_path',
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const target = `host=${server.host} port=${server.port} dbname=${server.database}`;
  return `[databases]\n${server.database} = ${target}\n[pgbouncer]\n${lines.join('\n')}\n`;
}

function write(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
  giveToServer(path);
}
