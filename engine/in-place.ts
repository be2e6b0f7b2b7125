/**
 * Accepted sockets that read into a buffer of ours. net offers `onread` for sockets that connect
 * and has no such option for those that a server accepts, which then get a fresh buffer of
 * 64 KiB for every read. So the accepted socket's handle goes into a second socket, made with
 * `onread`, in the way in which node:cluster makes sockets of handles: `handle`, `_handle` and
 * `_server` are the names of Node.js 20 to 24. Where they are missing, sockets deliver chunks.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Bytes } from '../base/bytes.ts';

/** net's `onread`: where to read next, and what to do with so many bytes there; false stops reading. */
export interface InPlace {
  readonly buffer: () => Bytes;
  readonly callback: (read: number, buffer: Bytes) => boolean;
}

/** What a socket keeps under names of its own. */
interface Inside {
  _handle?: { readonly useUserBuffer?: unknown } | null;
  _server?: unknown;
}

/** A socket in the place of one that was accepted just now; null if that has to be used as it is. */
export function readInPlace(accepted: Socket, onread: InPlace): Socket | null {
  const inside = accepted as unknown as Inside;
  const handle = inside._handle;
  if (typeof handle?.useUserBuffer !== 'function' || accepted.readableLength > 0) return null;
  const { allowHalfOpen } = accepted;
  // The server counts its connections by their sockets' ends.
  const server = inside._server;
  inside._handle = null;
  inside._server = null;
  const options = { handle, onread, allowHalfOpen, manualStart: true } as unknown as SocketConstructorOpts;
  const socket = new Socket(options);
  (socket as unknown as Inside)._server = server;
  return socket;
}
