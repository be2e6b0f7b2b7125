/**
 * Messages of the connection protocol (RFC 4254) and the types of RFC 4251, 5. Between transport
 * and lane each message is a frame: its length uint32, then the message.
 */
import { putInt32, uint32At } from '../../base/binary.ts';
import { type Bytes, latin1, text, utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';

/** Numbers of messages (RFC 4250, 4.1.2). */
export const Message = {
  DISCONNECT: 1,
  GLOBAL_REQUEST: 80,
  REQUEST_SUCCESS: 81,
  REQUEST_FAILURE: 82,
  CHANNEL_OPEN: 90,
  CHANNEL_OPEN_CONFIRMATION: 91,
  CHANNEL_OPEN_FAILURE: 92,
  CHANNEL_WINDOW_ADJUST: 93,
  CHANNEL_DATA: 94,
  CHANNEL_EXTENDED_DATA: 95,
  CHANNEL_EOF: 96,
  CHANNEL_CLOSE: 97,
  CHANNEL_REQUEST: 98,
  CHANNEL_SUCCESS: 99,
  CHANNEL_FAILURE: 100,
} as const;

/** Reasons of CHANNEL_OPEN_FAILURE (RFC 4254, 5.1). */
export const OpenFailure = { prohibited: 1, failed: 2, unknownType: 3, shortage: 4 } as const;
/** Reasons of DISCONNECT (RFC 4253, 11.1). */
export const Disconnect = { protocolError: 2, byApplication: 11, tooMany: 12, noMoreMethods: 14 } as const;
/** The one type of extended data: standard error (RFC 4254, 5.2). */
export const STDERR = 1;

/** Bytes of a message's length in front of it. */
export const FRAME_HEAD = 4;
/** A packet of 35,000 bytes is the most that ssh2 takes. */
export const MESSAGE_BYTES_MAX = 35_000;

/** Reads a message's fields in order. Throws `message-unknown` where it is too short. */
export class Fields {
  readonly #bytes: Bytes;
  #at: number;

  constructor(bytes: Bytes, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  uint32(): number {
    return uint32At(this.#bytes, this.#take(4));
  }

  boolean(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  /** A view. */
  string(): Bytes {
    const length = this.uint32();
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** A string in UTF-8. */
  text(): string {
    return text(this.string());
  }

  /** A string of names and the like, one character for each byte. */
  word(): string {
    return latin1(this.string());
  }

  /** All that is left. */
  rest(): Bytes {
    return this.#bytes.subarray(this.#at);
  }

  #take(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) throw malformed();
    this.#at = from + count;
    return from;
  }
}

/** The error for a message that does not parse. */
export function malformed(): PangateError {
  return new PangateError('message-unknown', 'A message is malformed.');
}

/** A field of a message to encode: a number is a uint32, bytes and text are strings, `raw` is as it is. */
export type Field = number | boolean | string | Bytes | { readonly raw: Bytes };

/** A message as a frame. */
export function frame(type: number, ...fields: readonly Field[]): Bytes {
  const parts = fields.map(encoded);
  let length = 1;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(FRAME_HEAD + length);
  putInt32(bytes, 0, length);
  bytes[FRAME_HEAD] = type;
  let at = FRAME_HEAD + 1;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function encoded(field: Field): Bytes {
  if (typeof field === 'boolean') return Uint8Array.of(field ? 1 : 0);
  if (typeof field === 'number') return uint32(field);
  if (typeof field === 'string') return string(utf8(field));
  return field instanceof Uint8Array ? string(field) : field.raw;
}

function uint32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  putInt32(bytes, 0, value | 0);
  return bytes;
}

function string(bytes: Bytes): Bytes {
  const whole = new Uint8Array(4 + bytes.length);
  putInt32(whole, 0, bytes.length);
  whole.set(bytes, 4);
  return whole;
}

/** DISCONNECT: reason uint32 | description string | language string. */
export function disconnect(reason: number, description: string): Bytes {
  return frame(Message.DISCONNECT, reason, description, '');
}
