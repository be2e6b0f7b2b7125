/** Fills a database with the payments data, by COPY. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { ROWS, SCHEMA, type TableRows, tables } from './payments.ts';

const CHUNK_CHARACTERS = 65_536;

/** Where to load it: a role that may create tables. */
export interface SeedTarget {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Creates the tables and fills them; `rows` are those of all three together. */
export async function seedPayments(target: SeedTarget, rows: number = ROWS): Promise<void> {
  const sql = postgres({ ...target, max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(SCHEMA);
    for (const table of tables(rows)) await fill(sql, table);
    await sql.unsafe('ANALYZE');
  } finally {
    await sql.end();
  }
}

/** Changes whenever the code that makes the data does. */
export function seedDigest(): string {
  const hash = createHash('sha256');
  const folder = new URL('.', import.meta.url);
  for (const name of readdirSync(folder).sort())
    if (name.endsWith('.js')) hash.update(readFileSync(new URL(name, folder)));
  return hash.digest('hex').slice(0, 12);
}

async function fill(sql: postgres.Sql, { table, lines }: TableRows): Promise<void> {
  const stream = await sql.unsafe(`COPY ${table} FROM STDIN`).writable();
  await pipeline(Readable.from(chunks(lines)), stream);
}

function* chunks(lines: Iterable<string>): Generator<Buffer> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}
