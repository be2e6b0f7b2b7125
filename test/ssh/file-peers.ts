/** A client and a server of SFTP in memory, with the gateway's inspector between them. */
import { uint32At } from '../../base/binary.ts';
import { type Bytes, join, keep, NO_BYTES, text, utf8 } from '../../base/bytes.ts';
import type { Outlet } from '../../base/host.ts';
import type { Entry } from '../../base/recording.ts';
import { SftpInspector } from '../../protocols/ssh/files/inspector.ts';
import { Status, Type } from '../../protocols/ssh/files/messages.ts';
import { PacketReader, packet, uint64 } from '../../protocols/ssh/files/packet.ts';
import type { FileChoice } from '../../protocols/ssh/files/parts.ts';
import { Fields, frame } from '../../protocols/ssh/message.ts';
import type { Rule } from '../../protocols/ssh/policy.ts';
import { Transcript } from '../../protocols/ssh/transcript.ts';
import { cleaner } from './stage.ts';

/** Behind length, type and number. */
const BODY = 9;

export interface PeersOptions extends Partial<FileChoice> {
  readonly rules?: readonly Rule[];
  /** Extensions of the server, name and data in turns. */
  readonly extensions?: readonly string[];
}

/** Both ends; what is sent waits until `settle` or a test of its own hands it on. */
export class Peers {
  readonly files: Map<string, Bytes> = new Map();
  readonly records: Entry[] = [];
  readonly said: string[] = [];
  /** Packets that the client has got, without their lengths. */
  readonly got: Bytes[] = [];
  /** Packets that the server has got, as they are. */
  readonly asked: Bytes[] = [];
  /** VERSION, as the client has got it. */
  greeting: Bytes = NO_BYTES;
  /** Most bytes in one answer of the server. */
  answerBytesMax: number = 1 << 20;
  readonly inspector: SftpInspector;
  readonly #extensions: readonly string[];
  readonly #toClient: PacketReader = new PacketReader();
  readonly #toServer: PacketReader = new PacketReader();
  readonly #open = new Map<string, string>();
  #opened = 0;

  constructor({ rules = [], extensions = [], ...choice }: PeersOptions = {}) {
    const outlet = { record: (entry: Entry) => this.records.push(kept(entry)) } as unknown as Outlet;
    const results = { rowsMax: 1, bytesMax: 1 << 16, commit: true };
    const transcript = new Transcript(outlet, cleaner, results);
    const parts = {
      ch: 0,
      cleaner,
      transcript,
      choice: { binary: 'refuse', writes: 'alert', streams: 'mask', ...choice } as const,
      rules,
    };
    this.#extensions = extensions;
    this.inspector = new SftpInspector(parts, {
      toClient: (bytes) => this.#toClient.push(keep(bytes), (each) => this.got.push(keep(each.subarray(4)))),
      toServer: (bytes) => this.#toServer.push(keep(bytes), (each) => this.asked.push(keep(each))),
      say: (words) => this.said.push(words),
    });
  }

  /** INIT and VERSION. */
  greet(): this {
    this.inspector.client(frame(Type.INIT, 3));
    this.settle();
    this.greeting = this.got.shift() ?? NO_BYTES;
    return this;
  }

  /** The client asks; `handle` is what `open` gave. */
  ask(type: number, id: number, ...fields: Parameters<typeof frame>[1][]): void {
    this.inspector.client(packet(type, id, ...fields));
  }

  read(id: number, handle: Bytes, from: number, length: number): void {
    this.ask(Type.READ, id, handle, uint64(from), length);
  }

  write(id: number, handle: Bytes, at: number, data: Bytes): void {
    this.ask(Type.WRITE, id, handle, uint64(at), data);
  }

  /** Opens a file; gives its handle. */
  open(path: string, flags = 1): Bytes {
    this.ask(Type.OPEN, 1_000_000, path, flags, 0);
    this.settle();
    const answer = this.got.pop()!;
    if (answer[0] !== Type.HANDLE) throw new Error('it was not opened');
    return keep(new Fields(answer, 5).string());
  }

  /** The server answers everything, in the order in which it was asked. */
  settle(): void {
    while (this.asked.length > 0) this.inspector.server(this.answer(this.asked.shift()!));
  }

  /** The text of DATA with that number; null where the answer is STATUS, as words in `status`. */
  data(id: number): string | null {
    const answer = this.#answerTo(id);
    return answer[0] === Type.DATA ? text(new Fields(answer, 5).string()) : null;
  }

  /** Code and message of STATUS with that number. */
  status(id: number): readonly [number, string] {
    const fields = new Fields(this.#answerTo(id), 5);
    return [fields.uint32(), fields.text()];
  }

  /** Records of one type. */
  recorded(type: string): Entry['data'][] {
    return this.records.filter((entry) => entry.type === type).map(({ data }) => data);
  }

  /** What the server says to one packet. */
  answer(bytes: Bytes): Bytes {
    if (bytes[4] === Type.INIT) return frame(Type.VERSION, 3, ...this.#extensions);
    const id = uint32At(bytes, 5);
    const fields = new Fields(bytes, BODY);
    const status = (code: number): Bytes => packet(Type.STATUS, id, code, '', '');
    switch (bytes[4]) {
      case Type.OPEN:
        return this.#openFile(id, fields.text());
      case Type.READ:
        return this.#readFile(id, fields);
      case Type.REALPATH:
        return packet(Type.NAME, id, 1, '/home/alice', '', 0);
      case Type.STAT:
        return packet(Type.ATTRS, id, 1, uint64(7));
      default:
        return status(Status.OK);
    }
  }

  #answerTo(id: number): Bytes {
    const answer = this.got.find((each) => uint32At(each, 1) === id);
    if (answer === undefined) throw new Error(`nothing has come in answer to ${id}`);
    return answer;
  }

  #openFile(id: number, path: string): Bytes {
    const handle = `h${this.#opened++}`;
    this.#open.set(handle, path);
    return packet(Type.HANDLE, id, handle);
  }

  #readFile(id: number, fields: Fields): Bytes {
    const file = this.files.get(this.#open.get(fields.word())!)!;
    const at = fields.uint32() * 0x1_0000_0000 + fields.uint32();
    const length = Math.min(fields.uint32(), this.answerBytesMax);
    if (at >= file.length) return packet(Type.STATUS, id, Status.EOF, 'end', '');
    return packet(Type.DATA, id, file.subarray(at, at + length));
  }
}

function kept(entry: Entry): Entry {
  const { d } = entry.data;
  return d instanceof Uint8Array ? { ...entry, data: { ...entry.data, d: keep(d) } } : entry;
}

/** All that was recorded of a file's bytes in one direction. */
export function content(peers: Peers, of: 'read' | 'write'): string {
  return text(
    join(
      peers
        .recorded('tty.data')
        .filter((data) => data['of'] === of)
        .map(({ d }) => d as Bytes),
    ),
  );
}

export { utf8 };
