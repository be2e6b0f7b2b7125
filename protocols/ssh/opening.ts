/**
 * How channels come to be (RFC 4254, 5.1, 7.2): a session, or a forwarded connection that a rule
 * allows. The gateway has one number for a channel on both sides.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Channel } from './channel.ts';
import type { Forwards } from './forwards.ts';
import { Fields, FRAME_HEAD, frame, Message, malformed, OpenFailure } from './message.ts';
import { judge } from './policy.ts';
import type { Shared } from './shared.ts';

const NUMBERS = 0x10000;

/** The channels of one session, by the gateway's number. */
export class Channels {
  readonly #shared: Shared;
  readonly #forwards: Forwards;
  readonly #channelsMax: number;
  readonly #channels = new Map<number, Channel>();
  #next = 0;

  constructor(shared: Shared, forwards: Forwards, channelsMax: number) {
    this.#shared = shared;
    this.#forwards = forwards;
    this.#channelsMax = channelsMax;
  }

  get size(): number {
    return this.#channels.size;
  }

  /** All of them, oldest first. */
  all(): Iterable<Channel> {
    return this.#channels.values();
  }

  get(id: number): Channel | undefined {
    return this.#channels.get(id);
  }

  delete(channel: Channel): void {
    this.#channels.delete(channel.id);
  }

  /** type string | sender uint32 | window uint32 | packet uint32 | ... */
  clientOpens(framed: Bytes): void {
    const fields = new Fields(framed, FRAME_HEAD + 1);
    const [type, sender, window, packet] = [fields.word(), fields.uint32(), fields.uint32(), fields.uint32()];
    const rest = fields.rest();
    if (this.#channels.size >= this.#channelsMax)
      return this.#refuseClient(
        type,
        sender,
        OpenFailure.shortage,
        `no more than ${this.#channelsMax} channels at once`,
      );
    if (type === 'session') return void this.#toServer(type, sender, window, packet, rest);
    if (type !== 'direct-tcpip')
      return this.#refuseClient(
        type,
        sender,
        OpenFailure.prohibited,
        'channels of this kind are refused here',
      );
    const place = `${fields.text()}:${fields.uint32()}`;
    const { isAllowed, rule } = judge(this.#shared.options.rules, { kind: type, what: place });
    if (!isAllowed)
      return this.#refuseClient(
        `${type} ${place}`,
        sender,
        OpenFailure.prohibited,
        'forwarding to this place is refused here',
        rule,
      );
    const channel = this.#toServer(type, sender, window, packet, rest);
    this.#forwarded(channel, 'direct-tcpip', place, rule);
  }

  /** As above; then address string | port uint32 | originator string | port uint32. */
  serverOpens(framed: Bytes): void {
    const fields = new Fields(framed, FRAME_HEAD + 1);
    const [type, sender, window, packet] = [fields.word(), fields.uint32(), fields.uint32(), fields.uint32()];
    const rest = fields.rest();
    const isForwarded = type === 'forwarded-tcpip' && this.#channels.size < this.#channelsMax;
    const [address, port] = isForwarded ? [fields.word(), fields.uint32()] : ['', 0];
    const { outlet, transcript } = this.#shared;
    if (!isForwarded || !this.#forwards.isListening(address, port)) {
      transcript.refused(null, transcript.masked(type), 'built-in');
      outlet.toServer(frame(Message.CHANNEL_OPEN_FAILURE, sender, OpenFailure.prohibited, '', ''));
      return;
    }
    const channel = this.#add(type);
    channel.toServer.open(sender, window, packet);
    const { granted, packetBytesMax } = channel.toServer;
    this.#forwarded(channel, type, `${address}:${port}`, 'tcpip-forward');
    outlet.toClient(frame(Message.CHANNEL_OPEN, type, channel.id, granted, packetBytesMax, { raw: rest }));
  }

  /** recipient uint32 | sender uint32 | window uint32 | packet uint32, by the side that did not open it. */
  confirmed(framed: Bytes, by: 'client' | 'server'): void {
    const fields = new Fields(framed, FRAME_HEAD + 1);
    const channel = this.#opening(fields.uint32(), by);
    const [confirming, opening] =
      by === 'server' ? [channel.toServer, channel.toClient] : [channel.toClient, channel.toServer];
    confirming.open(fields.uint32(), fields.uint32(), fields.uint32());
    channel.isOpen = true;
    const { granted, packetBytesMax, sievedBytesMax } = confirming;
    const most = by === 'server' ? packetBytesMax : sievedBytesMax;
    const { recipient } = opening;
    this.#send(by, frame(Message.CHANNEL_OPEN_CONFIRMATION, recipient, channel.id, granted, most));
  }

  /** recipient uint32 | reason uint32 | description string | language string */
  notOpened(framed: Bytes, by: 'client' | 'server'): void {
    const fields = new Fields(framed, FRAME_HEAD + 1);
    const channel = this.#opening(fields.uint32(), by);
    const [reason, words] = [fields.uint32(), this.#shared.transcript.masked(fields.text())];
    this.delete(channel);
    const { recipient } = by === 'server' ? channel.toClient : channel.toServer;
    this.#send(by, frame(Message.CHANNEL_OPEN_FAILURE, recipient, reason, words, ''));
  }

  /** To the other side than the one that spoke. */
  #send(by: 'client' | 'server', message: Bytes): void {
    if (by === 'server') this.#shared.outlet.toClient(message);
    else this.#shared.outlet.toServer(message);
  }

  #opening(id: number, by: 'client' | 'server'): Channel {
    const channel = this.#channels.get(id);
    const isOurs = channel !== undefined && !channel.isOpen;
    if (!isOurs || (channel.type === 'forwarded-tcpip') !== (by === 'client')) throw malformed();
    return channel;
  }

  #toServer(type: string, sender: number, window: number, packet: number, rest: Bytes): Channel {
    const channel = this.#add(type);
    channel.toClient.open(sender, window, packet);
    const { granted, sievedBytesMax } = channel.toClient;
    this.#shared.outlet.toServer(
      frame(Message.CHANNEL_OPEN, type, channel.id, granted, sievedBytesMax, { raw: rest }),
    );
    return channel;
  }

  #add(type: string): Channel {
    while (this.#channels.has(this.#next)) this.#next = (this.#next + 1) % NUMBERS;
    const channel = new Channel(this.#next, type, this.#shared);
    this.#channels.set(channel.id, channel);
    this.#next = (this.#next + 1) % NUMBERS;
    return channel;
  }

  #forwarded(channel: Channel, kind: string, place: string, rule: string): void {
    const { transcript } = this.#shared;
    transcript.event('tty.fwd', { ch: channel.id, kind, to: transcript.masked(place), rule });
  }

  #refuseClient(type: string, sender: number, reason: number, words: string, rule = 'built-in'): void {
    const { transcript, outlet } = this.#shared;
    transcript.refused(null, transcript.masked(type), rule);
    outlet.toClient(frame(Message.CHANNEL_OPEN_FAILURE, sender, reason, `pangate: ${words}`, ''));
  }
}
