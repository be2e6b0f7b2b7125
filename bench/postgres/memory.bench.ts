/** The gateway's memory: what an idle session takes, and what a large result adds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Connection } from '../../test/servers/postgres.ts';
import type { Bench, BenchOptions, Measurement } from '../bench.ts';
import { peakGrowth, residentKiB } from '../resident.ts';
import { missingPeers, type Peers, shell, startPeers } from './peers.ts';

const SESSIONS = 400;
const SETTLE_MS = 3_000;

export const bench: Bench = {
  name: 'memory',
  about: 'memory of the gateway: idle sessions, a result of 500 MB',
  missing: missingPeers,
  run: async (options) => {
    options.progress('starting servers');
    const peers = await startPeers();
    try {
      return [...(await growth(peers, options)), await idle(peers, options)];
    } finally {
      await peers.stop();
    }
  },
};

async function growth(peers: Peers, options: BenchOptions): Promise<Measurement[]> {
  const copies = options.quick ? 8 : 80;
  const query = `COPY (SELECT p.* FROM generate_series(1, ${copies}), payments p) TO STDOUT`;
  const command = `psql -X -c '${query}' > /dev/null`;
  const samples: Record<string, number[]> = {};
  for (const [name, gateway] of [
    ['gateway', peers.gateway],
    ['gateway, results recorded', peers.gatewayFull],
  ] as const) {
    options.progress(`${name}, a large result`);
    await shell("psql -X -c 'COPY payments TO STDOUT' > /dev/null", gateway);
    await sleep(SETTLE_MS);
    samples[name] = [await peakGrowth(gateway.process.pid, () => shell(command, gateway))];
  }
  const unit = 'MiB';
  return [
    { measure: 'growth during a result of 500 MB', unit, better: 'less', samples, bars: { gateway: 64 } },
  ];
}

async function idle(peers: Peers, options: BenchOptions): Promise<Measurement> {
  options.progress(`${SESSIONS} idle sessions`);
  const bouncer = peers.pgbouncer.session as Connection & { process: { pid: number } };
  const samples = {
    pgbouncer: [await perSession(bouncer, bouncer.process.pid, 40)],
    gateway: [await perSession(peers.gateway, peers.gateway.process.pid, SESSIONS)],
  };
  const bars = { gateway: 300 };
  return { measure: 'memory per idle session', unit: 'KiB', better: 'less', samples, bars };
}

/** Sessions that have asked once and then say nothing. */
async function perSession(connection: Connection, pid: number, count: number): Promise<number> {
  const open = async (): Promise<Client> => {
    const { host, port, user, password, database } = connection;
    const client = new Client({ host, port, user, password, database });
    client.on('error', () => {});
    await client.connect();
    await client.query('SELECT id, pan, note FROM cards WHERE id = $1', [1]);
    return client;
  };
  const first = await Promise.all(Array.from({ length: 8 }, open));
  await sleep(SETTLE_MS);
  const before = residentKiB(pid);
  const clients: Client[] = [];
  for (let i = 0; i < count; i += 20) clients.push(...(await Promise.all(Array.from({ length: 20 }, open))));
  await sleep(SETTLE_MS);
  const after = residentKiB(pid);
  for (const client of [...first, ...clients]) await client.end();
  return (after - before) / clients.length;
}
