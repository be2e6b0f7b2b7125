/** Text queries (manual, "COM_QUERY"): rows as they come, in batches. */
import { type Bytes, utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { Fields, malformed, type PacketWire } from './packet.ts';
import { errorOf, HEAD } from './upstream.ts';

const COM_QUIT = 0x01;
const COM_QUERY = 0x03;
const ROW_BYTES_MAX = 64 * 1024 * 1024;
const COLUMNS_MAX = 4096;
/** Rows of one batch end at the first of these. */
const BATCH_ROWS = 200;
const BATCH_BYTES = 4 * 1024 * 1024;
/** An end packet is shorter; a row that begins like one is longer. */
const END_BYTES_MAX = 9;

/** Cells of a row as text; views that nobody else holds. */
export type Row = readonly (Bytes | null)[];

/** The rows of a query. Throws `upstream-refused` where the server says an error; it can be asked on. */
export async function* batches(packets: PacketWire, sql: string): AsyncGenerator<readonly Row[]> {
  packets.command(commandOf(COM_QUERY, sql));
  const columns = await columnsOf(packets);
  if (columns === 0) return;
  let rows: Row[] = [];
  let bytes = 0;
  for (;;) {
    const body = await packets.read(ROW_BYTES_MAX);
    if (body[0] === HEAD.error) throw refused(body);
    if (isEnd(body)) break;
    rows.push(cellsOf(body.slice(), columns));
    bytes += body.length;
    if (rows.length < BATCH_ROWS && bytes < BATCH_BYTES) continue;
    yield rows;
    [rows, bytes] = [[], 0];
  }
  if (rows.length > 0) yield rows;
}

/** All rows of a query that gives few. */
export async function all(packets: PacketWire, sql: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const some of batches(packets, sql)) rows.push(...some);
  return rows;
}

/** Says good-bye. */
export function quit(packets: PacketWire): void {
  packets.command(Uint8Array.of(COM_QUIT));
}

function commandOf(command: number, sql: string): Bytes {
  const words = utf8(sql);
  const bytes = new Uint8Array(1 + words.length);
  bytes[0] = command;
  bytes.set(words, 1);
  return bytes;
}

/** Number of columns; their definitions and the packet after them are read too. */
async function columnsOf(packets: PacketWire): Promise<number> {
  const first = await packets.read(ROW_BYTES_MAX);
  if (first[0] === HEAD.error) throw refused(first);
  if (first[0] === HEAD.ok) return 0;
  if (first[0] === HEAD.localInfile) throw malformed('it asks for a file');
  const count = new Fields(first).length() ?? 0;
  if (count === 0 || count > COLUMNS_MAX) throw malformed('a number of columns');
  for (let i = 0; i < count; i++) await packets.read(ROW_BYTES_MAX);
  if (!isEnd(await packets.read(ROW_BYTES_MAX))) throw malformed('columns without an end');
  return count;
}

function isEnd(body: Bytes): boolean {
  return body[0] === HEAD.end && body.length < END_BYTES_MAX;
}

function cellsOf(body: Bytes, columns: number): Row {
  const fields = new Fields(body);
  const cells: (Bytes | null)[] = [];
  for (let i = 0; i < columns; i++) cells.push(fields.value());
  if (fields.left > 0) throw malformed('a row');
  return cells;
}

function refused(body: Bytes): PangateError {
  return new PangateError(
    'upstream-refused',
    `the server refused to give it: ${errorOf(body)}`,
    'Check what the user of the target may read.',
  );
}
