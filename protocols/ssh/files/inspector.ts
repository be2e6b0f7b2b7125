/**
 * SFTP between a client and a server: every packet is parsed, judged, recorded and sent on, or
 * answered here, or it ends the channel. Requests have numbers of the gateway's own on the server's
 * side, because the gateway reads by itself too.
 */
import { type Bytes, keep, latin1 } from '../../../base/bytes.ts';
import { Fields, malformed } from '../message.ts';
import { limitsAnswer, maskAnswer } from './answer.ts';
import { atEnd, idOf } from './attributes.ts';
import { type Denial, Gatekeeper } from './gatekeeper.ts';
import { greeting, offered } from './greeting.ts';
import { type Event, Ledger } from './ledger.ts';
import { READ, Status, Type } from './messages.ts';
import { OpenFile } from './open-file.ts';
import { HEAD_BYTES, LENGTH_BYTES, PacketReader, packet, renumber } from './packet.ts';
import type { FileParts } from './parts.ts';
import { shown } from './path.ts';
import { type Read, ReadJob } from './read-job.ts';
import { HANDLE_BYTES_MAX, type Parsed, parse, type Unknown } from './request.ts';

/** Requests at the server at once; a client's others wait here. */
const REQUESTS_MAX = 512;
/** Files and folders open at once. */
export const FILES_MAX = 1024;
/** Lines on standard error in one channel. */
const LINES_MAX = 100;
/** The number of the gateway's own REALPATH. */
const HOME_ID = 0;
/** Offsets beyond are not exact. */
const OFFSET_MAX = Number.MAX_SAFE_INTEGER - 0x1_0000_0000;

/** Where it sends. */
export interface FileOutlet {
  toClient(bytes: Bytes): void;
  toServer(bytes: Bytes): void;
  /** Words for the user, on standard error. */
  say(words: string): void;
}

/** A request at the server. */
interface Pending {
  readonly request: Parsed;
  readonly files: readonly OpenFile[];
  readonly event: Event;
  readonly job: ReadJob | null;
}

export class SftpInspector {
  readonly #parts: FileParts;
  readonly #outlet: FileOutlet;
  readonly #ledger: Ledger;
  readonly #gatekeeper: Gatekeeper;
  readonly #fromClient: PacketReader = new PacketReader();
  readonly #fromServer: PacketReader = new PacketReader();
  readonly #pending = new Map<number, Pending>();
  /** What is open, by the server's name for it. */
  readonly #files = new Map<string, OpenFile>();
  /** What a CLOSE is waiting for or was sent for. */
  readonly #closing = new Set<OpenFile>();
  #state: 'new' | 'greeted' | 'ready' = 'new';
  /** What the client will hear once it is known where relative paths begin. */
  #version: Bytes | null = null;
  #nextId = 0;
  #opened = 0;
  #lines = 0;
  /** Packets of the client that wait until the server has answered others. */
  #backlog: Bytes[] = [];
  #backlogBytes = 0;

  constructor(parts: FileParts, outlet: FileOutlet) {
    this.#parts = parts;
    this.#outlet = outlet;
    this.#ledger = new Ledger(parts);
    this.#gatekeeper = new Gatekeeper(parts.rules);
  }

  /** Bytes of the client that wait here beside a packet that is not whole. */
  get waitingBytes(): number {
    return this.#backlogBytes;
  }

  client(bytes: Bytes): void {
    this.#fromClient.push(bytes, (each) => this.#clientPacket(each));
  }

  server(bytes: Bytes): void {
    this.#fromServer.push(bytes, (each) => this.#serverPacket(each));
    while (this.#backlog.length > 0 && this.#pending.size < REQUESTS_MAX) {
      const waiting = this.#backlog.shift()!;
      this.#backlogBytes -= waiting.length;
      this.#ask(waiting);
    }
  }

