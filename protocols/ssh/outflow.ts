/**
 * What goes to one peer over one channel, in order and within the window that the peer has given
 * (RFC 4254, 5.2). What exceeds it waits; that is little, for the other peer gets no more window
 * than this one has left.
 */
import { putInt32 } from '../../base/binary.ts';
import { type Bytes, keep } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { FRAME_HEAD, frame, Message, malformed, STDERR } from './message.ts';

/** Data in one message, as OpenSSH has it. */
const PACKET_BYTES_MAX = 32_768;
/** More window than this is not passed on, whatever a peer gives. */
const WINDOW_BYTES_MAX = 2_097_152;
/** What a sieve has held comes out in front of the next data: room for it in the same message. */
const HELD_BYTES = 512;
/** A peer's window may never be larger than this (RFC 4254, 5.2). */
const CREDIT_MAX = 4_294_967_295;

interface Waiting {
  bytes: Bytes;
  /** Data, or a message to be sent as it is. */
  readonly kind: 'data' | 'error' | 'message';
}

export class Outflow {
  /** The peer's number of the channel. */
  recipient = 0;
  /** Bytes that the peer takes now. */
  credit = 0;
  /** Most data in one message. */
  packetBytesMax = 0;
  /** Data that waits for the peer's window. */
  queuedBytes = 0;
  /** Bytes that the other peer may still send for this one. */
  granted = 0;
  readonly #send: (frame: Bytes) => void;
  #queue: Waiting[] = [];

  constructor(send: (frame: Bytes) => void) {
    this.#send = send;
  }

  /** What this peer has said of its end of the channel; gives what the other may be told of it. */
  open(recipient: number, credit: number, packetBytesMax: number): void {
    if (packetBytesMax === 0) throw malformed();
    this.recipient = recipient;
    this.credit = credit;
    this.packetBytesMax = Math.min(packetBytesMax, PACKET_BYTES_MAX);
    this.granted = Math.min(credit, WINDOW_BYTES_MAX);
  }

  /** The other peer has sent so much for this one. Throws if that is more than it may. */
  received(bytes: number): void {
    this.granted -= bytes;
    if (this.granted < 0) throw new PangateError('message-refused', 'A channel’s window was exceeded.');
  }

  /** The most data in one message that the other peer is told of, where a sieve stands between. */
  get sievedBytesMax(): number {
    return this.packetBytesMax > 16 * HELD_BYTES ? this.packetBytesMax - HELD_BYTES : this.packetBytesMax;
  }

  /**
   * How much more the other peer may send, once that at least doubles what it has left: each message
   * about it costs as much as a packet of data. `held`: what a sieve holds.
   */
  grant(heldBytes: number): number {
    const room = Math.min(this.credit, WINDOW_BYTES_MAX) - this.queuedBytes - heldBytes - this.granted;
    if (room < Math.max(1, this.granted)) return 0;
    this.granted += room;
    return room;
  }

  /**
   * Data that fills a frame as it came: sent in place, with the peer's number of the channel. False
   * if it must wait.
   */
  pass(framed: Bytes, dataBytes: number): boolean {
    if (this.#queue.length > 0 || dataBytes > this.credit || dataBytes > this.packetBytesMax) return false;
    this.credit -= dataBytes;
    putInt32(framed, FRAME_HEAD + 1, this.recipient | 0);
    this.#send(framed);
    return true;
  }

  /**
   * Data in several views, as one message if it may go now. They stay where they are: each belongs
   * to the caller no more, or stands in the buffer that is being worked on.
   */
  views(views: readonly Bytes[], kind: 'data' | 'error'): void {
    let total = 0;
    for (const view of views) total += view.length;
    if (total === 0) return;
    if (this.#queue.length > 0 || total > this.credit || total > this.packetBytesMax) {
      for (const view of views) this.data(view, kind);
      return;
    }
    this.credit -= total;
    this.#send(headOf(kind, this.recipient, total));
    for (const view of views) this.#send(view);
  }

  data(bytes: Bytes, kind: 'data' | 'error'): void {
    if (bytes.length === 0) return;
    if (this.#queue.length === 0 && bytes.length <= this.credit) return this.#emit(bytes, kind);
    const now = this.#queue.length === 0 ? this.credit : 0;
    if (now > 0) this.#emit(bytes.subarray(0, now), kind);
    this.#queue.push({ bytes: keep(bytes.subarray(now)), kind });
    this.queuedBytes += bytes.length - now;
  }

  /** A message that must not overtake data: EOF, an exit status, CLOSE. */
  behind(message: Bytes): void {
    if (this.#queue.length === 0) this.#send(message);
    else this.#queue.push({ bytes: message, kind: 'message' });
  }

  /** The peer takes so many bytes more. */
  adjust(bytes: number): void {
    this.credit += bytes;
    if (this.credit > CREDIT_MAX) throw malformed();
    while (this.#queue.length > 0) {
      const first = this.#queue[0]!;
      if (first.kind === 'message') this.#send(first.bytes);
      else if (!this.#emitWaiting(first, first.kind)) return;
      this.#queue.shift();
    }
  }

  /** The peer has closed its end: nothing more is for it. */
  drop(): void {
    this.#queue = [];
    this.queuedBytes = 0;
  }

  /** True if all of it has gone. */
  #emitWaiting(first: Waiting, kind: 'data' | 'error'): boolean {
    const now = Math.min(this.credit, first.bytes.length);
    if (now > 0) this.#emit(first.bytes.subarray(0, now), kind);
    first.bytes = first.bytes.subarray(now);
    this.queuedBytes -= now;
    return first.bytes.length === 0;
  }

  #emit(bytes: Bytes, kind: 'data' | 'error'): void {
    this.credit -= bytes.length;
    for (let at = 0; at < bytes.length; at += this.packetBytesMax) {
      const piece = bytes.subarray(at, at + this.packetBytesMax);
      this.#send(
        kind === 'data'
          ? frame(Message.CHANNEL_DATA, this.recipient, piece)
          : frame(Message.CHANNEL_EXTENDED_DATA, this.recipient, STDERR, piece),
      );
    }
  }
}

/** A message of data without its data: its length as a frame, type byte | recipient | (STDERR) | length. */
function headOf(kind: 'data' | 'error', recipient: number, dataBytes: number): Bytes {
  const isError = kind === 'error';
  const head = new Uint8Array(FRAME_HEAD + (isError ? 13 : 9));
  putInt32(head, 0, head.length - FRAME_HEAD + dataBytes);
  head[FRAME_HEAD] = isError ? Message.CHANNEL_EXTENDED_DATA : Message.CHANNEL_DATA;
  putInt32(head, FRAME_HEAD + 1, recipient | 0);
  if (isError) putInt32(head, FRAME_HEAD + 5, STDERR);
  putInt32(head, head.length - 4, dataBytes);
  return head;
}
