/**
 * `ssh -J alice@gateway host`: a login that names no target opens channels of direct-tcpip to targets
 * by their names, and inside each of them speaks SSH once more. The gateway is that inner server
 * itself: nothing is forwarded, and every inner connection is a session with a recording of its own.
 */
import { uint32At } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Link, Sink } from '../../base/wire.ts';
import { Fields, FRAME_HEAD, frame, Message, malformed, OpenFailure } from './message.ts';
import { Outflow } from './outflow.ts';
import type { Transport } from './transport.ts';

/** Bytes that the client may send ahead on one channel. */
const WINDOW_BYTES = 524_288;
const PACKET_BYTES = 32_768;
/** recipient uint32 | length of the data uint32, behind a message's type. */
const DATA_HEAD = FRAME_HEAD + 9;

/** What a jump needs. */
export interface JumpOptions {
  readonly channelsMax: number;
  /** Without a channel for so long the connection ends. */
  readonly idleMs: number;
  /** Serves the connection inside a channel to its end; must not reject. */
  serve(link: Link, target: string): Promise<void>;
}

/** Serves a connection without a target to its end. */
export function serveJumps(transport: Transport, options: JumpOptions): Promise<void> {
  transport.wholeFrames = true;
  return new Promise((resolve) => transport.flow(new Jump(transport, options, resolve)));
}

class Jump implements Sink {
  readonly #transport: Transport;
  readonly #options: JumpOptions;
  readonly #resolve: () => void;
  readonly #links = new Map<number, ChannelLink>();
  #next = 0;
  #idle: NodeJS.Timeout | null = null;

  constructor(transport: Transport, options: JumpOptions, resolve: () => void) {
    this.#transport = transport;
    this.#options = options;
    this.#resolve = resolve;
    this.#rest();
  }

  chunk(bytes: Bytes): boolean {
    try {
      for (let at = 0; at < bytes.length; at += FRAME_HEAD + uint32At(bytes, at))
        this.#message(bytes.subarray(at, at + FRAME_HEAD + uint32At(bytes, at)));
    } catch {
      this.#transport.destroy();
    }
    return true;
  }

  ended(error: Error | null): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    for (const link of this.#links.values()) link.closed(error);
    this.#links.clear();
    this.#resolve();
  }

  room(): Bytes {
    throw malformed();
  }

  filled(): boolean {
    return false;
  }

  released(): void {}

  #message(framed: Bytes): void {
    const fields = new Fields(framed, FRAME_HEAD + 1);
    switch (framed[FRAME_HEAD]) {
      case Message.CHANNEL_OPEN:
        return this.#open(fields);
      case Message.CHANNEL_DATA:
        return this.#link(fields).data(framed.subarray(DATA_HEAD));
      case Message.CHANNEL_WINDOW_ADJUST:
        return this.#link(fields).adjust(fields.uint32());
      case Message.CHANNEL_EOF:
        return this.#link(fields).closed(null);
      case Message.CHANNEL_CLOSE:
        return this.#close(fields.uint32());
      case Message.GLOBAL_REQUEST:
        fields.word();
        if (fields.boolean()) this.#transport.write(frame(Message.REQUEST_FAILURE));
        return;
      default:
        throw malformed();
    }
  }

  /** type string | sender, window, packet uint32 | host string | port uint32 | ... */
  #open(fields: Fields): void {
    const [type, sender, window, packet] = [fields.word(), fields.uint32(), fields.uint32(), fields.uint32()];
    if (type !== 'direct-tcpip' || this.#links.size >= this.#options.channelsMax)
      return this.#transport.write(
        frame(Message.CHANNEL_OPEN_FAILURE, sender, OpenFailure.prohibited, REFUSAL, ''),
      );
    const id = this.#next++;
    const link = new ChannelLink(this.#transport, () => this.#links.delete(id) && this.#rest());
    link.outflow.open(sender, window, packet);
    this.#links.set(id, link);
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#transport.write(frame(Message.CHANNEL_OPEN_CONFIRMATION, sender, id, WINDOW_BYTES, PACKET_BYTES));
    void this.#options.serve(link, fields.text());
  }

  #link(fields: Fields): ChannelLink {
    const link = this.#links.get(fields.uint32());
    if (link === undefined) throw malformed();
    return link;
  }

  #close(id: number): void {
    const link = this.#links.get(id);
    if (link === undefined) throw malformed();
    link.hasClosed();
  }

  #rest(): void {
    if (this.#links.size > 0) return;
    this.#idle = setTimeout(() => this.#transport.end(), this.#options.idleMs).unref();
  }
}

