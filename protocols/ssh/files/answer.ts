/** Answers of a server: parsed to the end, and masked where they stand. */
import type { Bytes } from '../../../base/bytes.ts';
import type { Cleaner } from '../../../base/cleaner.ts';
import { Fields, malformed } from '../message.ts';
import { atEnd, attributes, uint64Of } from './attributes.ts';
import { hide } from './hide.ts';
import { type Form, Type } from './messages.ts';
import { HEAD_BYTES, LENGTH_BYTES, PACKET_BYTES_MAX, packet, uint64 } from './packet.ts';
import { mostRead } from './read-job.ts';

/** Names in one answer. */
const NAMES_MAX = 65_536;

/** What an answer says. */
export interface Answer {
  /** The code of STATUS; 0 of all others. */
  readonly status: number;
  /** Names in NAME. */
  readonly names: number;
  /** Values masked. */
  readonly masked: number;
}

/** Masks an answer that is no DATA and no HANDLE, in place. Throws `message-unknown` where it does not parse. */
export function maskAnswer(cleaner: Cleaner, form: Form, bytes: Bytes): Answer {
  let masked = 0;
  const each = (text: Bytes): void => {
    masked += hide(cleaner, text).length;
  };
  const fields = new Fields(bytes, HEAD_BYTES);
  let [status, names] = [0, 0];
  switch (bytes[LENGTH_BYTES]) {
    case Type.STATUS:
      status = statusOf(fields, each);
      break;
    case Type.NAME:
      names = namesOf(fields, each);
      break;
    case Type.ATTRS:
      attributes(fields, each);
      break;
    case Type.EXTENDED_REPLY:
      replyOf(form, fields, each);
      break;
    default:
      throw malformed();
  }
  atEnd(fields);
  return { status, names, masked };
}

/** code uint32 | message string | language string; old servers leave the two strings out. */
function statusOf(fields: Fields, each: (text: Bytes) => void): number {
  const code = fields.uint32();
  if (fields.rest().length > 0) for (let i = 0; i < 2; i++) each(fields.string());
  return code;
}

/** count uint32 | count x (name string | long name string | attributes) */
function namesOf(fields: Fields, each: (text: Bytes) => void): number {
  const count = fields.uint32();
  if (count > NAMES_MAX) throw malformed();
  for (let i = 0; i < count; i++) {
    each(fields.string());
    each(fields.string());
    attributes(fields, each);
  }
  return count;
}

/** Eleven uint64 of a file system; or names of users and of groups, in two strings. */
function replyOf({ word }: Form, fields: Fields, each: (text: Bytes) => void): void {
  if (word !== 'users-groups-by-id') for (let i = 0; i < 11; i++) uint64Of(fields);
  else for (let i = 0; i < 2; i++) each(fields.string());
}

/** The server's limits (packet, read, write, handles: uint64 each, 0: none) with those of the gateway. */
export function limitsAnswer(bytes: Bytes, id: number, reach: number, handlesMax: number): Bytes {
  const fields = new Fields(bytes, HEAD_BYTES);
  const [whole, read, write, handles] = [0, 0, 0, 0].map(() => uint64Of(fields)) as [
    number,
    number,
    number,
    number,
  ];
  atEnd(fields);
  return packet(
    Type.EXTENDED_REPLY,
    id,
    uint64(least(whole, PACKET_BYTES_MAX)),
    uint64(mostRead(reach, read)),
    uint64(least(write, PACKET_BYTES_MAX - 1024)),
    uint64(least(handles, handlesMax)),
  );
}

function least(limit: number, own: number): number {
  return limit === 0 ? own : Math.min(limit, own);
}
