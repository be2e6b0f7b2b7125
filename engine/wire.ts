/**
 * Sockets as wires. During login bytes are awaited with `read`; then `flow` hands them to a
 * sink as they arrive. A plain socket reads straight into the sink's own buffer (net's
 * `onread`), so that bytes are neither allocated nor copied; TLS sockets deliver chunks.
 */
import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Bytes, join, keep, NO_BYTES } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { SecureOptions, Sink, Wire } from '../base/wire.ts';
import { type InPlace, readInPlace } from './in-place.ts';
import { secureSocket } from './tls.ts';

/** Where to connect to. A host that starts with `/` is a Unix socket's path. */
export interface Dial {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** Reads in place: for connections that stay without TLS. */
  readonly plain: boolean;
}

/** Wraps a socket where its server has just accepted it; the socket is the wire's from now on. */
export function acceptWire(socket: Socket): SocketWire {
  const wire = new SocketWire();
  const inPlace = readInPlace(socket, wire.inPlace());
  wire.attach(inPlace ?? socket, inPlace !== null);
  return wire;
}

/** Connects. Throws `upstream-unreachable`. */
export async function dialWire(dial: Dial): Promise<SocketWire> {
  const wire = new SocketWire();
  const where = dial.host.startsWith('/') ? { path: dial.host } : { host: dial.host, port: dial.port };
  const onread = dial.plain ? { onread: wire.inPlace() } : {};
  const socket = connect({ ...where, noDelay: true, keepAlive: true, allowHalfOpen: true, ...onread });
  await connected(socket, dial);
  wire.attach(socket, dial.plain);
  return wire;
}

function connected(socket: Socket, dial: Dial): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (cause: string | null): void => {
      clearTimeout(timer);
      socket.off('error', failed).off('connect', done);
      if (cause === null) return resolve();
      socket.on('error', () => undefined).destroy();
      reject(unreachable(dial, cause));
    };
    const failed = (error: NodeJS.ErrnoException): void => settle(error.code ?? 'error');
    const done = (): void => settle(null);
    const timer = setTimeout(() => settle(`no answer in ${dial.timeoutMs} ms`), dial.timeoutMs);
    socket.once('error', failed).once('connect', done);
  });
}

function unreachable(dial: Dial, cause: string): PangateError {
  const where = dial.host.startsWith('/') ? dial.host : `${dial.host}:${dial.port}`;
  return new PangateError(
    'upstream-unreachable',
    `No connection to ${where} (${cause}).`,
    "Check the target's address and that its server is up.",
  );
}

/** A wire over a Node.js socket. */
export class SocketWire implements Wire {
  tls = '';
  address = '';
  port = 0;
  #socket!: Socket;
  #detach: () => void = () => undefined;
  #queue: Bytes[] = [];
  #queuedBytes = 0;
  #ended = false;
  #error: Error | null = null;
  #waiting: (() => void) | null = null;
  #sink: Sink | null = null;

  /** The `onread` option for a socket that reads in place; login bytes go through a small buffer. */
  inPlace(): InPlace {
    const login = Buffer.allocUnsafeSlow(4096);
    return {
      buffer: () => this.#sink?.room() ?? login,
      callback: (read, buffer) =>
        buffer === login ? this.#arrived(keep(login.subarray(0, read))) : this.#sink!.filled(read),
    };
  }

  /** Calls when the connection is closed. */
  closed(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  /** Takes over a connected socket. */
  attach(socket: Socket, plain = false): void {
    this.#socket = socket;
    this.address ||= socket.remoteAddress ?? '';
    this.port ||= socket.remotePort ?? 0;
    socket.setNoDelay(true);
    const failed = (error: Error): void => this.#over(error);
    const ended = (): void => this.#over(null);
    const closed = (): void => {
      this.#over(new PangateError('upstream-lost', 'The connection was closed.'));
      this.#sink?.released();
    };
    const data = (chunk: Buffer): void => this.#deliver(chunk);
    socket.on('error', failed).on('end', ended).on('close', closed);
    if (!plain) socket.on('data', data);
    this.#detach = () => socket.off('error', failed).off('end', ended).off('close', closed).off('data', data);
  }

  async read(bytesMin: number): Promise<Bytes | null> {
    while (this.#queuedBytes < bytesMin) {
      if (this.#error) throw this.#error;
      if (this.#ended) return null;
      this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#takeQueue();
  }

  unread(bytes: Bytes): void {
    if (bytes.length === 0) return;
    this.#queue.unshift(bytes);
    this.#queuedBytes += bytes.length;
  }

  write(bytes: Bytes): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  send(views: readonly Bytes[], sent: () => void): boolean {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return true;
    if (views.length > 1) socket.cork();
    for (const view of views) socket.write(view);
    if (views.length > 1) socket.uncork();
    if (socket.writableLength === 0) return true;
    // An empty write is done when all before it are.
    socket.write(NO_BYTES, sent);
    return false;
  }

  get unsentBytes(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength;
  }

  async secure(options: SecureOptions): Promise<void> {
    const raw = this.#socket;
    const early = this.#takeQueue();
    if (early.length + raw.readableLength > 0 && options.early !== 'feed') {
      throw new PangateError('message-unknown', 'Bytes came before the TLS handshake.');
    }
    raw.pause();
    this.#detach();
    if (early.length > 0) raw.unshift(early);
    const secured: TLSSocket = await secureSocket(raw, options);
    this.tls = secured.getProtocol() ?? 'TLS';
    this.attach(secured);
  }

  flow(sink: Sink): void {
    const early = this.#takeQueue();
    this.#sink = sink;
    const go = early.length === 0 || sink.chunk(early);
    if (this.#ended) sink.ended(this.#error);
    else if (go) this.#socket.resume();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #takeQueue(): Bytes {
    const bytes = this.#queue.length === 1 ? this.#queue[0]! : join(this.#queue, this.#queuedBytes);
    this.#queue = [];
    this.#queuedBytes = 0;
    return bytes;
  }

  #deliver(chunk: Bytes): void {
    if (!this.#arrived(chunk)) this.#socket.pause();
  }

  /** To the sink, or to the login queue, which is read no further than a login may be long. */
  #arrived(chunk: Bytes): boolean {
    if (this.#sink) return this.#sink.chunk(chunk);
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.length;
    this.#wake();
    return this.#queuedBytes < limits.loginMessageBytesMax;
  }

  #over(error: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
    this.#sink?.ended(error);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }
}