const REFUSAL =
  'pangate: this login names no target: ssh person#target@gateway, or ssh -J person@gateway target';

/** One channel as a link, on which the inner transport runs. */
class ChannelLink implements Link {
  readonly tls = '';
  readonly outflow: Outflow;
  readonly #transport: Transport;
  readonly #over: () => void;
  #sink: Sink | null = null;
  /** What came before there was a sink. */
  #early: Bytes[] = [];
  #granted = WINDOW_BYTES;
  #isOpen = true;
  #isClosed = false;
  #wasClosed = false;
  #leaving = 0;
  #sent: (() => void)[] = [];

  constructor(transport: Transport, over: () => void) {
    this.#transport = transport;
    this.#over = over;
    this.outflow = new Outflow((framed) => this.#send(framed));
  }

  get address(): string {
    return this.#transport.address;
  }

  get port(): number {
    return this.#transport.port;
  }

  get unsentBytes(): number {
    return this.outflow.queuedBytes + (this.#leaving > 0 ? this.#transport.unsentBytes : 0);
  }

  flow(sink: Sink): void {
    this.#sink = sink;
    for (const bytes of this.#early.splice(0)) this.#isOpen = sink.chunk(bytes);
    if (this.#isClosed) sink.ended(null);
    this.#grant();
  }

  resume(): void {
    this.#isOpen = true;
    this.#grant();
  }

  write(bytes: Bytes): void {
    if (!this.#wasClosed) this.outflow.data(bytes, 'data');
  }

  send(views: readonly Bytes[], sent: () => void): boolean {
    for (const view of views) this.write(view);
    if (this.#wasClosed || !this.#isBusy) return true;
    this.#sent.push(sent);
    return false;
  }

  end(): void {
    if (this.#wasClosed) return;
    this.#wasClosed = true;
    this.outflow.behind(frame(Message.CHANNEL_EOF, this.outflow.recipient));
    this.outflow.behind(frame(Message.CHANNEL_CLOSE, this.outflow.recipient));
  }

  destroy(): void {
    this.outflow.drop();
    this.end();
    this.closed(null);
  }

  // What the jump calls.

  data(bytes: Bytes): void {
    this.#granted -= bytes.length;
    if (this.#granted < 0) throw malformed();
    if (this.#isClosed) return;
    if (this.#sink === null) this.#early.push(bytes);
    else this.#isOpen = this.#sink.chunk(bytes);
    this.#grant();
  }

  adjust(bytes: number): void {
    this.outflow.adjust(bytes);
    this.#settle();
  }

  /** Nothing more comes. */
  closed(error: Error | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sink?.ended(error);
    this.#settle();
  }

  /** The client has closed the channel. */
  hasClosed(): void {
    this.destroy();
    this.#over();
  }

  get #isBusy(): boolean {
    return this.#leaving > 0 || this.outflow.queuedBytes > 0;
  }

  #send(framed: Bytes): void {
    const left = (): void => {
      this.#leaving--;
      this.#settle();
    };
    if (!this.#transport.send([framed], left)) this.#leaving++;
  }

  #settle(): void {
    if (this.#isBusy && !this.#isClosed) return;
    for (const sent of this.#sent.splice(0)) queueMicrotask(sent);
  }

  /** More window, where half of it is used and the inner side takes more. */
  #grant(): void {
    if (!this.#isOpen || this.#isClosed || this.#sink === null || this.#granted > WINDOW_BYTES / 2) return;
    const more = WINDOW_BYTES - this.#granted;
    this.#granted = WINDOW_BYTES;
    this.#transport.write(frame(Message.CHANNEL_WINDOW_ADJUST, this.outflow.recipient, more));
  }
}
