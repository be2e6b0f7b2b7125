/**
 * The transport of one side (RFC 4253), by ssh2, over any link: what comes is decrypted into frames
 * of message.ts, what goes is encrypted. Messages up to authentication are ssh2's and its handlers';
 * those of the connection protocol go to the sink as they are. During a key exchange nothing of
 * that protocol may be sent: it waits here, and counts as unsent.
 */
import { putInt32 } from '../../base/binary.ts';
import { type Bytes, keep } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { Link, Sink } from '../../base/wire.ts';
import { KeepAlive, type KeepAliveOptions } from './keep-alive.ts';
import {
  type AuthenticationHandlers,
  type ParsedKey,
  Protocol,
  type TransportProtocol,
  takeOverGcm,
} from './library.ts';
import { disconnect, FRAME_HEAD, MESSAGE_BYTES_MAX, Message } from './message.ts';
import { ViewReader } from './view-reader.ts';

/** How one side begins. */
export interface TransportOptions {
  readonly server: boolean;
  readonly offer: object;
  /** Of the server's side, by algorithm. */
  readonly hostKeys?: Readonly<Record<string, ParsedKey>>;
  /** Of the client's side: false ends the handshake. */
  readonly hostVerifier?: (key: Buffer) => boolean;
  readonly handlers: AuthenticationHandlers;
  /** Called once: keys are exchanged, authentication may begin. */
  ready?(): void;
  /** Called once, until `flow`: the connection has ended, or failed. */
  ended(error: Error | null): void;
}

const KEXINIT = 20;
const FIRST_OF_CONNECTION = Message.GLOBAL_REQUEST;
/** New keys after so many bytes in one direction or so long (RFC 4253, 9). */
const REKEY_BYTES = 1_073_741_824;
const REKEY_MS = 3_600_000;
/** Frames that come between the end of login and `flow`. */
const EARLY_BYTES_MAX = 262_144;
/** One read of a quiet connection, and of a busy one. */
const ROOM_BYTES = 16_384;
const BUSY_ROOM_BYTES = 262_144;
const IN_PLACE_BYTES_MIN = 8192;
/** What both sides see of the gateway's software. */
const IDENT = 'pangate';

interface Waiting {
  readonly views: readonly Bytes[];
  readonly sent: () => void;
}

export class Transport implements Link, Sink {
  readonly tls = '';
  /** The peer's software, as it names itself. */
  software = '';
  /** The sink takes whole frames only. */
  wholeFrames = false;
  readonly protocol: TransportProtocol;
  readonly #keepAlive = new KeepAlive();
  readonly #link: Link;
  readonly #options: TransportOptions;
  #sink: Sink | null = null;
  /** Decrypted messages that are not yet given to the sink. */
  #messages: Buffer[] = [];
  #messagesBytes = 0;
  /** The sink takes more. */
  #isOpen = true;
  #isAuthenticated = false;
  #isExchanging = true;
  #isReady = false;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Packets of the send under way. */
  #packets: Buffer[] | null = null;
  #keyedBytes = 0;
  #keyedAtMs = Date.now();
  #over = false;
  #isEnding = false;
  #room: Buffer | null = null;
  #isBusy = false;

  constructor(link: Link, options: TransportOptions) {
    this.#link = link;
    this.#options = options;
    this.protocol = this.#open(options);
  }

  get address(): string {
    return this.#link.address;
  }

  get port(): number {
    return this.#link.port;
  }

  get unsentBytes(): number {
    return this.#link.unsentBytes + this.#waitingBytes;
  }

  /** Begins the handshake. */
  start(): void {
    this.protocol.start();
    this.#link.flow(this);
  }

  /** From here on messages of the connection protocol are taken. */
  authenticated(): void {
    this.#isAuthenticated = true;
  }

  /** Identifier of the connection (RFC 4253, 7.2): what signatures are made over. */
  get sessionId(): Bytes {
    return this.protocol._kex.sessionID;
  }

