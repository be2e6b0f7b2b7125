/**
 * pcapng (draft-ietf-opsawg-pcapng) of one made-up TCP connection (RFC 9293) over IP: what tools for
 * packets read. Nothing of it was captured: addresses and times are the session's, packets are not.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { type Bytes, join, NO_BYTES, utf8 } from '../../../base/bytes.ts';

/** One end of the connection; an address that is none (a name) becomes one of RFC 5737. */
export interface End {
  readonly address: string;
  readonly port: number;
}

const LINKTYPE_RAW = 101;
const OPTION = { comment: 1, application: 4 } as const;
const FLAG = { fin: 1, syn: 2, push: 8, ack: 16 } as const;
/** Of one packet: below what an IP packet can hold. */
const PAYLOAD_MAX = 32_768;
const COMMENT_MAX = 4000;
const TCP_HEAD = 20;
const TCP = 6;

/** Gives the blocks of a file, in order. */
export class Packets {
  readonly #ends: readonly [Side, Side];
  readonly #isV6: boolean;
  #number = 0;

  constructor(client: End, server: End) {
    const addresses = [addressOf(client.address, '192.0.2.1'), addressOf(server.address, '192.0.2.2')];
    this.#isV6 = addresses.some(({ length }) => length === 16);
    const [from, to] = addresses.map((address) =>
      this.#isV6 && address.length === 4 ? mapped(address) : address,
    );
    this.#ends = [
      { address: from!, port: client.port & 0xffff, next: 0 },
      { address: to!, port: server.port & 0xffff, next: 0 },
    ];
  }

  /** What a file begins with; `comment`: where it comes from. */
  head(application: string, comment: string): Bytes {
    const section = block(0x0a0d0d0a, (fields) => {
      fields.writeUInt32LE(0x1a2b3c4d, 0);
      fields.writeUInt16LE(1, 4);
      fields.writeBigInt64LE(-1n, 8);
      return [16, [option(OPTION.comment, comment), option(OPTION.application, application)]];
    });
    const link = block(1, (fields) => {
      fields.writeUInt16LE(LINKTYPE_RAW, 0);
      return [8, []];
    });
    return join([section, link]);
  }

  /** The three packets that open it. */
  open(atUs: number, comment: string): Bytes {
    const first = this.#packet({ from: 0, atUs, flags: FLAG.syn, payload: NO_BYTES, comment });
    const second = this.#packet({ from: 1, atUs, flags: FLAG.syn | FLAG.ack, payload: NO_BYTES });
    return join([first, second, this.#packet({ from: 0, atUs, flags: FLAG.ack, payload: NO_BYTES })]);
  }

  /** Bytes from one side, in as many packets as they need; none at all are a packet for its comment. */
  data(isFromClient: boolean, atUs: number, payload: Bytes, comment: string): Bytes {
    const from = isFromClient ? 0 : 1;
    const blocks: Bytes[] = [];
    for (let at = 0; at === 0 || at < payload.length; at += PAYLOAD_MAX) {
      const part = payload.subarray(at, at + PAYLOAD_MAX);
      const flags = FLAG.ack | (part.length > 0 ? FLAG.push : 0);
      blocks.push(this.#packet({ from, atUs, flags, payload: part, ...(at === 0 ? { comment } : {}) }));
    }
    return join(blocks);
  }

  /** The three packets that close it. */
  close(atUs: number): Bytes {
    const first = this.#packet({ from: 0, atUs, flags: FLAG.fin | FLAG.ack, payload: NO_BYTES });
    const second = this.#packet({ from: 1, atUs, flags: FLAG.fin | FLAG.ack, payload: NO_BYTES });
    return join([first, second, this.#packet({ from: 0, atUs, flags: FLAG.ack, payload: NO_BYTES })]);
  }

  #packet({ from, atUs, flags, payload, comment }: Packet): Bytes {
    const [source, target] = [this.#ends[from]!, this.#ends[1 - from]!];
    const tcp = Buffer.alloc(TCP_HEAD + payload.length);
    tcp.writeUInt16BE(source.port, 0);
    tcp.writeUInt16BE(target.port, 2);
    tcp.writeUInt32BE(source.next, 4);
    if (flags & FLAG.ack) tcp.writeUInt32BE(target.next, 8);
    tcp[12] = (TCP_HEAD / 4) << 4;
    tcp[13] = flags;
    tcp.writeUInt16BE(0xffff, 14);
    tcp.set(payload, TCP_HEAD);
    tcp.writeUInt16BE(checksum(join([pseudoHead(source, target, tcp.length), tcp])), 16);
    const open = flags & (FLAG.syn | FLAG.fin) ? 1 : 0;
    source.next = (source.next + payload.length + open) % 2 ** 32;
    const packet = join([
      this.#isV6 ? headV6(source, target, tcp.length) : this.#headV4(source, target, tcp.length),
      tcp,
    ]);
    return enhanced(packet, atUs, comment);
  }

  #headV4(source: Side, target: Side, length: number): Bytes {
    const head = Buffer.alloc(20);
    head[0] = 0x45;
    head.writeUInt16BE(20 + length, 2);
    head.writeUInt16BE(this.#number++ & 0xffff, 4);
    head[8] = 64;
    head[9] = TCP;
    head.set(source.address, 12);
    head.set(target.address, 16);
    head.writeUInt16BE(checksum(head), 10);
    return head;
  }
}

interface Side {
  readonly address: Bytes;
  readonly port: number;
  /** Sequence number of its next byte. */
  next: number;
}

interface Packet {
  readonly from: 0 | 1;
  readonly atUs: number;
  readonly flags: number;
  readonly payload: Bytes;
  readonly comment?: string;
}

function headV6(source: Side, target: Side, length: number): Bytes {
  const head = Buffer.alloc(40);
  head[0] = 0x60;
  head.writeUInt16BE(length, 4);
  head[6] = TCP;
  head[7] = 64;
  head.set(source.address, 8);
  head.set(target.address, 24);
  return head;
}

/** What a checksum of TCP covers beside its own bytes (RFC 9293 3.1, RFC 8200 8.1). */
function pseudoHead(source: Side, target: Side, length: number): Bytes {
  const tail = Buffer.alloc(source.address.length === 16 ? 8 : 4);
  tail[tail.length - (source.address.length === 16 ? 1 : 3)] = TCP;
  if (source.address.length === 16) tail.writeUInt32BE(length, 0);
  else tail.writeUInt16BE(length, 2);
  return join([source.address, target.address, tail]);
}

/** Ones' complement of the ones' complement sum of 16-bit words (RFC 1071). */
function checksum(bytes: Bytes): number {
  let sum = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function addressOf(text: string, other: string): Bytes {
  if (isIPv6(text)) return ipv6(text);
  return Uint8Array.from((isIPv4(text) ? text : other).split('.').map(Number));
}

function ipv6(text: string): Bytes {
  const last = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text.split('%')[0]!);
  const hex = (high: string, low: string): string => ((Number(high) << 8) | Number(low)).toString(16);
  const whole = last
    ? `${last[1]}${hex(last[2]!, last[3]!)}:${hex(last[4]!, last[5]!)}`
    : text.split('%')[0]!;
  const [before = '', after] = whole.split('::');
  const groups = (part: string): number[] =>
    part
      .split(':')
      .filter(Boolean)
      .map((each) => Number.parseInt(each, 16));
  const [front, back] = [groups(before), groups(after ?? '')];
  const zeros = Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0);
  return Uint8Array.from(
    [...front, ...zeros, ...back].slice(0, 8).flatMap((group) => [group >> 8, group & 255]),
  );
}

/** An IPv4 address as IPv6 writes it (RFC 4291 2.5.5.2). */
function mapped(address: Bytes): Bytes {
  return Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...address]);
}

/** An enhanced packet block. */
function enhanced(packet: Bytes, atUs: number, comment = ''): Bytes {
  return block(6, (fields) => {
    fields.writeUInt32LE(Math.floor(atUs / 2 ** 32), 4);
    fields.writeUInt32LE(atUs % 2 ** 32, 8);
    fields.writeUInt32LE(packet.length, 12);
    fields.writeUInt32LE(packet.length, 16);
    return [20, [padded(packet), ...(comment === '' ? [] : [option(OPTION.comment, comment)])]];
  });
}

/** A block of some type: fixed fields that are filled in, how many bytes they are, and what follows. */
function block(type: number, fill: (fields: Buffer) => [number, readonly Bytes[]]): Bytes {
  const fields = Buffer.alloc(20);
  const [size, rest] = fill(fields);
  const body = join([fields.subarray(0, size), ...rest]);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(body.length + 12, 4);
  return join([head, body, head.subarray(4)]);
}

/** An option; none is needed to end them. */
function option(code: number, text: string): Bytes {
  const value = utf8(text.slice(0, COMMENT_MAX));
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return join([head, padded(value)]);
}

function padded(bytes: Bytes): Bytes {
  return bytes.length % 4 === 0 ? bytes : join([bytes, new Uint8Array(4 - (bytes.length % 4))]);
}
