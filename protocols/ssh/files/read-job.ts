/**
 * One READ of a client. The server is asked for more than the client has asked for: for what stands
 * before, as far as a number may begin there, and for what stands behind, as far as that decides.
 * So each answer is searched by itself, whatever the order and the place of reads, and no answer
 * waits for the next one.
 */
import { putInt32, uint32At } from '../../../base/binary.ts';
import { type Bytes, join, keep } from '../../../base/bytes.ts';
import { contextBytesMax } from '../../../base/finding.ts';
import { malformed } from '../message.ts';
import { hide } from './hide.ts';
import { Type } from './messages.ts';
import type { OpenFile } from './open-file.ts';
import { packet, uint64 } from './packet.ts';
import type { FileParts } from './parts.ts';

/** In front of the data of a packet: length, type, id, length of the data. */
export const DATA_HEAD = 13;
/** As much as OpenSSH's server gives in one answer. */
const ANSWER_BYTES_MAX = 261_120;
/** What a client may always read at once, however far a detector reaches. */
const READ_BYTES_MIN = 32_768;
/** Answers that one READ may take: servers may give less than is asked for. */
const ANSWERS_MAX = 4096;

/** What came of a READ: `data` is a packet, to be numbered. */
export interface Read {
  /** Null: nothing is there any more. */
  readonly data: Bytes | null;
  /** Values in what is there that are to be masked. */
  readonly found: number;
  /** They are why nothing of it is sent. */
  readonly isRefused: boolean;
}

export class ReadJob {
  readonly file: OpenFile;
  readonly #parts: FileParts;
  /** What the client wants, and what the server is asked for. */
  readonly #from: number;
  readonly #to: number;
  readonly #first: number;
  readonly #end: number;
  #parted: Bytes[] = [];
  #bytes = 0;
  #answers = 0;

  constructor(parts: FileParts, file: OpenFile, from: number, length: number) {
    const reach = parts.cleaner.reachBytesMax;
    this.file = file;
    this.#parts = parts;
    this.#from = from;
    this.#to = from + Math.min(length, mostRead(reach));
    this.#first = Math.max(0, from - reach - contextBytesMax);
    this.#end = this.#to + reach;
  }

  /** The request to the server, for all or for what is missing. */
  request(id: number): Bytes {
    const at = this.#first + this.#bytes;
    return packet(Type.READ, id, this.file.handle, uint64(at), Math.min(this.#end - at, ANSWER_BYTES_MAX));
  }

  /** An answer: DATA, which may be written to. Null if more must be asked for. */
  answer(data: Bytes): Read | null {
    const length = data.length - DATA_HEAD;
    if (length < 0 || uint32At(data, DATA_HEAD - 4) !== length) throw malformed();
    if (length > this.#end - this.#first - this.#bytes || ++this.#answers > ANSWERS_MAX) throw malformed();
    const isLast = length === 0 || this.#first + this.#bytes + length === this.#end;
    this.#bytes += length;
    if (isLast && this.#parted.length === 0) return this.#settle(data);
    this.#parted.push(keep(data.subarray(DATA_HEAD)));
    return isLast ? this.finish() : null;
  }

  /** The file ends here. */
  finish(): Read {
    return this.#settle(join([new Uint8Array(DATA_HEAD), ...this.#parted]));
  }

  /** `whole`: room for a head, then all that came. */
  #settle(whole: Bytes): Read {
    const to = Math.min(this.#to, this.#first + this.#bytes);
    if (to <= this.#from) return { data: null, found: 0, isRefused: false };
    const offset = DATA_HEAD - this.#first;
    const content = whole.subarray(this.#from + offset, to + offset);
    if (content.includes(0)) this.file.isBinary = true;
    const { found, original } = this.#search(whole.subarray(DATA_HEAD), to);
    if (found > 0 && this.#choice() === 'refuse') return { data: null, found, isRefused: true };
    this.file.reads.masked += found;
    this.file.reads.add(this.#from, content);
    if (original) content.set(original);
    return {
      data: headed(whole.subarray(this.#from + offset - DATA_HEAD, to + offset)),
      found,
      isRefused: false,
    };
  }

  /** What is done with what is found: text is masked. */
  #choice(): FileParts['choice']['binary'] {
    return this.file.isBinary ? this.#parts.choice.binary : 'mask';
  }

  /** Masks; `original` is what was there, where that is to be sent. */
  #search(bytes: Bytes, to: number): { readonly found: number; readonly original: Bytes | null } {
    const { file } = this;
    const isNext = file.searchedTo === this.#from && file.searchFrom >= this.#first;
    // A value may begin before: where the last search said, or as far back as one reaches.
    const first = isNext
      ? file.searchFrom
      : Math.max(this.#first, this.#from - this.#parts.cleaner.reachBytesMax);
    const original = this.#choice() === 'alert' ? this.#wanted(bytes, to) : null;
    const findings = hide(this.#parts.cleaner, bytes, first - this.#first);
    const end = to - this.#first;
    const crossing = findings.find((finding) => finding.from < end && finding.to > end);
    file.searchedTo = to;
    file.searchFrom = crossing === undefined ? to : this.#first + crossing.from;
    const start = this.#from - this.#first;
    // What began in the answer before was counted there.
    const counted = findings.filter(({ from, to }) => from < end && (isNext ? from >= start : to > start));
    return { found: counted.length, original };
  }

  #wanted(bytes: Bytes, to: number): Bytes {
    return keep(bytes.subarray(this.#from - this.#first, to - this.#first));
  }
}

/** Most bytes of one READ: what surrounds them fits in an answer; `answerBytesMax` is the server's limit, 0: unknown. */
export function mostRead(reach: number, answerBytesMax = 0): number {
  const most = answerBytesMax === 0 ? ANSWER_BYTES_MAX : Math.min(answerBytesMax, ANSWER_BYTES_MAX);
  return Math.max(most - 2 * reach - contextBytesMax, READ_BYTES_MIN);
}

/** Writes the head of a DATA packet in front of its data. */
function headed(bytes: Bytes): Bytes {
  putInt32(bytes, 0, bytes.length - 4);
  bytes[4] = Type.DATA;
  putInt32(bytes, DATA_HEAD - 4, bytes.length - DATA_HEAD);
  return bytes;
}
