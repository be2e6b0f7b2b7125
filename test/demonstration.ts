/** What `npm start` shows once everything runs: a first question, both answers, and what to do next. */
import { Client } from 'pg';
import pc from 'picocolors';
import type { GatewayServer } from './servers/gateway.ts';
import type { Connection, PostgresServer } from './servers/postgres.ts';

export interface Stage {
  readonly server: PostgresServer;
  readonly gateway: GatewayServer;
  /** All files of this run. */
  readonly folder: string;
  /** They stay when it stops. */
  readonly kept: boolean;
  readonly json: boolean;
}

type Row = Readonly<Record<string, string>>;

const COLUMNS = ['brand', 'pan', 'pan_bigint', 'cvv', 'note'];
const QUESTION = `SELECT ${COLUMNS.join(', ')} FROM cards WHERE id IN (2, 4, 12, 15, 23)`;
const CELL_CHARACTERS_MAX = 48;

/** Asks the server and the gateway the same, and prints both answers. */
export async function demonstrate(stage: Stage): Promise<void> {
  const held = await ask(stage.server);
  const shown = await ask(stage.gateway);
  const firstMaskedRowMs = Math.round(performance.now());
  const { host, port, user, password, database } = stage.gateway;
  const psql = `PGPASSWORD=${password} psql -h ${host} -p ${port} -U ${user} ${database}`;
  const replay = `node build/cli/main.js replay sql last --rows -d ${stage.gateway.recordings}`;
  if (stage.json) {
    const { recordings } = stage.gateway;
    const said = {
      host,
      port,
      user,
      password,
      database,
      psql,
      recordings,
      replay,
      firstMaskedRowMs,
      held,
      shown,
    };
    process.stdout.write(`${JSON.stringify(said)}\n`);
    return;
  }
  const pairs = held.flatMap((row, index) => differences(row, shown[index]!));
  process.stdout.write(
    `\n${pc.bold('pangate')} stands in front of PostgreSQL; the first masked row came after ${(firstMaskedRowMs / 1000).toFixed(1)} s.\n\n` +
      `${beside(pairs)}\n` +
      `  connect     ${pc.cyan(psql)}\n` +
      `  then try    SELECT * FROM cards LIMIT 5;   COPY cards TO STDOUT;\n` +
      `  recordings  ${stage.gateway.recordings}\n` +
      `  replay      ${pc.cyan(replay)}\n` +
      `  stop        Ctrl-C; ${stage.kept ? `everything stays in ${stage.folder}` : 'nothing is left behind (to keep it: npm start -- --data DIR)'}\n`,
  );
}

async function ask({ host, port, user, password, database }: Connection): Promise<Row[]> {
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    return (await client.query<Row>(QUESTION)).rows;
  } finally {
    await client.end();
  }
}

/** One line for each value that the gateway shows otherwise than the table holds it. */
function differences(held: Row, shown: Row): string[][] {
  return COLUMNS.filter((name) => held[name] !== shown[name]).map((name, index) => [
    index === 0 ? (held['brand'] ?? '') : '',
    name,
    short(held[name]),
    short(shown[name]),
  ]);
}

function short(value: string | null | undefined): string {
  const text = value ?? 'null';
  return text.length > CELL_CHARACTERS_MAX ? `${text.slice(0, CELL_CHARACTERS_MAX - 1)}…` : text;
}

function beside(pairs: readonly string[][]): string {
  const rows = [['', '', 'in the table', 'through pangate'], ...pairs];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
