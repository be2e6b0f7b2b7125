/** The sealer behind its socket: who may reach the socket may have sessions signed, and no more. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { AuditEntry } from '../../base/recording.ts';
import type { AcknowledgedHead } from '../notary.ts';
import type { Sealer } from './sealer.ts';
import { encodeMessage, MessageReader, withSocketPath } from './wire.ts';

/** Owner and group: a gateway of another user shares the group. */
const SOCKET_MODE = 0o660;

/** Listens in a log's folder, whose lock the caller holds; resolves with what ends it. */
export async function serveSealer(sealer: Sealer, folder: string): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(sealer, socket);
  });
  await listen(server, folder);
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
}

async function listen(server: Server, folder: string): Promise<void> {
  const { value, done } = withSocketPath(folder, (path) => {
    rmSync(path, { force: true });
    return new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        chmodSync(path, SOCKET_MODE);
        resolve();
      });
    });
  });
  try {
    await value;
  } finally {
    done();
  }
}

function serve(sealer: Sealer, socket: Socket): void {
  const reader = new MessageReader();
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      reader.push(chunk, (message) => void answer(sealer, message, socket));
    } catch {
      socket.destroy();
    }
  });
}

async function answer(sealer: Sealer, message: readonly unknown[], socket: Socket): Promise<void> {
  const [id, name, ...words] = message;
  try {
    socket.write(encodeMessage([id, true, await call(sealer, name, words)]));
  } catch (error) {
    const { message: text } = error as Error;
    const code = error instanceof PangateError ? error.code : 'record-failed';
    socket.write(encodeMessage([id, false, code, text]));
  }
}

/** What each name calls; arguments of the wrong kind are refused by what is called, or here. */
function call(sealer: Sealer, name: unknown, words: readonly unknown[]): Promise<unknown> {
  const [first, second, third] = words;
  if (name === 'sign' && typeof first === 'string' && ArrayBuffer.isView(second))
    return sealer.sign(first, [second as Bytes], third === true);
  if (name === 'last' && typeof first === 'string') return sealer.last(first);
  if (name === 'acknowledge' && isHeads(first)) return sealer.acknowledge(first);
  if (name === 'append' && isEntry(first)) return sealer.append(first);
  throw new PangateError('argument-invalid', 'the sealer does not know this request');
}

function isHeads(value: unknown): value is AcknowledgedHead[] {
  return (
    Array.isArray(value) &&
    value.every((head) => Array.isArray(head) && typeof head[0] === 'string' && Number.isSafeInteger(head[1]))
  );
}

function isEntry(value: unknown): value is AuditEntry {
  return typeof value === 'object' && value !== null && typeof (value as AuditEntry).type === 'string';
}
