/**
 * Global requests (RFC 4254, 4 and 7.1): the forwarding of a server's ports to the client, as rules
 * allow it. Everything else is answered here, each side for itself.
 */
import { type Bytes, keep } from '../../base/bytes.ts';
import type { Fields } from './message.ts';
import { frame, Message } from './message.ts';
import { judge } from './policy.ts';
import type { Shared } from './shared.ts';

/** Ports that one session may have forwarded, and requests that wait for an answer. */
const FORWARDS_MAX = 64;

/** Who answers a request: the server, of a forwarding that begins or ends, or we have. */
interface Due {
  readonly answer: Bytes | null;
  /** What the server listens to if it agrees; null where nothing comes of it. */
  readonly address: string | null;
  readonly port: number;
}

export class Forwards {
  readonly #shared: Shared;
  /** Answers that the client waits for, in order. */
  readonly #due: Due[] = [];
  /** `address:port` of what the server listens to for this client. */
  readonly #listening = new Set<string>();

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** True if the server may open a channel for a connection to that place. */
  isListening(address: string, port: number): boolean {
    return this.#listening.has(`${address}:${port}`);
  }

  /** name string | wants reply boolean | ... */
  clientAsks(fields: Fields, framed: Bytes): void {
    const [name, wantsReply] = [fields.word(), fields.boolean()];
    if (name === 'tcpip-forward') return this.#forward(fields, wantsReply, framed);
    if (name === 'cancel-tcpip-forward') return this.#cancel(fields, wantsReply, framed);
    const { proofs } = this.#shared;
    if (wantsReply && name === 'hostkeys-prove-00@openssh.com' && proofs !== null)
      return this.#answer(proofs.answer(fields));
    if (wantsReply) this.#answer(frame(Message.REQUEST_FAILURE));
  }

  /** Nothing that a server asks for concerns the client: keep-alive, its other host keys. */
  serverAsks(fields: Fields): void {
    fields.word();
    if (fields.boolean()) this.#shared.outlet.toServer(frame(Message.REQUEST_FAILURE));
  }

  /** REQUEST_SUCCESS, with a port if the client has left it open, or REQUEST_FAILURE. */
  serverAnswers(agreed: boolean, fields: Fields, framed: Bytes): void {
    const due = this.#due.shift();
    if (due === undefined || due.answer !== null) return;
    if (agreed && due.address !== null) {
      const port = due.port === 0 ? fields.uint32() : due.port;
      this.#listening.add(`${due.address}:${port}`);
    }
    this.#shared.outlet.toClient(keep(framed));
    this.#answerNext();
  }

  /** address string | port uint32 */
  #forward(fields: Fields, wantsReply: boolean, framed: Bytes): void {
    const { transcript, outlet, options } = this.#shared;
    const [address, port] = [fields.word(), fields.uint32()];
    const place = `${address}:${port}`;
    const { isAllowed, rule } = judge(options.rules, { kind: 'tcpip-forward', what: place });
    if (!isAllowed || !wantsReply || this.#listening.size >= FORWARDS_MAX) {
      transcript.refused(null, `tcpip-forward ${transcript.masked(place)}`, rule);
      if (wantsReply) this.#answer(frame(Message.REQUEST_FAILURE));
      return;
    }
    transcript.event('tty.fwd', { kind: 'tcpip-forward', at: transcript.masked(place), rule });
    this.#expect({ answer: null, address, port });
    outlet.toServer(framed);
  }

  #cancel(fields: Fields, wantsReply: boolean, framed: Bytes): void {
    const wasListening = this.#listening.delete(`${fields.word()}:${fields.uint32()}`);
    if (!wasListening && wantsReply) return this.#answer(frame(Message.REQUEST_FAILURE));
    if (!wasListening) return;
    if (wantsReply) this.#expect({ answer: null, address: null, port: 0 });
    this.#shared.outlet.toServer(framed);
  }

  #answer(answer: Bytes): void {
    this.#expect({ answer, address: null, port: 0 });
    this.#answerNext();
  }

  #expect(due: Due): void {
    this.#shared.bound(this.#due.length, FORWARDS_MAX);
    this.#due.push(due);
  }

  #answerNext(): void {
    while (this.#due.length > 0 && this.#due[0]!.answer !== null)
      this.#shared.outlet.toClient(this.#due.shift()!.answer!);
  }
}
