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
import { Channel, HOLD_MS } from './channel.ts';
import {
  Disconnect,
  disconnect,
  Fields,
  FRAME_HEAD,
  frame,
  MESSAGE_BYTES_MAX,
  Message,
  malformed,
  OpenFailure,
  STDERR,
} from './message.ts';
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
}

/** Data, extended data: bytes in front of the data in their messages. */
const DATA_HEAD = 9;
const EXTENDED_HEAD = 13;

export class SshLane implements Lane {
  readonly #parts: LaneParts;
  #shared!: Shared;
  readonly #channels = new Map<number, Channel>();
  #nextId = 0;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  start(outlet: Outlet): void {
    const { cleaner, results, options } = this.#parts;
    const transcript = new Transcript(outlet, cleaner, results);
    this.#shared = { cleaner, outlet, transcript, options, bound };
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
    for (const channel of this.#channels.values()) holds = channel.tick() || holds;
    if (holds) this.#shared.outlet.later(HOLD_MS);
  }

  ended(side: 'client' | 'server'): void {
    for (const channel of this.#channels.values()) {
      if (side === 'server') channel.flush();
      channel.end();
    }
    this.#channels.clear();
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
        return this.#clientOpens(framed);
      case Message.CHANNEL_EOF:
        return this.#clientEnds(this.#channel(framed));
      case Message.CHANNEL_CLOSE:
        return this.#closes(this.#channel(framed), 'client');
      case Message.GLOBAL_REQUEST:
        return this.#globalRequest(framed, true);
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
        return this.#confirmed(framed);
      case Message.CHANNEL_OPEN_FAILURE:
        return this.#notOpened(framed);
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
        return this.#globalRequest(framed, false);
      case Message.CHANNEL_OPEN:
        return this.#serverOpens(framed);
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
    const channel = this.#channel(framed);
    const data = dataOf(framed, DATA_HEAD);
    channel.toServer.received(data.length);
    if (channel.server.hasClosed || channel.server.wasClosed || channel.client.hasEnded) return;
    channel.bytesToServer += data.length;
    if (!channel.toServer.pass(framed, data.length)) channel.toServer.data(data, 'data');
  }

  /** type string | sender uint32 | window uint32 | packet uint32 | ... */
  #clientOpens(framed: Bytes): void {
    const fields = fieldsOf(framed, 1);
    const [type, sender, window, packet] = [fields.word(), fields.uint32(), fields.uint32(), fields.uint32()];
    const { outlet, transcript } = this.#shared;
    const refuse = (reason: number, words: string): void => {
      transcript.refused(null, transcript.masked(type), 'policy');
      outlet.toClient(frame(Message.CHANNEL_OPEN_FAILURE, sender, reason, `pangate: ${words}`, ''));
    };
    if (this.#channels.size >= this.#parts.channelsMax)
      return refuse(OpenFailure.shortage, `no more than ${this.#parts.channelsMax} channels at once`);
    if (type !== 'session') return refuse(OpenFailure.prohibited, `channels of this kind are refused here`);
    const channel = this.#add(type);
    channel.toClient.open(sender, window, packet);
    const { granted, packetBytesMax } = channel.toClient;
    outlet.toServer(
      frame(Message.CHANNEL_OPEN, type, channel.id, granted, packetBytesMax, { raw: fields.rest() }),
    );
  }

  #add(type: string): Channel {
    while (this.#channels.has(this.#nextId)) this.#nextId++;
    const channel = new Channel(this.#nextId, type, this.#shared);
    this.#channels.set(channel.id, channel);
    this.#nextId = (this.#nextId + 1) % 0x10000;
    return channel;
  }

  /** recipient uint32 | sender uint32 | window uint32 | packet uint32 */
  #confirmed(framed: Bytes): void {
    const fields = fieldsOf(framed, 1);
    const channel = this.#opening(fields.uint32());
    channel.toServer.open(fields.uint32(), fields.uint32(), fields.uint32());
    channel.isOpen = true;
    const { granted, packetBytesMax } = channel.toServer;
    const { recipient } = channel.toClient;
    this.#shared.outlet.toClient(
      frame(Message.CHANNEL_OPEN_CONFIRMATION, recipient, channel.id, granted, packetBytesMax),
    );
  }

  /** recipient uint32 | reason uint32 | description string | language string */
  #notOpened(framed: Bytes): void {
    const fields = fieldsOf(framed, 1);
    const channel = this.#opening(fields.uint32());
    const [reason, words] = [fields.uint32(), fields.text()];
    this.#channels.delete(channel.id);
    const { outlet, transcript } = this.#shared;
    outlet.toClient(
      frame(Message.CHANNEL_OPEN_FAILURE, channel.toClient.recipient, reason, transcript.masked(words), ''),
    );
  }

  #opening(id: number): Channel {
    const channel = this.#channels.get(id);
    if (channel === undefined || channel.isOpen) throw malformed();
    return channel;
  }

  #serverOpens(framed: Bytes): void {
    const fields = fieldsOf(framed, 1);
    const type = fields.word();
    const { outlet, transcript } = this.#shared;
    transcript.refused(null, transcript.masked(type), 'policy');
    outlet.toServer(frame(Message.CHANNEL_OPEN_FAILURE, fields.uint32(), OpenFailure.prohibited, '', ''));
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
    this.#channels.delete(channel.id);
    channel.end();
  }

  /** name string | wants reply boolean | ... ; all are answered here, none passes. */
  #globalRequest(framed: Bytes, fromClient: boolean): void {
    const fields = fieldsOf(framed, 1);
    fields.word();
    if (!fields.boolean()) return;
    const answer = frame(Message.REQUEST_FAILURE);
    if (fromClient) this.#shared.outlet.toClient(answer);
    else this.#shared.outlet.toServer(answer);
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
