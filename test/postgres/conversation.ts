/**
 * A PostgreSQL conversation without sockets: a lane is fed both sides' bytes in any pieces, as
 * the engine would, and what it hands over is collected.
 */
import { isDeepStrictEqual } from 'node:util';
import { int32At, putInt16, putInt32 } from '../../base/binary.ts';
import { type Bytes, join, keep, NO_BYTES, utf8 } from '../../base/bytes.ts';
import type { Outlet, ResultPolicy } from '../../base/host.ts';
import type { Entry } from '../../base/recording.ts';
import { createCleaner } from '../../engine/cleaner.ts';
import { defaultRules } from '../../engine/mask-rules.ts';
import { type Catalog, NO_CATALOG } from '../../protocols/postgres/catalog.ts';
import { message } from '../../protocols/postgres/encode.ts';
import { PostgresLane } from '../../protocols/postgres/lane.ts';

/** Bytes of one side, in the order of the conversation. */
export interface Said {
  readonly side: 'client' | 'server';
  readonly bytes: Bytes;
}

export interface Outcome {
  readonly toClient: string;
  readonly toServer: string;
  readonly records: readonly Entry[];
}

export const ALL: ResultPolicy = { rowsMax: 1e9, bytesMax: 1e12, commit: true };
const cleaner = createCleaner(defaultRules);

/** How far a piece is settled; a canary settles wrongly on purpose. */
type Settle = (settled: number) => number;

/** Plays a conversation; `cuts` are ascending offsets into all its bytes. Throws what the lane throws. */
export function play(
  conversation: readonly Said[],
  cuts: readonly number[] = [],
  catalog: Catalog = NO_CATALOG,
  results: ResultPolicy = ALL,
  settle: Settle = (settled) => settled,
): Outcome {
  const stage = new Stage();
  const lane = new PostgresLane({ cleaner, catalog, results, greeting: NO_BYTES, utf8: true });
  lane.start(stage);
  for (const { side, bytes } of piecesOf(conversation, cuts)) {
    const whole = join([stage.rest[side], bytes]);
    const settled = side === 'client' ? lane.client(whole) : lane.server(whole);
    stage.flush();
    stage.rest[side] = keep(whole.subarray(settle(settled)));
  }
  return stage.outcome();
}

/** True if every record and byte is the same. Rows may be batched differently, so records of rows are joined. */
export function same(left: Outcome, right: Outcome): boolean {
  return isDeepStrictEqual(left, right);
}

class Stage implements Outlet {
  readonly rest = { client: NO_BYTES, server: NO_BYTES };
  readonly #views: { to: 'client' | 'server'; bytes: Bytes }[] = [];
  readonly #sent: { client: Bytes[]; server: Bytes[] } = { client: [], server: [] };
  readonly #records: Entry[] = [];

  toClient(bytes: Bytes): void {
    this.#views.push({ to: 'client', bytes });
  }

  toServer(bytes: Bytes): void {
    this.#views.push({ to: 'server', bytes });
  }

  record(entry: Entry): void {
    const tail = entry.tail
      ? { tail: { name: entry.tail.name, msgpack: new Uint8Array(entry.tail.msgpack) } }
      : {};
    this.#records.push({ ...structuredClone({ type: entry.type, data: entry.data }), ...tail });
  }

  end(): void {}

  later(): void {}

  hold(): void {}

