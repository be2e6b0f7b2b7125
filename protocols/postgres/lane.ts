/**
 * One PostgreSQL session after login (documentation 54.2.2 to 54.2.9), both directions. Walks
 * message heads in place; what a message means is in frontend.ts and backend.ts.
 */

import { int32At } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Cleaner, ColumnRule } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import type { Lane, Outlet, ResultPolicy } from '../../base/host.ts';
import { limits } from '../../base/limits.ts';
import { Backend } from './backend.ts';
import type { Catalog } from './catalog.ts';
import type { CopyFormat } from './copy.ts';
import { fatal } from './encode.ts';
import { Frontend } from './frontend.ts';
import { Names } from './names.ts';
import { Passage } from './passage.ts';
import { Requests, type Statement } from './requests.ts';
import { Transcript } from './transcript.ts';

/** What a lane works with. */
export interface LaneParts {
  readonly cleaner: Cleaner;
  readonly catalog: Catalog;
  readonly results: ResultPolicy;
  /** Bytes that open the session for the client: AuthenticationOk to ReadyForQuery. */
  readonly greeting: Bytes;
  readonly utf8: boolean;
}

/** State that both directions share. */
export interface Shared {
  readonly cleaner: Cleaner;
  readonly catalog: Catalog;
  readonly outlet: Outlet;
  readonly toClient: Passage;
  readonly toServer: Passage;
  readonly transcript: Transcript;
  readonly requests: Requests;
  readonly names: Names;
  /** The rule of a protected column that a cursor or SQL-level prepared statement of this session may carry. */
  carried: ColumnRule | null;
  /** The server ignores everything up to the next Sync. */
  skipping: boolean;
  /** What the gateway has asked about coming COPY data, in order. */
  readonly copies: { readonly format: CopyFormat; readonly statement: Statement }[];
  /** The server's last ReadyForQuery said that a transaction is open. */
  inTransaction: boolean;
  /** The server takes COPY data: it ignores Sync and Flush. */
  copyIn: boolean;
}

export class PostgresLane implements Lane {
  readonly #parts: LaneParts;
  #frontend!: Frontend;
  #backend!: Backend;
  #shared!: Shared;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  start(outlet: Outlet): void {
    const { cleaner, catalog, results, greeting, utf8 } = this.#parts;
    const transcript = new Transcript(outlet, cleaner, results);
    transcript.utf8 = utf8;
    const shared: Shared = {
      cleaner,
      catalog,
      outlet,
      toClient: new Passage((bytes) => outlet.toClient(bytes)),
      toServer: new Passage((bytes) => outlet.toServer(bytes)),
      transcript,
      requests: new Requests(),
      names: new Names(),
      carried: null,
      copies: [],
      skipping: false,
      inTransaction: false,
      copyIn: false,
    };
    this.#shared = shared;
    this.#frontend = new Frontend(shared);
    this.#backend = new Backend(shared);
    outlet.toClient(greeting);
  }

  get idle(): boolean {
    return this.#shared.requests.size === 0 && !this.#shared.inTransaction;
  }

  client(bytes: Bytes): number {
    const settled = walk(bytes, this.#frontend);
    this.#shared.toServer.flush();
    return settled;
  }

  server(bytes: Bytes): number {
    const settled = walk(bytes, this.#backend);
    this.#shared.toClient.flush();
    return settled;
  }

  ended(side: 'client' | 'server', unsettled: number): void {
    if (side === 'server' && unsettled > 0)
      throw new PangateError('upstream-lost', 'The server closed the connection inside a message.');
  }

  failed(error: Error): Bytes {
    return this.#backend.insideMessage ? new Uint8Array(0) : fatal(error);
  }
}

/** One direction: what to do with messages that have come whole, and with pieces of large ones. */
export interface Direction {
  /** Bytes of the large message that are still to come; 0 outside of one. */
  readonly missing: number;
  piece(bytes: Bytes): void;
  /** Handles whole messages from `at` (at least one is there); gives the offset behind them, or `at` to wait. */
  whole(bytes: Bytes, at: number): number;
  /** A message longer than the buffer: true if it begins to be taken in pieces, its head settled. */
  begin(type: number, length: number, bytes: Bytes, at: number): number;
}

/** Type byte | length int32, itself included | body. Gives how far the bytes are settled. */
function walk(bytes: Bytes, direction: Direction): number {
  let at = 0;
  while (at < bytes.length) {
    if (direction.missing > 0) {
      const to = Math.min(at + direction.missing, bytes.length);
      direction.piece(bytes.subarray(at, to));
      at = to;
      continue;
    }
    if (at + 5 > bytes.length) break;
    const length = int32At(bytes, at + 1);
    if (length < 4 || length > limits.messageBytesMax)
      throw new PangateError('limit-exceeded', 'A message’s length is out of bounds.');
    const next =
      at + 1 + length > bytes.length
        ? direction.begin(bytes[at]!, length, bytes, at)
        : direction.whole(bytes, at);
    if (next === at) break;
    at = next;
  }
  return at;
}
