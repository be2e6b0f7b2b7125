/** Small statements: pgbench -S with eight clients, in each way of asking. */
import { type Bench, type BenchOptions, inTurns, type Measurement } from '../bench.ts';
import { durableWrite } from './disk.ts';
import { missingPeers, type Peers, shell, startPeers } from './peers.ts';

const CLIENTS = 8;

export const bench: Bench = {
  name: 'pgbench',
  about: `pgbench -S with ${CLIENTS} clients: direct, pgbouncer, gateway`,
  missing: missingPeers,
  run: async (options) => {
    options.progress('starting servers');
    const peers = await startPeers();
    try {
      await shell('pgbench -i -q -s 10', peers.server);
      const measured: Measurement[] = [durableWrite()];
      for (const mode of ['simple', 'extended', 'prepared'])
        measured.push(await measure(peers, mode, options));
      return measured;
    } finally {
      await peers.stop();
    }
  },
};

async function measure(peers: Peers, mode: string, options: BenchOptions): Promise<Measurement> {
  const seconds = options.quick ? 2 : 6;
  const command = `pgbench -n -S -M ${mode} -c ${CLIENTS} -j 2 -T ${seconds}`;
  const ask = (connection: Parameters<typeof shell>[1]) => async (): Promise<number> => {
    const output = await shell(command, connection);
    return Number(/tps = ([\d.]+)/.exec(output)?.[1]) / 1000;
  };
  const subjects = {
    direct: ask(peers.server),
    pgbouncer: ask(peers.pgbouncer.session),
    // pgbouncer 1.18 has no prepared statements in transaction mode
    ...(mode === 'prepared' ? {} : { 'pgbouncer, transaction mode': ask(peers.pgbouncer.transaction) }),
    gateway: ask(peers.gateway),
    'gateway, durable to its crash only': ask(peers.gatewayProcess),
    'gateway, results recorded': ask(peers.gatewayFull),
  };
  return {
    measure: `pgbench -S -M ${mode}`,
    unit: 'ktps',
    better: 'more',
    samples: await inTurns(subjects, options),
    yardstick: 'pgbouncer',
    bars: { gateway: 0.6, 'gateway, durable to its crash only': 0.6 },
  };
}
