/**
 * Messages from the client after login. They reach the server as they came; what they ask is
 * recorded first, and remembered so that the answers can be understood.
 */
import { createHash, type Hash } from 'node:crypto';
import { serialize } from 'pg-protocol';
import { int16At, int32At, zeroIn } from '../../base/binary.ts';
import { type Bytes, join, keep, NO_BYTES, text } from '../../base/bytes.ts';
import type { CleanStream, ColumnRule } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { limits } from '../../base/limits.ts';
import { copiesOf } from './copied.ts';
import type { Direction, Shared } from './lane.ts';
import { keepsForLater, mentionedRule } from './mention.ts';
import { Type } from './messages.ts';
import type { Portal, Request, Statement } from './requests.ts';
import { Run } from './transcript.ts';

/** The name of the gateway's own prepared statement; clients do not use the prefix. */
const OWN_STATEMENT = 'pangate$columns';
/** No name is longer: PostgreSQL cuts at 63 bytes. */
const WORD_BYTES_MAX = 64;

/** A message taken in pieces: its masked form is committed by hash. */
interface Large {
  readonly run: Run | null;
  readonly stream: CleanStream;
  readonly hash: Hash;
  /** What is asked by its text: learns which protected column that names. */
  readonly asked: { rule?: ColumnRule | null } | null;
  /** The end of the last piece: a word may be cut. */
  tail: Bytes;
  bytes: number;
}

