/** One channel (RFC 4254, 5): its two ends, what is masked on the way, and what has been asked. */
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { SftpInspector } from './files/inspector.ts';
import { type Input, StreamInput, TypedInput } from './input.ts';
import { frame, Message } from './message.ts';
import { Outflow } from './outflow.ts';
import type { Shared } from './shared.ts';
import { PlainSieve, type Sieve, TerminalSieve } from './sieve.ts';
import type { Size } from './terminal/grid.ts';
import type { Track } from './transcript.ts';

/** Requests of a client that wait for an answer. */
const REQUESTS_MAX = 256;
/** What a channel ends with that the gateway breaks off. */
const BROKEN_STATUS = 126;
/** Half of the time that bytes are held for what may follow them. */
export const HOLD_MS = 12;
/** Ticks that bytes of no terminal are held: half a second, for nobody watches them, and a busy machine pauses for long. */
const PLAIN_TICKS = 40;

/** Who answers a request: the server, or the gateway at once. */
type Answer = 'server' | typeof Message.CHANNEL_SUCCESS | typeof Message.CHANNEL_FAILURE;

/** What one end has said. */
interface End {
  hasEnded: boolean;
  hasClosed: boolean;
  /** We have told it that the channel is closed. */
  wasClosed: boolean;
}

/** One stream from the server to the client. */
interface Stream {
  readonly kind: 'data' | 'error';
  sieve: Sieve;
  track: Track;
  /** Ticks since it began to hold bytes. */
  heldTicks: number;
  /** Findings that were shown late, of those that stand in the recording. */
  late: number;
}

export class Channel {
  /** The gateway's number of it, on both sides. */
  readonly id: number;
  readonly type: string;
  readonly toClient: Outflow;
  readonly toServer: Outflow;
  readonly client: End = { hasEnded: false, hasClosed: false, wasClosed: false };
  readonly server: End = { hasEnded: false, hasClosed: false, wasClosed: false };
  isOpen = false;
  /** Something runs on it. */
  isStarted = false;
  hasTerminal = false;
  /** Its output is a copy of files: what is masked in it is told. */
  isCopy = false;
  exit: Readonly<Record<string, unknown>> = {};
  readonly #shared: Shared;
  #input: Input = new StreamInput();
  #terminal: TerminalSieve | null = null;
  #files: SftpInspector | null = null;
  readonly #output: Stream;
  readonly #error: Stream;
  /** Answers that the client waits for, in order. */
  #answers: Answer[] = [];

  constructor(id: number, type: string, shared: Shared) {
    this.id = id;
    this.type = type;
    this.#shared = shared;
    this.toClient = new Outflow((bytes) => shared.outlet.toClient(bytes));
    this.toServer = new Outflow((bytes) => shared.outlet.toServer(bytes));
    this.#output = this.#stream('data', 'o');
    this.#error = this.#stream('error', 'e');
  }

  /** From here on its output is a terminal's: masked as its screen shows it, recorded whole. */
  becomeTerminal(size: Size): void {
    this.hasTerminal = true;
    this.#terminal = new TerminalSieve(this.#shared.cleaner, size);
    this.#output.sieve = this.#terminal;
    this.#input = new TypedInput(this.#shared, this.id);
    this.#output.track = this.#shared.transcript.track(this.id, 'o', true);
  }

