/** Large results: COPY of 500 MB, and a million rows of four columns, through psql to nowhere. */
import { type Bench, type BenchOptions, inTurns, type Measurement } from '../bench.ts';
import { missingPeers, type Peers, shell, startPeers, timed } from './peers.ts';

const COPY_BYTES = 500_000_000;
const ROWS = 1_000_000;
/** What one copy of the seed's payments comes to in COPY's text form. */
const PAYMENTS_BYTES_MIN = 6_000_000;

export const bench: Bench = {
  name: 'bulk',
  about: 'large results through psql: direct, pgbouncer, gateway',
  missing: missingPeers,
  run: async (options) => {
    options.progress('starting servers');
    const peers = await startPeers();
    try {
      return await measure(peers, options);
    } finally {
      await peers.stop();
    }
  },
};

async function measure(peers: Peers, options: BenchOptions): Promise<Measurement[]> {
  const bytes = options.quick ? COPY_BYTES / 10 : COPY_BYTES;
  const rows = options.quick ? ROWS / 10 : ROWS;
  options.progress('filling tables');
  await fill(peers, bytes);
  const copied = Number(await shell("psql -XAtc 'COPY bulk TO STDOUT' | wc -c", peers.server));
  const copy = "psql -X -c 'COPY bulk TO STDOUT' > /dev/null";
  const select = `psql -X -A -t -c 'SELECT id, amount, status, description FROM bulk LIMIT ${rows}' > /dev/null`;
  return [
    {
      measure: `COPY of ${Math.round(copied / 1e6)} MB`,
      unit: 'MB/s',
      better: 'more',
      samples: await inTurns(
        subjects(peers, copy, (seconds) => copied / 1e6 / seconds),
        options,
      ),
      ...YARDSTICK,
    },
    {
      measure: `SELECT of ${rows / 1000}k rows x 4`,
      unit: 'krows/s',
      better: 'more',
      samples: await inTurns(
        subjects(peers, select, (seconds) => rows / 1000 / seconds),
        options,
      ),
      ...YARDSTICK,
    },
  ];
}

const YARDSTICK = { yardstick: 'pgbouncer', bars: { gateway: 0.9, 'gateway, results recorded': 0.4 } };

/** Payments over and over, one in ten with a card number in its text, until it is enough. */
async function fill(peers: Peers, bytes: number): Promise<void> {
  const copies = Math.ceil(bytes / PAYMENTS_BYTES_MIN);
  const create = `CREATE UNLOGGED TABLE bulk AS SELECT p.* FROM generate_series(1, ${copies}), payments p`;
  await shell(`psql -X -q -c "${create}" -c 'VACUUM ANALYZE bulk'`, peers.server);
}

function subjects(
  peers: Peers,
  command: string,
  figure: (seconds: number) => number,
): Record<string, () => Promise<number>> {
  const ask = (connection: Parameters<typeof timed>[1]) => async (): Promise<number> =>
    figure(await timed(command, connection));
  return {
    direct: ask(peers.server),
    pgbouncer: ask(peers.pgbouncer.session),
    gateway: ask(peers.gateway),
    'gateway, results recorded': ask(peers.gatewayFull),
  };
}