  /** The channel is over: what is still open is recorded. */
  end(): void {
    for (const file of [...this.#files.values(), ...this.#closing]) this.#ledger.closed(file, { cut: true });
    this.#files.clear();
    this.#closing.clear();
  }

  // From the client.

  #clientPacket(bytes: Bytes): void {
    if (this.#state === 'new') return this.#greet(bytes);
    if (bytes[LENGTH_BYTES] === Type.INIT) throw malformed();
    if (this.#state === 'ready' && this.#backlog.length === 0 && this.#pending.size < REQUESTS_MAX)
      return this.#ask(bytes);
    this.#backlog.push(keep(bytes));
    this.#backlogBytes += bytes.length;
  }

  #greet(bytes: Bytes): void {
    this.#state = 'greeted';
    this.#outlet.toServer(greeting(bytes));
  }

  #ask(bytes: Bytes): void {
    const request = parse(bytes);
    if (request.form === null) return this.#unknown(request);
    const files = request.handles.map((handle) => this.#files.get(handle));
    if (!files.every((file) => file !== undefined))
      return this.#refuse(request.id, Status.FAILURE, 'this handle is not open.');
    const denial = this.#gatekeeper.denial(request, files);
    if (denial !== null) return this.#deny(request, denial);
    switch (request.form.type) {
      case Type.READ:
        return this.#read(request, files[0]!);
      case Type.WRITE:
        return this.#write(request, files[0]!, bytes);
      case Type.OPEN:
      case Type.OPENDIR:
        if (this.#files.size + this.#closing.size >= FILES_MAX)
          return this.#refuse(request.id, Status.FAILURE, 'too many files are open.');
        break;
      case Type.CLOSE:
        return this.#close(request, files[0]!, bytes);
    }
    this.#forward(request, files, bytes);
  }

  #forward(request: Parsed, files: readonly OpenFile[], bytes: Bytes): void {
    const isRecorded = request.form.type !== Type.WRITE;
    const event = isRecorded ? this.#ledger.asked(request, files) : {};
    this.#outlet.toServer(renumber(bytes, this.#expect({ request, files, event, job: null })));
  }

  /** Behind reads, of which each may ask the server once more. */
  #close(request: Parsed, file: OpenFile, bytes: Bytes): void {
    this.#files.delete(request.handles[0]!);
    this.#closing.add(file);
    if (file.reading === 0) return this.#forward(request, [file], bytes);
    const waiting = keep(bytes);
    file.whenRead = () => this.#forward(request, [file], waiting);
  }

  #expect(pending: Pending): number {
    while (this.#pending.has(this.#nextId)) this.#nextId = (this.#nextId + 1) >>> 0;
    const id = this.#nextId;
    this.#pending.set(id, pending);
    this.#nextId = (id + 1) >>> 0;
    return id;
  }

  #read(request: Parsed, file: OpenFile): void {
    const [from, length] = request.numbers as [number, number];
    if (file.refusal !== '') return this.#refuse(request.id, Status.PERMISSION_DENIED, file.refusal);
    if (from > OFFSET_MAX) return this.#refuse(request.id, Status.FAILURE, 'this offset is too large.');
    if (length === 0) return this.#outlet.toClient(packet(Type.DATA, request.id, new Uint8Array(0)));
    const job = new ReadJob(this.#parts, file, from, length);
    file.reading++;
    this.#readMore({ request, files: [file], event: {}, job });
  }

  #readMore(pending: Pending): void {
    this.#outlet.toServer(pending.job!.request(this.#expect(pending)));
  }