  /** From here on it carries packets of SFTP, each of which is looked into. */
  becomeFiles(): void {
    const { cleaner, transcript, options } = this.#shared;
    const parts = { ch: this.id, cleaner, transcript, choice: options.files, rules: options.rules };
    this.#files = new SftpInspector(parts, {
      toClient: (bytes) => this.client.hasClosed || this.toClient.data(bytes, 'data'),
      toServer: (bytes) => this.toServer.data(bytes, 'data'),
      say: (words) => this.say(words),
    });
  }

  /** The terminal has another size. */
  resize(size: Size): void {
    this.#terminal?.resize(size);
  }

  /** Data from the client, which goes on as it is. */
  input(framed: Bytes, data: Bytes): void {
    this.toServer.received(data.length);
    if (this.server.hasClosed || this.server.wasClosed || this.client.hasEnded) return;
    if (this.#files !== null) return this.#guarded(this.#files, (files) => files.client(data));
    this.#input.sent(data);
    if (!this.toServer.pass(framed, data.length)) this.toServer.data(data, 'data');
  }

  /** Data from the server: `framed` is the whole message, `data` a view of its end. */
  output(kind: 'data' | 'error', framed: Bytes, data: Bytes): void {
    const stream = kind === 'data' ? this.#output : this.#error;
    this.toClient.received(data.length);
    if (this.server.wasClosed) return;
    if (kind === 'data' && this.#files !== null)
      return this.#guarded(this.#files, (files) => files.server(data));
    this.#input.answered(data);
    const wasHolding = stream.sieve.heldBytes > 0;
    const settled = stream.sieve.push(data);
    this.#alertLate(stream);
    if (settled.length === 1 && settled[0] === data && kind === 'data') {
      stream.track.add(data);
      if (!this.client.hasClosed && !this.toClient.pass(framed, data.length)) this.toClient.data(data, kind);
    } else if (settled.at(-1)?.buffer === data.buffer) this.#sendInPlace(stream, settled);
    else this.#send(stream, settled);
    if (stream.sieve.heldBytes > 0) {
      // What is held grows no younger by what comes behind it.
      if (!wasHolding || settled.some(({ length }) => length > 0)) stream.heldTicks = 0;
      this.#shared.outlet.later(HOLD_MS);
    }
    this.#grantServer();
  }

  /** What the gateway does not understand ends the channel: it is not sent on. */
  #guarded(files: SftpInspector, work: (files: SftpInspector) => void): void {
    try {
      work(files);
    } catch (error) {
      if (!(error instanceof PangateError) || error.code === 'assertion') throw error;
      return this.breakOff(error.message);
    }
    this.#grantServer();
    this.#grantClient(files.waitingBytes);
  }

  /** Ends the channel with words on standard error. */
  breakOff(words: string): void {
    const { recipient } = this.toClient;
    this.#shared.transcript.refused(this.id, this.#shared.transcript.masked(words), 'built-in');
    this.say(words);
    this.exit = { status: BROKEN_STATUS };
    this.toClient.behind(frame(Message.CHANNEL_REQUEST, recipient, 'exit-status', false, BROKEN_STATUS));
    this.toClient.behind(frame(Message.CHANNEL_EOF, recipient));
    this.close('client');
    this.close('server');
  }

  /** A tick of the clock: what has been held for two of them goes out. True if something is still held. */
  tick(): boolean {
    const streams = [this.#output, this.#error];
    for (const stream of streams)
      if (stream.sieve.heldBytes > 0 && stream.heldTicks++ >= this.#ticksOf(stream))
        this.#send(stream, stream.sieve.flush());
    return streams.some(({ sieve }) => sieve.heldBytes > 0);
  }

  #ticksOf({ sieve }: Stream): number {
    return sieve === this.#terminal ? 1 : PLAIN_TICKS;
  }

  /** Everything that is held goes out: what follows must not overtake it. */
  flush(): void {
    for (const stream of [this.#output, this.#error]) this.#send(stream, stream.sieve.flush());
    const { masked } = this.#output.sieve;
    if (!this.isCopy || masked === 0 || this.client.hasClosed || this.client.wasClosed) return;
    this.isCopy = false;
    const values = masked === 1 ? 'value was' : 'values were';
    this.say(`${masked} ${values} masked: what was copied differs from the files.`);
  }

  /** The client takes more. */
  clientAdjusts(bytes: number): void {
    this.toClient.adjust(bytes);
    this.#grantServer();
  }

  /** The server takes more. */
  serverAdjusts(bytes: number): void {
    this.toServer.adjust(bytes);
    this.#grantClient(this.#files?.waitingBytes ?? 0);
  }

  /** A request of the client goes to the server; its answer will come back. */
  asked(wantsReply: boolean): void {
    if (wantsReply) this.#expect('server');
  }

  /** A request of the client is refused, behind the answers that are due before. */
  refuse(wantsReply: boolean): void {
    if (wantsReply) this.#answer(Message.CHANNEL_FAILURE);
  }

  /** As `refuse`, but for a request that the gateway answers by itself. */
  grant(wantsReply: boolean): void {
    if (wantsReply) this.#answer(Message.CHANNEL_SUCCESS);
  }

  /** The server has answered a request. */
  answered(type: number): void {
    if (this.#answers.shift() !== 'server') return;
    if (!this.client.hasClosed) this.#shared.outlet.toClient(frame(type, this.toClient.recipient));
    this.#answerNext();
  }

  /** Words for the user, on the channel's standard error. */
  say(words: string): void {
    this.toClient.data(Buffer.from(`pangate: ${words}\r\n`), 'error');
  }

  /** Closes an end that is not closed by us already. */
  close(side: 'client' | 'server'): void {
    const end = this[side];
    if (end.wasClosed) return;
    end.wasClosed = true;
    const flow = side === 'client' ? this.toClient : this.toServer;
    flow.behind(frame(Message.CHANNEL_CLOSE, flow.recipient));
  }

  /** Nobody knows the channel any more. */
  get isOver(): boolean {
    return this.client.hasClosed && this.server.hasClosed && this.client.wasClosed && this.server.wasClosed;
  }

  /** Its last records. */
  end(): void {
    this.#files?.end();
    this.#output.track.end();
    this.#error.track.end();
    const input = this.#input.end();
    const masked = this.#output.sieve.masked + this.#error.sieve.masked;
    this.#shared.transcript.ended(this.id, masked, { ...this.exit, ...input });
  }

  #stream(kind: 'data' | 'error', name: 'o' | 'e'): Stream {
    const { cleaner, transcript } = this.#shared;
    return {
      kind,
      sieve: new PlainSieve(cleaner),
      track: transcript.track(this.id, name, false, this.type !== 'session'),
      heldTicks: 0,
      late: 0,
    };
  }

  #send(stream: Stream, settled: readonly Bytes[]): void {
    const { kind, track } = stream;
    this.#alertLate(stream);
    for (const bytes of settled) {
      if (bytes.length === 0) continue;
      track.add(bytes);
      if (!this.client.hasClosed) this.toClient.data(bytes, kind);
    }
  }

  #alertLate(stream: Stream): void {
    const more = stream.sieve.late - stream.late;
    if (more === 0) return;
    stream.late += more;
    this.#shared.transcript.shownLate(this.id, more);
  }

  /** As `#send`, for what stands in the buffer that the data came in: nothing is copied. */
  #sendInPlace(stream: Stream, settled: readonly Bytes[]): void {
    const { kind, track } = stream;
    for (const bytes of settled) if (bytes.length > 0) track.add(bytes);
    if (!this.client.hasClosed) this.toClient.views(settled, kind);
  }

  #grantServer(): void {
    const held = this.#output.sieve.heldBytes + this.#error.sieve.heldBytes;
    const more = this.toClient.grant(held);
    if (more > 0 && !this.server.hasClosed)
      this.#shared.outlet.toServer(frame(Message.CHANNEL_WINDOW_ADJUST, this.toServer.recipient, more));
  }

  /** Also of what was answered here: the server will never give that window back. */
  #grantClient(heldBytes: number): void {
    const more = this.toServer.grant(heldBytes);
    if (more > 0 && !this.client.hasClosed)
      this.#shared.outlet.toClient(frame(Message.CHANNEL_WINDOW_ADJUST, this.toClient.recipient, more));
  }

  #answer(answer: Answer): void {
    this.#expect(answer);
    this.#answerNext();
  }

  #expect(answer: Answer): void {
    this.#shared.bound(this.#answers.length, REQUESTS_MAX);
    this.#answers.push(answer);
  }

  #answerNext(): void {
    while (this.#answers.length > 0 && this.#answers[0] !== 'server')
      this.#shared.outlet.toClient(frame(this.#answers.shift() as number, this.toClient.recipient));
  }
}
