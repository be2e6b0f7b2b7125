/**
 * What each client test stands on: the payments database in a real server, a gateway in front
 * of it, and both as connections. The same client asks both: what the server holds must show
 * card numbers (so the test can fail), what comes through the gateway none.
 */
import type { Test } from 'tap';
import { utf8 } from '../../base/bytes.ts';
import { type LeakScanner, leakScanner } from '../leaks/leaks.ts';
import { knownPans } from '../seed/payments.ts';
import { type GatewayOptions, type GatewayServer, startGateway } from '../servers/gateway.ts';
import {
  type Connection,
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
} from '../servers/postgres.ts';
import { missingPostgres, type PostgresVersion } from '../servers/postgres-binaries.ts';

export interface Front {
  readonly server: PostgresServer;
  readonly gateway: GatewayServer;
}

export interface FrontOptions {
  readonly version: PostgresVersion;
  readonly postgres?: PostgresOptions;
  readonly gateway?: GatewayOptions;
}

/** The servers that every client is tried on. */
export const VERSIONS: readonly PostgresVersion[] = (['embedded', 'debian15'] as const).filter(
  (version) => !missingPostgres(version),
);

let scanner: LeakScanner | null = null;

/** Card numbers of the seed in a text; the scanner is made once. */
export function leaksIn(output: string | Uint8Array): number {
  scanner ??= leakScanner(knownPans());
  return scanner.scanBytes(typeof output === 'string' ? utf8(output) : output).length;
}

/** Starts both; they end with the test. */
export async function startFront(t: Test, options: FrontOptions): Promise<Front> {
  const server = await startPostgres({ version: options.version, seeded: true, ...options.postgres });
  t.teardown(server.stop);
  const gateway = await startGateway(server, options.gateway);
  t.teardown(gateway.stop);
  return { server, gateway };
}

/** The variables that libpq and its children take a connection from. */
export function libpqEnvironment(connection: Connection): Record<string, string> {
  return {
    PGHOST: connection.host,
    PGPORT: String(connection.port),
    PGUSER: connection.user,
    PGPASSWORD: connection.password,
    PGDATABASE: connection.database,
    PGCONNECT_TIMEOUT: '10',
    PGSSLMODE: 'prefer',
    PGAPPNAME: 'pangate-test',
  };
}

/** Runs the same client on both: the server's answer holds card numbers, the gateway's holds none. */
export async function bothWays<Answer extends string | Uint8Array>(
  t: Test,
  front: Front,
  ask: (connection: Connection) => Promise<Answer>,
): Promise<{ readonly held: Answer; readonly shown: Answer }> {
  const held = await ask(front.server);
  const shown = await ask(front.gateway);
  t.ok(leaksIn(held) > 0, 'the server shows card numbers');
  t.equal(leaksIn(shown), 0, 'the gateway shows none');
  return { held, shown };
}
