/**
 * How a gateway and its sealer talk: docs/formats/pgr-v1.md, "Sealer". Messages over a Unix
 * socket, each msgpack behind its length as a little-endian uint32: `[id, name, ...arguments]`
 * one way, `[id, true, value]` or `[id, false, code, message]` the other.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import { decodePlain } from '../plain.ts';
import { encodeValue } from '../record.ts';

/** The socket in a log's folder. */
export const SOCKET_FILE = 'sealer.sock';
/** Longest message: the seals of 100 GB in one. */
const MESSAGE_BYTES_MAX = 16_777_216;
/** Longest path that the kernel takes for a socket, with room to spare. */
const PATH_BYTES_MAX = 100;

/** A message with its length in front. */
export function encodeMessage(message: readonly unknown[]): Bytes {
  const body = encodeValue(message);
  const bytes = Buffer.alloc(4 + body.length);
  bytes.writeUInt32LE(body.length);
  bytes.set(body, 4);
  return bytes;
}

/** Takes chunks, gives whole messages. */
export class MessageReader {
  #pending: Buffer = Buffer.alloc(0);

  /** Throws for what is no message. */
  push(chunk: Bytes, take: (message: readonly unknown[]) => void): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 4) {
      const length = this.#pending.readUInt32LE();
      if (length > MESSAGE_BYTES_MAX) throw new Error('a message is too long');
      if (this.#pending.length < 4 + length) return;
      const message = decodePlain(this.#pending.subarray(4, 4 + length));
      this.#pending = this.#pending.subarray(4 + length);
      if (!Array.isArray(message)) throw new Error('not a message');
      take(message);
    }
  }
}

/**
 * Calls with a path for the socket of a log's folder that is short enough for the kernel: a long
 * one is named through the folder's descriptor.
 */
export function withSocketPath<T>(folder: string, call: (path: string) => T): { value: T; done: () => void } {
  const path = join(folder, SOCKET_FILE);
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return { value: call(path), done: () => undefined };
  const descriptor = openSync(folder, constants.O_RDONLY);
  return {
    value: call(`/proc/self/fd/${descriptor}/${SOCKET_FILE}`),
    done: () => closeSync(descriptor),
  };
}
