import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { test } from 'tap';
import type { Bytes } from '../../base/bytes.ts';
import { utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { Lane, Log, Outlet } from '../../base/host.ts';
import { limits } from '../../base/limits.ts';
import type { Entry, Recorder } from '../../base/recording.ts';
import { type PipeEnd, runPipe } from '../../engine/pipe.ts';
import { acceptWire, dialWire } from '../../engine/wire.ts';

const log: Log = { info() {}, warn() {}, error() {} };

/** Accepts when it is told to. */
class HandRecorder implements Recorder {
  readonly sid = 'test';
  accepted = -1;
  written = -1;
  taken = 0;
  pendingBytes = 0;
  failure: Error | null = null;
  onProgress: (() => void) | null = null;

  hastened = 0;

  write(_entry: Entry): number {
    return this.taken++;
  }

  hasten(): void {
    this.hastened++;
  }

  accept(): void {
    this.keep();
    this.accepted = this.taken - 1;
    this.onProgress?.();
  }

  keep(): void {
    this.written = this.taken - 1;
    this.onProgress?.();
  }

  fail(): void {
    this.failure = new PangateError('record-failed', 'The disk is full.');
    this.onProgress?.();
  }

  async close(): Promise<void> {}
}

/** Settles whole lines, passes them on, and records each if `recorded`. */
class LineLane implements Lane {
  readonly #recorded: boolean;
  #outlet!: Outlet;

  constructor(recorded: boolean) {
    this.#recorded = recorded;
  }

  start(outlet: Outlet): void {
    this.#outlet = outlet;
  }

  client(bytes: Bytes): number {
    const settled = bytes.lastIndexOf(0x0a) + 1;
    if (settled > 0 && this.#recorded) this.#outlet.record({ type: 'line', data: {} });
    this.#outlet.toServer(bytes.subarray(0, settled));
    return settled;
  }

  server(bytes: Bytes): number {
    const settled = bytes.lastIndexOf(0x0a) + 1;
    if (settled > 0 && this.#recorded) this.#outlet.record({ type: 'line', data: {} });
    this.#outlet.toClient(bytes.subarray(0, settled));
    return settled;
  }

  ended(): void {}

  failed(error: Error): Bytes {
    return utf8(`failed: ${(error as PangateError).code}\n`);
  }
}

interface Stage {
  readonly client: Socket;
  readonly server: Socket;
  readonly recorder: HandRecorder;
  readonly end: Promise<PipeEnd>;
  close(): Promise<void>;
}

async function listening(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, onSocket).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as { port: number }).port };
}

/** A client and a server on real sockets, with a pipe between them. */
async function stage(lane: Lane, strict: boolean): Promise<Stage> {
  const recorder = new HandRecorder();
  let upstream: (socket: Socket) => void;
  const reached = new Promise<Socket>((resolve) => {
    upstream = resolve;
  });
  const back = await listening((socket) => upstream(socket));
  let finish: (end: PipeEnd) => void;
  const end = new Promise<PipeEnd>((resolve) => {
    finish = resolve;
  });
  const front = await listening(async (socket) => {
    const server = await dialWire({ host: '127.0.0.1', port: back.port, timeoutMs: 1000, plain: true });
    finish(await runPipe({ client: acceptWire(socket), server, lane, recorder, strict, log }));
  });
  const client = connect(front.port, '127.0.0.1');
  const server = await reached;
  const close = async (): Promise<void> => {
    client.destroy();
    server.destroy();
    back.server.close();
    front.server.close();
    await end;
  };
  return { client, server, recorder, end, close };
}

async function received(socket: Socket, bytes: number): Promise<string> {
  let text = '';
  while (text.length < bytes) {
    const chunk = socket.read() as Buffer | null;
    if (chunk) text += chunk.toString('latin1');
    else await once(socket, 'readable');
  }
  return text;
}

test('in strict mode no byte reaches the client before its record is accepted', async (t) => {
  const { client, server, recorder, close } = await stage(new LineLane(true), true);
  server.write('row\n');
  while (recorder.taken === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(client.bytesRead, 0);
  recorder.accept();
  t.equal(await received(client, 4), 'row\n');
  await close();
});

test('in strict mode no byte reaches the server before its record outlives the process', async (t) => {
  const { client, server, recorder, close } = await stage(new LineLane(true), true);
  client.write('ask\n');
  while (recorder.taken === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(server.bytesRead, 0);
  recorder.keep();
  t.equal(await received(server, 4), 'ask\n');
  t.equal(recorder.accepted, -1);
  await close();
});

test('a recorder that fails ends the session in the protocol’s own words, and nothing else is sent', async (t) => {
  const { client, server, recorder, end, close } = await stage(new LineLane(true), true);
  server.write('row\n');
  while (recorder.taken === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  recorder.fail();
  t.equal(await received(client, 22), 'failed: record-failed\n');
  t.equal((await end).error?.message, 'The disk is full.');
  await once(client.resume(), 'end');
  await close();
});

test('a million lines come through unchanged, however the sockets cut them', async (t) => {
  const { client, server, recorder, close } = await stage(new LineLane(false), true);
  recorder.accept();
  const line = (i: number): string => `${i} ${'x'.repeat(i % 97)}\n`;
  let expected = 0;
  let sum = 0;
  const reading = (async () => {
    let rest = '';
    for await (const chunk of client) {
      const lines = (rest + (chunk as Buffer).toString('latin1')).split('\n');
      rest = lines.pop()!;
      for (const got of lines) if (`${got}\n` === line(expected)) expected++;
      if (expected >= 300_000) break;
    }
  })();
  for (let i = 0; i < 300_000; i += 1000) {
    const text = Array.from({ length: 1000 }, (_, k) => line(i + k)).join('');
    sum += text.length;
    if (!server.write(text)) await once(server, 'drain');
  }
  await reading;
  t.equal(expected, 300_000);
  t.ok(sum > 10_000_000);
  await close();
});

test('a client that does not read stops the server from being read', async (t) => {
  const { client, server, recorder, close } = await stage(new LineLane(false), true);
  recorder.accept();
  client.pause();
  const line = Buffer.alloc(65_536, 0x61);
  line[65_535] = 0x0a;
  const total = 64 * 1024 * 1024;
  for (let sent = 0; sent < total; sent += line.length) server.write(line);
  await new Promise((resolve) => setTimeout(resolve, 300));
  // What left the server lies in the gateway and in socket buffers: a small part of the whole.
  t.ok(server.writableLength > total / 2, `${server.writableLength} of ${total} bytes wait at the server`);
  t.ok(server.bytesWritten - server.writableLength < limits.pendingBytesMax + 24 * 1024 * 1024);
  let read = 0;
  client.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  client.resume();
  while (read < total) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(read, total);
  await close();
});

test('the end of one side lets what is on its way leave, then ends the other', async (t) => {
  const { client, server, recorder, end, close } = await stage(new LineLane(true), true);
  server.end('last\n');
  while (recorder.taken === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  recorder.accept();
  t.equal(await received(client, 5), 'last\n');
  await once(client.resume(), 'end');
  t.equal((await end).why, 'server-ended');
  await close();
});

test('a lane that holds more than a message may be long ends the session', async (t) => {
  const { client, server, end, close } = await stage(new LineLane(false), false);
  server.write(Buffer.alloc(limits.heldBytesMax * 2, 0x61));
  t.equal(await received(client, 23), 'failed: limit-exceeded\n');
  t.equal((await end).why, 'limit-exceeded');
  await close();
});