export class Frontend implements Direction {
  missing = 0;
  readonly #shared: Shared;
  #large: Large | null = null;
  #copied: { bytes: number; hash: Hash } | null = null;
  #nextId = 1;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  whole(bytes: Bytes, at: number): number {
    const to = at + 1 + int32At(bytes, at + 1);
    this.#handle(bytes[at]!, bytes.subarray(at + 5, to));
    this.#shared.toServer.pass(bytes, at, to);
    return to;
  }

  begin(type: number, length: number, bytes: Bytes, at: number): number {
    if (length <= limits.messageControlBytesMax && type !== Type.CopyData) return at;
    if (type === Type.CopyData && length <= limits.messageHeldBytesMax) return at;
    const body = bytes.subarray(at + 5);
    // The names in a message's head must be there before it can be taken in pieces.
    if (body.length < Math.min(limits.readBytesMin, length - 4)) return at;
    this.#large = {
      ...this.#beginLarge(type, body, length),
      tail: NO_BYTES,
      stream: this.#shared.cleaner.stream(ANYWHERE),
      hash: createHash('sha256'),
      bytes: 0,
    };
    this.missing = length - 4;
    this.#shared.toServer.send(bytes.subarray(at, at + 5));
    return at + 5;
  }

  piece(bytes: Bytes): void {
    const large = this.#large!;
    this.missing -= bytes.length;
    large.bytes += bytes.length;
    this.#lookFor(large, bytes);
    for (const settled of large.stream.push(keep(bytes), this.missing === 0)) large.hash.update(settled);
    if (this.missing === 0) this.#endLarge(large);
    this.#shared.toServer.send(bytes);
  }

  /** A text in pieces is searched for names of protected columns as it passes. */
  #lookFor(large: Large, piece: Bytes): void {
    const { asked } = large;
    if (!asked || asked.rule) return;
    asked.rule = mentionedRule(text(join([large.tail, piece])), this.#shared.cleaner);
    large.tail = keep(piece.subarray(-WORD_BYTES_MAX));
    // Whether it keeps its rows for later under a name is not looked into: it is taken to.
    this.#shared.carried ??= asked.rule;
  }

  #handle(type: number, body: Bytes): void {
    if (this.#shared.skipping && type !== Type.Sync && type !== Type.Terminate) return;
    switch (type) {
      case Type.Query:
        return this.#query(body);
      case Type.Parse:
        return this.#parse(body);
      case Type.Bind:
        return this.#bind(body);
      case Type.Describe:
        return this.#describe(body);
      case Type.Execute:
        return this.#execute(body);
      case Type.Close:
        return this.#close(body);
      case Type.Sync:
        return this.#sync();
      case Type.FunctionCall:
        return this.#call(body);
      case Type.CopyData:
        return this.#copyData(body);
      case Type.CopyDone:
      case Type.CopyFail:
        return this.#copyEnd(type === Type.CopyDone);
      case Type.Flush:
      case Type.Terminate:
        return;
      case Type.PasswordMessage:
        throw new PangateError('message-refused', 'A password message came after login.');
      default:
        throw new PangateError('message-unknown', 'The client sent a message of an unknown type.');
    }
  }

  /** sql string */
  #query(body: Bytes): void {
    const { bytes } = stringAt(body, 0);
    if (bytes.length + 1 !== body.length) throw malformed();
    const sql = text(bytes);
    this.#askColumns(sql, false);
    const shown = this.#shared.transcript.shown(bytes, sql);
    this.#shared.transcript.statement({ id: this.#nextId, op: 'simple', text: shown });
    this.#noteKept(sql);
    this.#push({ kind: 'query', run: new Run(this.#nextId++), sql });
  }

  /** name string | sql string | count int16 | parameter types int32* */
  #parse(body: Bytes): void {
    const name = stringAt(body, 0);
    const { bytes } = stringAt(body, name.to);
    const sql = text(bytes);
    const shown = this.#shared.transcript.shown(bytes, sql);
    this.#shared.transcript.statement({ id: this.#nextId++, op: 'parse', text: shown });
    this.#noteKept(sql);
    this.#prepare(text(name.bytes), { sql, shown, plan: undefined, described: false });
  }

  /** A cursor or an SQL-level prepared statement: its rows are asked for by another text. */
  #noteKept(sql: string): void {
    if (this.#shared.carried || !keepsForLater(sql)) return;
    this.#shared.carried = mentionedRule(sql, this.#shared.cleaner);
  }

  #prepare(name: string, statement: Statement): void {
    const undo = this.#shared.names.prepare(name, statement);
    this.#push({ kind: 'parse', own: false, undo });
  }

  /** portal string | statement string | formats | parameters | result formats */
  #bind(body: Bytes): void {
    const portal = stringAt(body, 0);
    const name = stringAt(body, portal.to);
    const formats = int16s(body, name.to);
    const parameters = this.#parameters(body, formats.to, formats.values);
    const results = int16s(body, parameters.to);
    if (results.to !== body.length) throw malformed();
    this.#open(text(portal.bytes), text(name.bytes), results.values, parameters.values);
  }

  #open(portal: string, name: string, formats: readonly number[], parameters: Portal['parameters']): void {
    const statement = this.#shared.names.statement(name) ?? UNKNOWN;
    const opened: Portal = {
      statement,
      formats,
      parameters,
      plan: undefined,
      described: false,
      run: null,
      bound: false,
    };
    this.#push({ kind: 'bind', undo: this.#shared.names.bind(portal, opened), portal: opened });
  }

  /** count int16 | (length int32, value)*; shown masked, all together up to a bound */
  #parameters(
    body: Bytes,
    at: number,
    formats: readonly number[],
  ): { values: (string | Bytes | null)[]; to: number } {
    const count = int16At(body, at) & 0xffff;
    const values: (string | Bytes | null)[] = [];
    let to = at + 2;
    for (let i = 0; i < count; i++) {
      if (to + 4 > body.length) throw malformed();
      const length = int32At(body, to);
      to += 4;
      const end = to + Math.max(length, 0);
      if (end > body.length) throw malformed();
      const binary = (formats.length === 1 ? formats[0] : formats[i]) === 1;
      values.push(
        length < 0
          ? null
          : this.#shared.transcript.parameter(
              body.subarray(to, Math.min(end, to + limits.readBytesMin)),
              binary,
            ),
      );
      to = end;
    }
    return { values, to };
  }

  /** 'S' or 'P' | name string */
  #describe(body: Bytes): void {
    const name = text(stringAt(body, 1).bytes);
    const what = body[0] === 0x53 ? this.#shared.names.statement(name) : this.#shared.names.portal(name);
    if (what) what.described = true;
    this.#push({ kind: 'describe', what: what ?? { ...UNKNOWN }, own: false });
  }

  /** portal string | rows int32 */
  #execute(body: Bytes): void {
    const name = stringAt(body, 0).bytes;
    const portal = this.#shared.names.portal(text(name)) ?? { ...UNKNOWN_PORTAL };
    const resumed = portal.run !== null;
    const run = portal.run ?? new Run(this.#nextId++);
    portal.run = run;
    if (!resumed) {
      this.#askColumns(portal.statement.sql, true);
      this.#shared.transcript.statement({
        id: run.id,
        op: 'execute',
        text: portal.statement.shown,
        params: portal.parameters,
      });
    }
    this.#askPlan(portal, name);
    this.#push({ kind: 'execute', run, portal });
  }

  /** Rows whose columns nobody has asked for: the gateway asks itself, just before the Execute. */
  #askPlan(portal: Portal, name: Bytes): void {
    if (portal.described || (portal.statement.described && portal.formats !== UNKNOWN_FORMATS)) return;
    portal.described = true;
    this.#shared.toServer.send(serialize.describe({ type: 'P', name: text(name) }));
    this.#push({ kind: 'describe', what: portal, own: true });
  }

  /**
   * COPY ... TO names no columns on the wire: the gateway describes a SELECT of the same columns
   * first. In a simple query the question ends with a Sync of its own; in the extended protocol
   * an error of it is the statement's own error.
   */
  #askColumns(sql: string, extended: boolean): void {
    const copies = copiesOf(sql);
    for (const { select, format } of copies) {
      const statement: Statement = { sql, shown: '', plan: undefined, described: true };
      this.#shared.copies.push({ format, statement });
      this.#shared.toServer.send(serialize.parse({ name: OWN_STATEMENT, text: select }));
      this.#shared.toServer.send(serialize.describe({ type: 'S', name: OWN_STATEMENT }));
      this.#shared.toServer.send(serialize.close({ type: 'S', name: OWN_STATEMENT }));
      this.#push({ kind: 'parse', own: true, undo: () => undefined });
      this.#push({ kind: 'describe', what: statement, own: true });
      this.#push({ kind: 'close', own: true });
    }
    if (copies.length === 0 || extended) return;
    this.#shared.toServer.send(serialize.sync());
    this.#push({ kind: 'sync', own: true });
  }

  /** 'S' or 'P' | name string */
  #close(body: Bytes): void {
    const name = text(stringAt(body, 1).bytes);
    this.#shared.names.close(body[0] === 0x53 ? 'statement' : 'portal', name);
    this.#push({ kind: 'close', own: false });
  }

  #sync(): void {
    if (this.#shared.copyIn) return;
    this.#shared.skipping = false;
    this.#push({ kind: 'sync', own: false });
  }

  /** function oid int32 | formats | arguments | result format int16 */
  #call(body: Bytes): void {
    const formats = int16s(body, 4);
    const parameters = this.#parameters(body, formats.to, formats.values);
    const named = `function ${int32At(body, 0) >>> 0}`;
    const said = { op: 'call', text: named, params: parameters.values };
    this.#shared.transcript.statement({ id: this.#nextId, ...said });
    this.#push({ kind: 'call', run: new Run(this.#nextId++) });
  }

  /** Counted and committed by the hash of its masked form: a hash of the bare form could be guessed. */
  #copyData(body: Bytes): void {
    this.#copied ??= { bytes: 0, hash: createHash('sha256') };
    const copied = this.#copied;
    copied.bytes += body.length;
    const clear = this.#shared.cleaner.next(body, 0, body.length) === body.length;
    copied.hash.update(clear ? body : this.#shared.cleaner.clean(keep(body), ANYWHERE));
  }

  #copyEnd(done: boolean): void {
    const copied = this.#copied;
    this.#copied = null;
    this.#shared.copyIn = false;
    if (copied)
      this.#shared.transcript.event('sql.in', { bytes: copied.bytes, sha256: copied.hash.digest(), done });
  }

  #push(request: Request): void {
    this.#shared.requests.push(request);
  }

  #beginLarge(type: number, body: Bytes, length: number): Pick<Large, 'run' | 'asked'> {
    if (type === Type.CopyData || this.#shared.skipping) return { run: null, asked: null };
    const run = new Run(this.#nextId++);
    if (type === Type.Query) return { run, asked: this.#largeQuery(run, body, length) };
    if (type === Type.Parse) return { run, asked: this.#largeParse(run, body, length) };
    if (type !== Type.Bind) throw new PangateError('limit-exceeded', 'A message is too long for its type.');
    const portal = stringAt(body, 0);
    this.#open(text(portal.bytes), text(stringAt(body, portal.to).bytes), UNKNOWN_FORMATS, []);
    return { run, asked: null };
  }

  #largeQuery(run: Run, body: Bytes, length: number): Large['asked'] {
    const { transcript } = this.#shared;
    transcript.statement({ id: run.id, op: 'simple', text: transcript.shown(body), bytes: length - 5 });
    const request = {
      kind: 'query',
      run,
      sql: text(body.subarray(0, limits.readBytesMin)),
      rule: null,
    } satisfies Request;
    this.#push(request);
    return request;
  }

  #largeParse(run: Run, body: Bytes, length: number): Large['asked'] {
    const { transcript } = this.#shared;
    const name = stringAt(body, 0);
    const shown = transcript.shown(body.subarray(name.to));
    transcript.statement({ id: run.id, op: 'parse', text: shown, bytes: length - 4 - name.to });
    const sql = text(body.subarray(name.to, name.to + limits.readBytesMin));
    const statement: Statement = { sql, shown, plan: undefined, described: false, rule: null };
    this.#prepare(text(name.bytes), statement);
    return statement;
  }

  /** `sql.large`: the masked form of a message that was taken in pieces, by hash. */
  #endLarge(large: Large): void {
    this.#large = null;
    const data = {
      bytes: large.bytes,
      sha256: large.hash.digest(),
      ...(large.run ? { id: large.run.id } : {}),
    };
    this.#shared.transcript.event('sql.large', data);
  }
}

