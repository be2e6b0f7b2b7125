/**
 * Who is measured: a PostgreSQL server asked directly, through Debian's pgbouncer and through
 * the gateway, in both its ways of recording; all on this machine, at the same time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../test/clients/run.ts';
import { missing } from '../../test/servers/available.ts';
import { type GatewayServer, startGateway } from '../../test/servers/gateway.ts';
import { startPgbouncer } from '../../test/servers/pgbouncer.ts';
import { type Connection, type PostgresServer, startPostgres } from '../../test/servers/postgres.ts';
import { missingPostgres } from '../../test/servers/postgres-binaries.ts';

export interface Peers {
  readonly server: PostgresServer;
  /** Without `server`; `null` where pgbouncer is not on this machine. */
  readonly pgbouncer: { readonly session: Connection; readonly transaction: Connection };
  /** Masks and records statements. */
  readonly gateway: GatewayServer;
  /** The same, but what it answers survives its own crash and not the machine's. */
  readonly gatewayProcess: GatewayServer;
  /** Masks and records statements with their whole results, strictly. */
  readonly gatewayFull: GatewayServer;
  stop(): Promise<void>;
}

const RECORD = { directory: './recordings', mode: 'strict', durability: 'disk' };
/** No row cap; the byte cap as high as it goes. */
const FULL = { ...RECORD, results: { rowsMax: 'all', bytesMax: Number.MAX_SAFE_INTEGER } };
const STATEMENTS = { ...RECORD, results: { rowsMax: 0 } };

/** What the benches need on this machine. */
export function missingPeers(): string | false {
  return missing('psql', 'pgbench', 'pgbouncer') || missingPostgres('debian15');
}

export async function startPeers(): Promise<Peers> {
  const settings = { max_connections: '600', shared_buffers: '1GB', autovacuum: 'off' };
  const server = await startPostgres({ version: 'debian15', seeded: true, auth: 'scram', settings });
  const stops = [server.stop];
  const start = async <Started extends { stop(): Promise<void> }>(
    starting: Promise<Started>,
  ): Promise<Started> => {
    const started = await starting;
    stops.unshift(started.stop);
    return started;
  };
  const session = await start(startPgbouncer(server, { poolMode: 'session' }));
  const transaction = await start(startPgbouncer(server, { poolMode: 'transaction' }));
  const gateway = await start(startGateway(server, { config: { record: STATEMENTS } }));
  const process = { ...STATEMENTS, durability: 'process' };
  const gatewayProcess = await start(startGateway(server, { config: { record: process } }));
  const gatewayFull = await start(startGateway(server, { config: { record: FULL } }));
  const stop = async (): Promise<void> => {
    for (const each of stops) await each();
  };
  return { server, pgbouncer: { session, transaction }, gateway, gatewayProcess, gatewayFull, stop };
}

/** The seconds that a shell command takes; it must succeed. Its output goes nowhere. */
export async function timed(command: string, connection: Connection): Promise<number> {
  const beganMs = performance.now();
  await shell(command, connection);
  return (performance.now() - beganMs) / 1000;
}

/** What a shell command prints, with the connection in the PG* variables. */
export async function shell(command: string, connection: Connection): Promise<string> {
  const environment = {
    PGHOST: connection.host,
    PGPORT: String(connection.port),
    PGUSER: connection.user,
    PGPASSWORD: connection.password,
    PGDATABASE: connection.database,
    PGSSLMODE: 'disable',
  };
  const result = await run('/bin/sh', ['-c', command], { environment, timeoutMs: 900_000 });
  if (result.code !== 0) throw new Error(`${command} ended with ${result.code}: ${result.stderr}`);
  await sleep(50);
  return result.stdout.toString();
}