  /** From here on the peer is asked whether it is there when it says nothing; else the session ends. */
  watch(options: KeepAliveOptions): void {
    const name = this.#options.server ? 'client' : 'server';
    const send = (question: Bytes): void => {
      if (!this.#over && !this.#isExchanging) this.write(question);
    };
    const lost = (error: PangateError): void => {
      this.#stop(error);
      this.#link.destroy();
    };
    this.#keepAlive.start({ name, send, lost }, options);
  }

  // Link: what the data path calls.

  flow(sink: Sink): void {
    this.#sink = sink;
    if (this.#messages.length > 0) this.#deliver();
    if (this.#over) sink.ended(null);
    else if (this.#isOpen) this.#link.resume();
  }

  resume(): void {
    this.#isOpen = true;
    this.#link.resume();
  }

  write(bytes: Bytes): void {
    this.send([bytes], () => undefined);
  }

  send(views: readonly Bytes[], sent: () => void): boolean {
    if (this.#over) return true;
    if (!this.#isExchanging) return this.#encrypt(views, sent);
    this.#waiting.push({ views: [...views], sent });
    for (const view of views) this.#waitingBytes += view.length;
    return false;
  }

  end(): void {
    if (this.#waiting.length > 0) this.#isEnding = true;
    else this.#link.end();
  }

  destroy(): void {
    this.#stop(null);
    this.#link.destroy();
  }

  // Sink: what the link below calls.

  room(): Bytes {
    this.#room ??= Buffer.allocUnsafeSlow(ROOM_BYTES);
    if (this.#isBusy !== this.#room.length > ROOM_BYTES)
      this.#room = Buffer.allocUnsafeSlow(this.#isBusy ? BUSY_ROOM_BYTES : ROOM_BYTES);
    return this.#room;
  }

  filled(bytes: number): boolean {
    const read = this.#room!.subarray(0, bytes);
    // Busy from the first full read on, and as long as reads are not small again.
    this.#isBusy = bytes >= ROOM_BYTES || (this.#isBusy && bytes >= ROOM_BYTES / 8);
    // Before there are keys, ssh2 keeps views of what it is given.
    return this.chunk(this.#isExchanging ? keep(read) : read);
  }

  chunk(bytes: Bytes): boolean {
    if (this.#over) return true;
    this.#keepAlive.heard();
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    try {
      this.protocol.parse(buffer, 0, buffer.length);
      this.#rekeyAfter(bytes.length);
    } catch (error) {
      this.#stop(error instanceof PangateError ? error : peerFailed());
    }
    if (this.#messages.length > 0 && this.#sink !== null) this.#deliver();
    // An exchange of keys must end whatever the sink wants: what waits for it may be why the sink is full.
    return this.#isOpen || this.#isExchanging;
  }

  ended(error: Error | null): void {
    this.#stop(error);
  }

  released(): void {
    this.#sink?.released();
  }

  #open(options: TransportOptions): TransportProtocol {
    const { server, offer, hostKeys, hostVerifier, handlers } = options;
    const protocol = new Protocol({
      server,
      offer,
      ident: IDENT,
      ...(hostKeys && { hostKeys }),
      ...(hostVerifier && { hostVerifier }),
      messageHandlers: { ...handlers, DISCONNECT: () => this.#stop(null) },
      onWrite: (bytes) => this.#write(bytes),
      onError: () => this.#stop(peerFailed()),
      onHeader: ({ versions }) => {
        this.software = versions.software;
      },
      onHandshakeComplete: () => this.#exchanged(),
    });
    const theirs = protocol._onPayload;
    protocol._onPayload = (payload) => this.#payload(payload, theirs);
    return protocol;
  }

  #payload(payload: Buffer, theirs: (payload: Buffer) => unknown): unknown {
    const type = payload[0] ?? 0;
    if (type === KEXINIT) this.#isExchanging = true;
    if (type < FIRST_OF_CONNECTION) return theirs(payload);
    if (!this.#isAuthenticated) throw new PangateError('message-refused', 'A message came before login.');
    const isAnswer = type === Message.REQUEST_SUCCESS || type === Message.REQUEST_FAILURE;
    if (isAnswer && this.#keepAlive.takes()) return undefined;
    this.#messages.push(payload);
    this.#messagesBytes += FRAME_HEAD + payload.length;
    if (this.#sink === null && this.#messagesBytes > EARLY_BYTES_MAX)
      throw new PangateError('limit-exceeded', 'Too much came before the session began.');
    return undefined;
  }

  /**
   * All that was decrypted, as frames: in the sink's own buffers where there is much, for a fresh one
   * for each read is what the collector of garbage pays for.
   */
  #deliver(): void {
    const messages = this.#messages;
    const bytes = this.#messagesBytes;
    this.#messages = [];
    this.#messagesBytes = 0;
    if (this.wholeFrames || bytes < IN_PLACE_BYTES_MIN)
      this.#isOpen = this.#sink!.chunk(joined(messages, bytes));
    else this.#fill(messages);
  }

  /** Frames, behind what stands in the sink's buffer; one may be cut between two buffers. */
  #fill(messages: readonly Buffer[]): void {
    let room = this.#sink!.room();
    let at = 0;
    const add = (part: Bytes): void => {
      for (let from = 0; from < part.length; ) {
        if (at === room.length) {
          this.#isOpen = this.#sink!.filled(at);
          room = this.#sink!.room();
          at = 0;
        }
        const count = Math.min(room.length - at, part.length - from);
        room.set(count === part.length ? part : part.subarray(from, from + count), at);
        at += count;
        from += count;
      }
    };
    const head = new Uint8Array(FRAME_HEAD);
    for (const message of messages) {
      putInt32(head, 0, message.length);
      add(head);
      add(message);
    }
    this.#isOpen = this.#sink!.filled(at);
  }

  #encrypt(views: readonly Bytes[], sent: () => void): boolean {
    const packets: Buffer[] = [];
    this.#packets = packets;
    this.#seal(views);
    for (const view of views) this.#keyedBytes += view.length;
    this.#packets = null;
    const taken = this.#link.send(packets, sent);
    this.#rekeyAfter(0);
    return taken;
  }

  /** Each frame becomes a packet; a frame may stand in several views. */
  #seal(views: readonly Bytes[]): void {
    const reader = new ViewReader(views);
    while (reader.left > 0) {
      const length = reader.uint32();
      if (length > MESSAGE_BYTES_MAX) throw new PangateError('assertion', 'a message is too long');
      const cipher = this.protocol._cipher;
      const packet = cipher.sharedPacket?.(length) ?? cipher.allocPacket(length);
      // Length of the packet, length of the padding, payload (RFC 4253, 6).
      reader.into(packet, 5, length);
      if (packet[5] === Message.GLOBAL_REQUEST) this.#keepAlive.sends(packet.subarray(5, 5 + length));
      cipher.encrypt(packet);
    }
  }

  #write(bytes: Buffer): void {
    if (this.#packets !== null) this.#packets.push(bytes);
    else if (!this.#over) this.#link.write(bytes);
  }

  #rekeyAfter(bytes: number): void {
    this.#keyedBytes += bytes;
    if (this.#isExchanging || this.#over) return;
    if (this.#keyedBytes < REKEY_BYTES && Date.now() - this.#keyedAtMs < REKEY_MS) return;
    this.#isExchanging = true;
    this.protocol.rekey();
  }

  #exchanged(): void {
    takeOverGcm(this.protocol);
    this.#isExchanging = false;
    this.#keyedBytes = 0;
    this.#keyedAtMs = Date.now();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { views, sent } of waiting) if (this.#encrypt(views, sent)) queueMicrotask(sent);
    if (this.#isEnding) this.#link.end();
    if (!this.#isReady) this.#options.ready?.();
    this.#isReady = true;
  }

  #stop(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#keepAlive.stop();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { sent } of waiting) queueMicrotask(sent);
    if (this.#sink === null) this.#options.ended(error);
    else this.#sink.ended(error);
  }

  /** Ends the connection with words for the client's user. */
  farewell(reason: number, words: string): void {
    if (!this.#over && !this.#isExchanging) this.write(disconnect(reason, words));
  }
}

function joined(messages: readonly Buffer[], bytes: number): Buffer {
  const chunk = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const message of messages) {
    putInt32(chunk, at, message.length);
    chunk.set(message, at + FRAME_HEAD);
    at += FRAME_HEAD + message.length;
  }
  return chunk;
}

function peerFailed(): PangateError {
  return new PangateError('message-unknown', 'The peer does not keep to the SSH protocol.');
}