/** Asked for by a name that this session has not made: the server will answer with an error. */
const UNKNOWN: Statement = { sql: '', shown: '', plan: undefined, described: false };
const UNKNOWN_FORMATS: readonly number[] = [];
const UNKNOWN_PORTAL: Portal = {
  statement: UNKNOWN,
  formats: UNKNOWN_FORMATS,
  parameters: [],
  plan: undefined,
  described: false,
  run: null,
  bound: false,
};

/** A zero-ended string from `at`, and the offset behind its end. */
function stringAt(body: Bytes, at: number): { bytes: Bytes; to: number } {
  const to = zeroIn(body, at, body.length);
  if (to < 0) throw malformed();
  return { bytes: to === at ? NO_BYTES : body.subarray(at, to), to: to + 1 };
}

/** count int16 | values int16* */
function int16s(body: Bytes, at: number): { values: number[]; to: number } {
  if (at + 2 > body.length) throw malformed();
  const count = int16At(body, at) & 0xffff;
  const to = at + 2 + 2 * count;
  if (to > body.length) throw malformed();
  const values: number[] = [];
  for (let i = 0; i < count; i++) values.push(int16At(body, at + 2 + 2 * i));
  return { values, to };
}

function malformed(): PangateError {
  return new PangateError('message-unknown', 'The client sent a malformed message.');
}
