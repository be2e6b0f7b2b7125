/**
 * Asks a peer that says nothing whether it is still there (keepalive@openssh.com, as OpenSSH does).
 * Answers to global requests come in the order of the requests, and the session asks some as well:
 * what goes out is looked at, so that each answer finds who has asked.
 */
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { Fields, frame, Message } from './message.ts';

/** How often, and when a peer counts as gone. */
export interface KeepAliveOptions {
  /** Silence after which it is asked; 0: never. */
  readonly intervalMs: number;
  /** Questions in a row that may stay without an answer. */
  readonly missedMax: number;
}

/** The one end of a connection that is asked. */
interface Peer {
  readonly name: 'client' | 'server';
  send(frame: Bytes): void;
  /** It is gone. */
  lost(error: PangateError): void;
}

/** Questions on their way at once, the session's and ours. */
const ASKED_MAX = 256;

export class KeepAlive {
  readonly #asked: ('us' | 'session')[] = [];
  #hasSpoken = true;
  #missed = 0;
  #timer: NodeJS.Timeout | null = null;

  /** From here on the peer is asked. */
  start(peer: Peer, { intervalMs, missedMax }: KeepAliveOptions): void {
    if (intervalMs === 0) return;
    const look = (): void => {
      if (this.#hasSpoken) this.#missed = 0;
      else if (this.#missed++ >= missedMax) return this.#lose(peer);
      else peer.send(frame(Message.GLOBAL_REQUEST, 'keepalive@openssh.com', true));
      this.#hasSpoken = false;
    };
    this.#timer = setInterval(look, intervalMs).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Something has come from the peer. */
  heard(): void {
    this.#hasSpoken = true;
  }

  /** A GLOBAL_REQUEST goes out: name string | wants reply boolean | ... */
  sends(message: Bytes): void {
    const fields = new Fields(message, 1);
    const name = fields.word();
    if (!fields.boolean()) return;
    if (this.#asked.length >= ASKED_MAX)
      throw new PangateError('limit-exceeded', 'Too many requests wait for an answer.');
    this.#asked.push(name === 'keepalive@openssh.com' ? 'us' : 'session');
  }

  /** An answer to a global request has come: true if it is ours, and nobody else's concern. */
  takes(): boolean {
    return this.#asked.shift() === 'us';
  }

  #lose(peer: Peer): void {
    this.stop();
    const who = peer.name === 'client' ? 'The client' : 'The server';
    peer.lost(new PangateError('peer-silent', `${who} does not answer any more.`));
  }
}
