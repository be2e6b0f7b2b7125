import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'tap';
import type { Bytes } from '../base/bytes.ts';
import { readInPlace } from './in-place.ts';

const BYTES = 300_000;

test('an accepted socket reads into the given buffer, can stop, and ends where its server sees it', async (t) => {
  const room = Buffer.alloc(4096);
  let got = 0;
  let stops = 0;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (accepted) => {
    const socket = readInPlace(accepted, {
      buffer: () => room,
      callback: (read: number, buffer: Bytes): boolean => {
        if (buffer !== room) t.fail('another buffer');
        got += read;
        const goesOn = got % 7 !== 0;
        if (!goesOn) stops++;
        if (!goesOn) setImmediate(() => socket.resume());
        return goesOn;
      },
    }) as Socket;
    t.ok(socket, 'this Node.js has what it takes');
    socket.on('end', () => socket.end(String(got))).resume();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.end(Buffer.alloc(BYTES, 1));
  let said = '';
  for await (const chunk of client) said += String(chunk);
  t.equal(said, String(BYTES));
  t.comment(`stopped ${stops} times`);
  server.close();
  await once(server, 'close');
});

test('a socket that has been read already is left as it is', async (t) => {
  const socket = { readableLength: 1, allowHalfOpen: true, _handle: { useUserBuffer: () => undefined } };
  t.equal(
    readInPlace(socket as unknown as Socket, { buffer: () => new Uint8Array(1), callback: () => true }),
    null,
  );
  t.ok(socket._handle);
});

test('a Node.js without these names has its sockets left as they are', async (t) => {
  const socket = { readableLength: 0, allowHalfOpen: true };
  t.equal(
    readInPlace(socket as unknown as Socket, { buffer: () => new Uint8Array(1), callback: () => true }),
    null,
  );
});
