/**
 * Messages from the server after login: each answered request is known by its place in the
 * queue, every byte of data is masked, every outcome recorded before it is sent.
 */

import { int32At, putInt32 } from '../../base/binary.ts';
import { type Bytes, join, NO_BYTES, text } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { limits } from '../../base/limits.ts';
import { BINARY, CopyOut, TEXT } from './copy.ts';
import { Descriptions } from './descriptions.ts';
import { message } from './encode.ts';
import { fieldOf, maskFields, sqlState } from './fields.ts';
import type { Direction, Shared } from './lane.ts';
import { type LargeBody, LargeRow } from './large.ts';
import { Type } from './messages.ts';
import { formatsOf, type Plan, withFormats } from './plan.ts';
import type { Portal, Request, Statement } from './requests.ts';
import { maskRows, runOf } from './rows.ts';
import type { Run } from './transcript.ts';

export class Backend implements Direction {
  missing = 0;
  readonly #shared: Shared;
  readonly #counter = { rows: 0 };
  readonly #descriptions: Descriptions;
  #large: LargeBody | null = null;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#descriptions = new Descriptions(shared);
  }

  /** The client has got a message's head and not yet its end. */
  get insideMessage(): boolean {
    return this.missing > 0;
  }

  whole(bytes: Bytes, at: number): number {
    const type = bytes[at]!;
    if (type === Type.DataRow || type === Type.CopyData) return this.#run(type, bytes, at);
    const to = at + 1 + int32At(bytes, at + 1);
    return this.#handle(type, bytes, at, to) ? to : at;
  }

  begin(type: number, length: number, bytes: Bytes, at: number): number {
    const isData = type === Type.DataRow || type === Type.CopyData;
    if (length <= (isData ? limits.messageHeldBytesMax : limits.messageControlBytesMax)) return at;
    if (!isData)
      throw new PangateError('limit-exceeded', 'The server sent a message that is too long for its type.');
    const run = this.#current();
    this.#large =
      type === Type.DataRow
        ? new LargeRow(this.#planOf(run).columns, this.#shared.cleaner)
        : this.#copyOf(run).large();
    this.missing = length - 4;
    run.rows++;
    this.#shared.toClient.send(bytes.slice(at, at + 5));
    return at + 5;
  }

  piece(bytes: Bytes): void {
    const run = this.#current();
    this.missing -= bytes.length;
    this.#large!.push(bytes, this.missing === 0, (masked) => {
      this.#shared.transcript.piece(run, masked);
      this.#shared.toClient.send(masked);
    });
    if (this.missing === 0) this.#large = null;
  }

  /** A run of rows or of COPY data: the hot path. */
  #run(type: number, bytes: Bytes, at: number): number {
    const to = runOf(bytes, at, type, this.#counter);
    const run = this.#current();
    const { transcript, toClient, cleaner } = this.#shared;
    if (type === Type.DataRow) {
      const plan = this.#planOf(run, bytes.subarray(at));
      maskRows(bytes, at, to, plan, cleaner, (masked, from, end) => {
        transcript.rows(run, masked.subarray(from, end), plan.columns);
        toClient.pass(masked, from, end);
      });
    } else {
      this.#copyOf(run).run(bytes, at, to, (masked) => {
        transcript.lines(run, masked);
        toClient.send(masked);
      });
    }
    return to;
  }

  /** True if the message is settled; false if it must come again (the catalog is asked first). */
  #handle(type: number, bytes: Bytes, at: number, to: number): boolean {
    switch (type) {
      case Type.RowDescription:
        return this.#rowDescription(bytes, at, to);
      case Type.CommandComplete:
      case Type.EmptyQueryResponse:
        this.#complete(type, bytes, at, to);
        return true;
      case Type.ReadyForQuery:
        this.#ready(bytes, at, to);
        return true;
      case Type.ErrorResponse:
        this.#error(bytes.subarray(at, to), bytes.subarray(at + 5, to));
        return true;
      case Type.NoticeResponse:
      case Type.NotificationResponse:
      case Type.ParameterStatus:
        this.#asynchronous(type, bytes.subarray(at + 5, to));
        return true;
      case Type.FunctionCallResponse:
        this.#shared.toClient.send(this.#functionResult(bytes.subarray(at + 5, to)));
        return true;
      case Type.CopyInResponse:
      case Type.CopyOutResponse:
        this.#copy(type, bytes.subarray(at + 5, to));
        this.#shared.toClient.pass(bytes, at, to);
        return true;
      case Type.CopyDone:
        this.#copyOf(this.#current()).end((rest) => this.#shared.toClient.send(rest));
        this.#shared.toClient.pass(bytes, at, to);
        return true;
      default:
        if (!this.#answer(type)) this.#shared.toClient.pass(bytes, at, to);
        return true;
    }
  }

  /** Messages that answer one request of one kind and carry nothing. True if the gateway itself has asked. */
  #answer(type: number): boolean {
    const { requests } = this.#shared;
    const kind = ANSWERS.get(type);
    if (kind === undefined)
      throw new PangateError('message-refused', 'The server sent a message that this gateway refuses.');
    const head = this.#head(kind);
    if (type !== Type.ParameterDescription) requests.shift();
    if (type === Type.BindComplete && head.kind === 'bind') head.portal.bound = true;
    if (type === Type.NoData && head.kind === 'describe') head.what.plan = null;
    if (type === Type.PortalSuspended && head.kind === 'execute')
      this.#shared.transcript.event('sql.suspended', { id: head.run.id, rows: head.run.rows });
    return 'own' in head && head.own;
  }

  #head(kind: Request['kind']): Request {
    const { head } = this.#shared.requests;
    if (head?.kind !== kind)
      throw new PangateError('message-unknown', 'The server answered what was not asked.');
    return head;
  }

  #rowDescription(bytes: Bytes, at: number, to: number): boolean {
    const { head } = this.#shared.requests;
    if (head?.kind !== 'query' && head?.kind !== 'describe')
      throw new PangateError('message-unknown', 'The server described what was not asked.');
    const asked = head.kind === 'query' ? head : 'statement' in head.what ? head.what.statement : head.what;
    const plan = this.#descriptions.plan(bytes.subarray(at + 5, to), asked);
    if (plan === null) return false;
    if (head.kind === 'query') this.#shared.transcript.columns(head.run, plan);
    else {
      this.#shared.requests.shift();
      head.what.plan = plan;
      if (head.own) return true;
    }
    this.#shared.toClient.pass(bytes, at, to);
    return true;
  }

  /** The statement whose rows come now. */
  #current(): Run {
    const { head } = this.#shared.requests;
    if (head?.kind === 'query' || head?.kind === 'execute') return head.run;
    throw new PangateError('message-unknown', 'The server sent rows that were not asked for.');
  }

  #planOf(run: Run, row?: Bytes): Plan {
    if (run.plan) return run.plan;
    const { head } = this.#shared.requests;
    const plan = head?.kind === 'execute' ? portalPlan(head.portal) : null;
    if (plan === null)
      throw new PangateError(
        'message-unknown',
        row ? 'The server sent rows of unknown columns.' : 'The server sent a large row of unknown columns.',
      );
    this.#shared.transcript.columns(run, plan);
    return plan;
  }

  #copyOf(run: Run): CopyOut {
    if (!run.copy)
      throw new PangateError('message-unknown', 'The server sent COPY data that was not asked for.');
    return run.copy;
  }

  /** format int8 | formats int16* */
  #copy(type: number, body: Bytes): void {
    const { head } = this.#shared.requests;
    const run = this.#current();
    if (type === Type.CopyInResponse) {
      run.copyIn = true;
      this.#shared.copyIn = true;
      if (head?.kind === 'execute') this.#shared.requests.dropSyncs();
      return;
    }
    const asked = this.#shared.copies.shift();
    const binary = body[0] === 1;
    const described = asked?.statement.plan ?? null;
    const plan =
      described?.columns.length === formatsOf(body, 1).length
        ? withFormats(described, [binary ? 1 : 0])
        : null;
    if (plan) this.#shared.transcript.columns(run, plan);
    else if (binary || this.#shared.cleaner.hasColumns) throw copyOfUnknown();
    run.copy = new CopyOut(
      asked?.format ?? (binary ? BINARY : TEXT),
      plan?.columns ?? null,
      this.#shared.cleaner,
    );
  }

  /** tag string */
  #complete(type: number, bytes: Bytes, at: number, to: number): void {
    const { requests, transcript, toClient, cleaner } = this.#shared;
    const run = this.#current();
    const body = bytes.subarray(at + 5, to);
    const isClear = cleaner.next(body, 0, body.length) === body.length;
    const said = type === Type.CommandComplete ? body.subarray(0, -1) : NO_BYTES;
    const tag = isClear ? text(said) : transcript.masked(said);
    transcript.done(run, { id: run.id, rows: run.rows, tag }, false);
    if (tag.startsWith('D') && /^D(EALLOCATE|ISCARD)/.test(tag))
      this.#shared.names.deallocated(tag, this.#sqlNow());
    if (requests.head?.kind === 'execute') this.#executed();
    this.#shared.copyIn = false;
    if (isClear) toClient.pass(bytes, at, to);
    else toClient.send(this.#maskedText(type, bytes.subarray(at, to), body));
  }

  /** The text of the statement that runs now, if it is short. */
  #sqlNow(): string {
    const { head } = this.#shared.requests;
    const sql = head?.kind === 'query' ? head.sql : head?.kind === 'execute' ? head.portal.statement.sql : '';
    return sql.length > 256 ? '' : sql;
  }

  #executed(): void {
    const head = this.#shared.requests.shift();
    if (head?.kind === 'execute') head.portal.run = null;
  }

  #maskedText(type: number, whole: Bytes, body: Bytes): Bytes {
    const masked = this.#shared.cleaner.clean(body, ANYWHERE);
    return masked === body ? whole : message(type, masked);
  }

  /** (field code, value string)* | zero byte; each value masked on its own. */
  #error(whole: Bytes, body: Bytes): void {
    const { requests, transcript, toClient } = this.#shared;
    const state = sqlState(body);
    const masked = maskFields(whole, this.#shared.cleaner);
    const { head } = requests;
    const run = head && 'run' in head ? head.run : null;
    if (run)
      transcript.done(run, { id: run.id, rows: run.rows, sqlstate: state, msg: fieldOf(masked, 0x4d) }, true);
    else transcript.event('sql.error', { sqlstate: state, msg: fieldOf(masked, 0x4d) });
    this.#shared.copyIn = false;
    if (head?.kind === 'execute') head.portal.run = null;
    const own = this.#ownFailure(head);
    if (head && head.kind !== 'query' && head.kind !== 'call') this.#shared.skipping = !requests.skipToSync();
    if (!own) toClient.send(masked);
  }

  /** The gateway's own question before a simple COPY failed: the COPY itself will say why. */
  #ownFailure(head: Request | undefined): boolean {
    const asked = head !== undefined && 'own' in head && head.own;
    return asked && this.#shared.requests.nextSyncIsOwn();
  }

  #asynchronous(type: number, body: Bytes): void {
    const { transcript, toClient } = this.#shared;
    const head = new Uint8Array(5);
    head[0] = type;
    putInt32(head, 1, body.length + 4);
    const whole = join([head, body]);
    const masked =
      type === Type.NoticeResponse
        ? maskFields(whole, this.#shared.cleaner)
        : this.#maskedText(type, whole, whole.subarray(5));
    if (type === Type.ParameterStatus) this.#setting(masked.subarray(5));
    else if (type === Type.NoticeResponse)
      transcript.event('sql.notice', { sqlstate: sqlState(masked.subarray(5)), msg: fieldOf(masked, 0x4d) });
    else transcript.event('sql.notify', { text: text(masked.subarray(9)).split('\0').slice(0, 2).join(' ') });
    toClient.send(masked);
  }

  /** name string | value string; client_encoding decides how rows are recorded. */
  #setting(body: Bytes): void {
    const [name = '', value = ''] = text(body).split('\0');
    if (name === 'client_encoding') this.#shared.transcript.utf8 = value === 'UTF8';
    this.#shared.transcript.event('sql.set', { name, value });
  }

  /** length int32 (-1 for NULL) | value, of a type that nobody names: any finding makes it NULL-free bytes of the same length. */
  #functionResult(body: Bytes): Bytes {
    const masked = this.#shared.cleaner.clean(body.slice(4), ANYWHERE);
    const head = new Uint8Array(4);
    putInt32(head, 0, int32At(body, 0) < 0 ? -1 : masked.length);
    return message(Type.FunctionCallResponse, join([head, masked]));
  }

  /** transaction status int8 */
  #ready(bytes: Bytes, at: number, to: number): void {
    const { requests, toClient, transcript } = this.#shared;
    const head = requests.shift();
    this.#shared.inTransaction = bytes[at + 5] !== 0x49;
    if (!this.#shared.inTransaction) this.#shared.names.transactionEnded();
    if (head?.kind === 'call')
      transcript.done(head.run, { id: head.run.id, rows: head.run.rows, tag: 'FUNCTION' }, false);
    else if (head?.kind !== 'query' && head?.kind !== 'sync')
      throw new PangateError('message-unknown', 'The server was ready for what was not asked.');
    if (!(head.kind === 'sync' && head.own)) toClient.pass(bytes, at, to);
  }
}

function copyOfUnknown(): PangateError {
  return new PangateError(
    'message-refused',
    'The columns of this COPY could not be told, so they cannot be masked.',
    'Send the COPY as a query of its own, after what creates its table; name the columns of a table with generated ones.',
  );
}

/** Which kind of request each plain answer belongs to. */
const ANSWERS: ReadonlyMap<number, Request['kind']> = new Map<number, Request['kind']>([
  [Type.ParseComplete, 'parse'],
  [Type.BindComplete, 'bind'],
  [Type.CloseComplete, 'close'],
  [Type.NoData, 'describe'],
  [Type.ParameterDescription, 'describe'],
  [Type.PortalSuspended, 'execute'],
]);

/** A portal's plan: described itself, or its statement's with the formats of its Bind. */
function portalPlan(portal: Portal): Plan | null {
  if (portal.plan) return portal.plan;
  const statement: Statement = portal.statement;
  if (!statement.plan) return null;
  portal.plan = withFormats(statement.plan, portal.formats);
  return portal.plan;
}