  /** Views are read when they are sent, at the end of a push: a lane must not change them before. */
  flush(): void {
    for (const { to, bytes } of this.#views.splice(0)) this.#sent[to].push(keep(bytes));
  }

  outcome(): Outcome {
    const hex = (parts: readonly Bytes[]): string => Buffer.from(join(parts)).toString('latin1');
    return {
      toClient: hex(this.#sent.client),
      toServer: hex(this.#sent.server),
      records: joinRows(this.#records),
    };
  }
}

/** How rows fall into batches depends on how they came; which rows they are must not. */
function joinRows(records: readonly Entry[]): Entry[] {
  const joined: Entry[] = [];
  for (const entry of records) {
    const last = joined.at(-1);
    if (!last?.tail || !entry.tail || last.data['id'] !== entry.data['id']) joined.push(entry);
    else
      joined[joined.length - 1] = {
        ...last,
        tail: { name: 'rows', msgpack: joinArrays(last.tail.msgpack, entry.tail.msgpack) },
      };
  }
  return joined;
}

/** Two msgpack `array 32` values as one. */
function joinArrays(left: Bytes, right: Bytes): Bytes {
  const sum = join([left, right.subarray(5)]);
  putInt32(sum, 1, Buffer.from(left).readInt32BE(1) + Buffer.from(right).readInt32BE(1));
  return sum;
}

/** The conversation in pieces: cut where it changes sides, and at every cut. */
export function piecesOf(conversation: readonly Said[], cuts: readonly number[]): Said[] {
  const pieces: Said[] = [];
  let offset = 0;
  let next = 0;
  for (const { side, bytes } of conversation) {
    const to = offset + bytes.length;
    let from = offset;
    for (; next < cuts.length && cuts[next]! < to; next++) {
      if (cuts[next]! <= from) continue;
      pieces.push({ side, bytes: bytes.slice(from - offset, cuts[next]! - offset) });
      from = cuts[next]!;
    }
    pieces.push({ side, bytes: bytes.slice(from - offset) });
    offset = to;
  }
  return pieces;
}

/** Where each message begins, and behind the last one its end. */
export function messageStarts(conversation: readonly Said[]): number[] {
  const starts: number[] = [];
  let offset = 0;
  for (const { bytes } of conversation) {
    for (let at = 0; at < bytes.length; at += 1 + int32At(bytes, at + 1)) starts.push(offset + at);
    offset += bytes.length;
  }
  return [...starts, offset];
}

/** All bytes of a conversation. */
export function lengthOf(conversation: readonly Said[]): number {
  return conversation.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

// Messages of the server, for conversations that no server needs to be asked for.

export function client(...messages: readonly Bytes[]): Said {
  return { side: 'client', bytes: join(messages) };
}

export function server(...messages: readonly Bytes[]): Said {
  return { side: 'server', bytes: join(messages) };
}

/** A column of a made-up RowDescription. */
export interface FakeColumn {
  readonly name: string;
  readonly typeOid?: number;
  readonly table?: number;
  readonly number?: number;
  readonly binary?: boolean;
}

export function rowDescription(columns: readonly FakeColumn[]): Bytes {
  const fields = columns.map(({ name, typeOid = 25, table = 0, number = 0, binary = false }) => {
    const rest = Buffer.alloc(18);
    rest.writeUInt32BE(table, 0);
    rest.writeInt16BE(number, 4);
    rest.writeUInt32BE(typeOid, 6);
    rest.writeInt16BE(-1, 10);
    rest.writeInt32BE(-1, 12);
    rest.writeInt16BE(binary ? 1 : 0, 16);
    return join([utf8(`${name}\0`), rest]);
  });
  return message(0x54, join([int16(columns.length), ...fields]));
}

export function dataRow(...cells: readonly (string | Bytes | null)[]): Bytes {
  const parts = cells.flatMap((cell) => {
    const bytes = typeof cell === 'string' ? utf8(cell) : cell;
    return bytes ? [int32(bytes.length), bytes] : [int32(-1)];
  });
  return message(0x44, join([int16(cells.length), ...parts]));
}

export function commandComplete(tag: string): Bytes {
  return message(0x43, utf8(`${tag}\0`));
}

export function errorResponse(fields: Readonly<Record<string, string>>, type: number = 0x45): Bytes {
  return message(
    type,
    utf8(
      `${Object.entries(fields)
        .map(([code, value]) => `${code}${value}\0`)
        .join('')}\0`,
    ),
  );
}

export const ready: Bytes = message(0x5a, utf8('I'));

export function int16(value: number): Bytes {
  const bytes = new Uint8Array(2);
  putInt16(bytes, 0, value);
  return bytes;
}

export function int32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  putInt32(bytes, 0, value);
  return bytes;
}
