/**
 * One SSH session after login: the connection protocol (RFC 4254), both directions. Frames of
 * message.ts come in and go out; every type of message, channel and request is decided here, in
 * channel.ts and in requests.ts.
 */
import { uint32At } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import type { Lane, Outlet, ResultPolicy } from '../../base/host.ts';
import { type Channel, HOLD_MS } from './channel.ts';
import { Forwards } from './forwards.ts';
import type { HostKeyProofs } from './host-key-proofs.ts';
import {
  Disconnect,
  disconnect,
  Fields,
  FRAME_HEAD,
  frame,
  MESSAGE_BYTES_MAX,
  Message,
  malformed,
  STDERR,
} from './message.ts';
import { Channels } from './opening.ts';
import { clientRequest, type Request, serverRequest } from './requests.ts';
import { bound, type Shared } from './shared.ts';
import type { TargetOptions } from './target-options.ts';
import { Transcript } from './transcript.ts';

/** What a lane works with. */
export interface LaneParts {
  readonly cleaner: Cleaner;
  readonly results: ResultPolicy;
  readonly options: TargetOptions;
  readonly channelsMax: number;
  readonly proofs?: HostKeyProofs;
}

/** Data, extended data: bytes in front of the data in their messages. */
const DATA_HEAD = 9;
const EXTENDED_HEAD = 13;