  #write(request: Parsed, file: OpenFile, bytes: Bytes): void {
    const [at, data] = [request.numbers[0]!, request.strings[0]!];
    const { writes } = this.#parts.choice;
    if (file.refusal !== '') return this.#refuse(request.id, Status.PERMISSION_DENIED, file.refusal);
    if (at > OFFSET_MAX) return this.#refuse(request.id, Status.FAILURE, 'this offset is too large.');
    if (writes === 'refuse' && file.writes.isRefused(at, data)) {
      file.refusal = 'card data may not be written to this file; what came before it was written.';
      this.#ledger.refused(`write ${file.path}`, 'files.writes');
      this.#say(`${shown(file.path)}: ${file.refusal}`);
      return this.#refuse(request.id, Status.PERMISSION_DENIED, file.refusal);
    }
    const before = file.writes.found;
    file.writes.add(at, data);
    if (writes === 'alert' && before === 0 && file.writes.found > 0) this.#ledger.alert(file, 'files.writes');
    this.#forward(request, [file], bytes);
  }

  #unknown({ id, name }: Unknown): void {
    this.#ledger.refused(`sftp ${name}`, 'built-in');
    this.#refuse(id, Status.OP_UNSUPPORTED, 'this request is not known here.');
  }

  #deny({ form, id }: Parsed, denial: Denial): void {
    const words = `${form.word} is refused here (${denial.rule}).`;
    this.#ledger.refused(`${form.word} ${denial.path}`, denial.rule);
    this.#say(`${shown(denial.path)}: ${words}`);
    this.#refuse(id, Status.PERMISSION_DENIED, words);
  }

  /** The gateway answers a request by itself. */
  #refuse(id: number, status: number, words: string): void {
    this.#outlet.toClient(packet(Type.STATUS, id, status, `pangate: ${words}`, ''));
  }

  // From the server.

  #serverPacket(bytes: Bytes): void {
    if (this.#state === 'new') throw malformed();
    if (this.#state === 'greeted') return this.#ready(bytes);
    const id = idOf(bytes);
    const pending = this.#pending.get(id);
    if (pending === undefined) throw malformed();
    this.#pending.delete(id);
    const type = bytes[LENGTH_BYTES];
    if (type !== pending.request.form.answer && type !== Type.STATUS) throw malformed();
    if (pending.job !== null) return this.#readAnswer(pending, pending.job, bytes);
    if (type === Type.HANDLE) return this.#handle(pending, bytes);
    this.#answer(pending, bytes);
  }

  /** Where rules name paths, the server is asked first where relative ones begin. */
  #ready(bytes: Bytes): void {
    const version = this.#version ?? offered(bytes);
    if (this.#version === null && this.#gatekeeper.needsHome) {
      this.#version = version;
      return this.#outlet.toServer(packet(Type.REALPATH, HOME_ID, '.'));
    }
    if (this.#version !== null) this.#gatekeeper.home = homeIn(bytes);
    this.#state = 'ready';
    this.#outlet.toClient(version);
  }

  #answer({ request, files, event }: Pending, bytes: Bytes): void {
    const { form, id } = request;
    if (form.word === 'limits' && bytes[LENGTH_BYTES] === Type.EXTENDED_REPLY) {
      const reach = this.#parts.cleaner.reachBytesMax;
      return this.#outlet.toClient(limitsAnswer(bytes, id, reach, FILES_MAX));
    }
    const { status, names, masked } = maskAnswer(this.#parts.cleaner, form, bytes);
    if (masked > 0) this.#ledger.masked(masked, { op: form.word });
    if (form.type === Type.CLOSE) return this.#closed(request, files[0]!, status, bytes);
    if (form.type !== Type.WRITE || status !== Status.OK)
      this.#ledger.answered(event, status, names > 0 ? { names } : {});
    this.#outlet.toClient(renumber(bytes, id));
  }

  /** handle string */
  #handle({ request, event }: Pending, bytes: Bytes): void {
    const fields = new Fields(bytes, HEAD_BYTES);
    const handle = keep(fields.string());
    atEnd(fields);
    if (handle.length > HANDLE_BYTES_MAX) throw malformed();
    const number = this.#opened++;
    const isFolder = request.form.type === Type.OPENDIR;
    this.#files.set(
      latin1(handle),
      new OpenFile(this.#parts, { number, path: request.paths[0]!, isFolder, handle }),
    );
    this.#ledger.answered(event, Status.OK, { file: number });
    this.#outlet.toClient(renumber(bytes, request.id));
  }

  #closed({ id }: Parsed, file: OpenFile, status: number, bytes: Bytes): void {
    this.#closing.delete(file);
    this.#ledger.closed(file, { status });
    const { masked } = file.reads;
    if (masked === 0 || file.alerted) return this.#outlet.toClient(renumber(bytes, id));
    const words = `${masked} ${masked === 1 ? 'value was' : 'values were'} masked: what was read differs from the file.`;
    this.#say(`${shown(file.path)}: ${words}`);
    this.#outlet.toClient(packet(Type.STATUS, id, status, `pangate: ${words}`, ''));
  }

  #readAnswer(pending: Pending, job: ReadJob, bytes: Bytes): void {
    const { request } = pending;
    const { file } = job;
    if (bytes[LENGTH_BYTES] === Type.STATUS) this.#readStatus(request, job, bytes);
    else {
      const read = job.answer(bytes);
      if (read === null) return this.#readMore(pending);
      this.#readDone(request, file, read);
    }
    if (--file.reading === 0) file.whenRead?.();
  }

  #readStatus(request: Parsed, job: ReadJob, bytes: Bytes): void {
    const { status } = maskAnswer(this.#parts.cleaner, READ, bytes);
    if (status === Status.EOF) return this.#readDone(request, job.file, job.finish());
    this.#ledger.answered(this.#ledger.asked(request, [job.file]), status);
    this.#outlet.toClient(renumber(bytes, request.id));
  }

  #readDone({ id }: Parsed, file: OpenFile, { data, found, isRefused }: Read): void {
    if (isRefused) return this.#refuseFile(id, file);
    if (data === null) return this.#refuse(id, Status.EOF, 'the file ends here.');
    if (found > 0 && file.isBinary && this.#parts.choice.binary === 'alert' && !file.alerted) {
      file.alerted = true;
      this.#ledger.alert(file, 'files.binary');
    }
    this.#outlet.toClient(renumber(data, id));
  }

  /** A file that is no text, and that masks would change. */
  #refuseFile(id: number, file: OpenFile): void {
    if (file.refusal === '') {
      file.refusal =
        'this file is no text and has card data in it: masks would damage it, so it is refused here.';
      this.#ledger.refused(`read ${file.path}`, 'files.binary');
      this.#say(`${shown(file.path)}: ${file.refusal}`);
    }
    this.#refuse(id, Status.PERMISSION_DENIED, file.refusal);
  }

  /** A line on standard error; masked, and not too many of them. */
  #say(words: string): void {
    if (this.#lines++ < LINES_MAX) this.#outlet.say(this.#parts.transcript.masked(words));
  }
}

/** The answer to REALPATH: one name. */
function homeIn(bytes: Bytes): string {
  if (bytes[LENGTH_BYTES] !== Type.NAME || idOf(bytes) !== HOME_ID) throw malformed();
  const fields = new Fields(bytes, HEAD_BYTES);
  if (fields.uint32() !== 1) throw malformed();
  return fields.text();
}