export class SshLane implements Lane {
  readonly hasScreens = true;
  readonly #parts: LaneParts;
  #shared!: Shared;
  #forwards!: Forwards;
  #channels!: Channels;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  start(outlet: Outlet): void {
    const { cleaner, results, options, proofs = null } = this.#parts;
    const transcript = new Transcript(outlet, cleaner, results);
    this.#shared = { cleaner, outlet, transcript, options, proofs, bound };
    this.#forwards = new Forwards(this.#shared);
    this.#channels = new Channels(this.#shared, this.#forwards, this.#parts.channelsMax);
    if (proofs !== null) outlet.toClient(proofs.announcement());
  }

  get idle(): boolean {
    return this.#channels.size === 0;
  }

  client(bytes: Bytes): number {
    return this.#walk(bytes, true);
  }

  server(bytes: Bytes): number {
    return this.#walk(bytes, false);
  }

  due(): void {
    let holds = false;
    for (const channel of this.#channels.all()) holds = channel.tick() || holds;
    if (holds) this.#shared.outlet.later(HOLD_MS);
  }

  ended(side: 'client' | 'server'): void {
    for (const channel of this.#channels.all()) {
      if (side === 'server') channel.flush();
      channel.end();
    }
    if (side === 'server')
      this.#shared.outlet.toClient(
        disconnect(Disconnect.byApplication, 'The server has ended the connection.'),
      );
  }

  failed(error: Error): Bytes {
    const known = error instanceof PangateError && error.code !== 'assertion';
    const words = known ? `${error.message} ${error.remedy}`.trim() : 'The gateway has failed.';
    return disconnect(known ? Disconnect.byApplication : Disconnect.protocolError, words);
  }

  /** length uint32 | type byte | fields by type */
  #walk(bytes: Bytes, fromClient: boolean): number {
    let at = 0;
    while (at + FRAME_HEAD < bytes.length) {
      const length = uint32At(bytes, at);
      if (length === 0 || length > MESSAGE_BYTES_MAX) throw malformed();
      const to = at + FRAME_HEAD + length;
      if (to > bytes.length) break;
      const framed = bytes.subarray(at, to);
      if (fromClient) this.#fromClient(framed);
      else this.#fromServer(framed);
      at = to;
    }
    return at;
  }

  #fromClient(framed: Bytes): void {
    switch (framed[FRAME_HEAD]) {
      case Message.CHANNEL_DATA:
        return this.#clientData(framed);
      case Message.CHANNEL_WINDOW_ADJUST:
        return this.#channel(framed).clientAdjusts(fieldsOf(framed, 5).uint32());
      case Message.CHANNEL_REQUEST:
        return clientRequest(this.#shared, this.#channel(framed), requestOf(framed));
      case Message.CHANNEL_OPEN:
        return this.#channels.clientOpens(framed);
      case Message.CHANNEL_OPEN_CONFIRMATION:
        return this.#channels.confirmed(framed, 'client');
      case Message.CHANNEL_OPEN_FAILURE:
        return this.#channels.notOpened(framed, 'client');
      case Message.CHANNEL_EOF:
        return this.#clientEnds(this.#channel(framed));
      case Message.CHANNEL_CLOSE:
        return this.#closes(this.#channel(framed), 'client');
      case Message.GLOBAL_REQUEST:
        return this.#forwards.clientAsks(fieldsOf(framed, 1), framed);
      case Message.CHANNEL_SUCCESS:
      case Message.CHANNEL_FAILURE:
        // We ask nothing of a client that wants an answer.
        return;
      default:
        throw malformed();
    }
  }

  #fromServer(framed: Bytes): void {
    switch (framed[FRAME_HEAD]) {
      case Message.CHANNEL_DATA:
        return this.#serverData(framed);
      case Message.CHANNEL_EXTENDED_DATA:
        return this.#serverExtendedData(framed);
      case Message.CHANNEL_WINDOW_ADJUST:
        return this.#channel(framed).serverAdjusts(fieldsOf(framed, 5).uint32());
      case Message.CHANNEL_OPEN_CONFIRMATION:
        return this.#channels.confirmed(framed, 'server');
      case Message.CHANNEL_OPEN_FAILURE:
        return this.#channels.notOpened(framed, 'server');
      case Message.CHANNEL_REQUEST:
        return serverRequest(this.#shared, this.#channel(framed), requestOf(framed));
      case Message.CHANNEL_EOF:
        return this.#serverEnds(this.#channel(framed));
      case Message.CHANNEL_CLOSE:
        return this.#closes(this.#channel(framed), 'server');
      case Message.CHANNEL_SUCCESS:
      case Message.CHANNEL_FAILURE:
        return this.#channel(framed).answered(framed[FRAME_HEAD]);
      case Message.GLOBAL_REQUEST:
        return this.#forwards.serverAsks(fieldsOf(framed, 1));
      case Message.CHANNEL_OPEN:
        return this.#channels.serverOpens(framed);
      case Message.REQUEST_SUCCESS:
      case Message.REQUEST_FAILURE:
        return this.#forwards.serverAnswers(
          framed[FRAME_HEAD] === Message.REQUEST_SUCCESS,
          fieldsOf(framed, 1),
          framed,
        );
      default:
        throw malformed();
    }
  }

  /** recipient uint32 | ... */
  #channel(framed: Bytes): Channel {
    if (framed.length < FRAME_HEAD + 5) throw malformed();
    const channel = this.#channels.get(uint32At(framed, FRAME_HEAD + 1));
    if (!channel?.isOpen)
      throw new PangateError('message-unknown', 'A message is for a channel that is not open.');
    return channel;
  }

  /** recipient uint32 | data string */
  #serverData(framed: Bytes): void {
    const channel = this.#channel(framed);
    if (!channel.server.hasEnded) channel.output('data', framed, dataOf(framed, DATA_HEAD));
  }

  /** recipient uint32 | type uint32 | data string */
  #serverExtendedData(framed: Bytes): void {
    const channel = this.#channel(framed);
    const data = dataOf(framed, EXTENDED_HEAD);
    if (uint32At(framed, FRAME_HEAD + 5) !== STDERR) throw malformed();
    channel.output('error', framed, data);
  }

  #clientData(framed: Bytes): void {
    this.#channel(framed).input(framed, dataOf(framed, DATA_HEAD));
  }

  #clientEnds(channel: Channel): void {
    if (channel.client.hasEnded) return;
    channel.client.hasEnded = true;
    if (!channel.server.wasClosed)
      channel.toServer.behind(frame(Message.CHANNEL_EOF, channel.toServer.recipient));
  }

  #serverEnds(channel: Channel): void {
    if (channel.server.hasEnded) return;
    channel.server.hasEnded = true;
    channel.flush();
    if (!channel.client.wasClosed)
      channel.toClient.behind(frame(Message.CHANNEL_EOF, channel.toClient.recipient));
  }

  #closes(channel: Channel, side: 'client' | 'server'): void {
    channel[side].hasClosed = true;
    if (side === 'server') channel.flush();
    (side === 'client' ? channel.toClient : channel.toServer).drop();
    channel.close('client');
    channel.close('server');
    if (!channel.isOver) return;
    this.#channels.delete(channel);
    channel.end();
  }
}

function fieldsOf(framed: Bytes, at: number): Fields {
  return new Fields(framed, FRAME_HEAD + at);
}

/** recipient uint32 | name string | wants reply boolean | ... */
function requestOf(framed: Bytes): Request {
  const fields = fieldsOf(framed, 5);
  return { name: fields.word(), wantsReply: fields.boolean(), fields, framed };
}

/** The data at the end of a message; `head` bytes stand before it. */
function dataOf(framed: Bytes, head: number): Bytes {
  const from = FRAME_HEAD + head;
  if (framed.length < from || uint32At(framed, from - 4) !== framed.length - from) throw malformed();
  return framed.subarray(from);
}
