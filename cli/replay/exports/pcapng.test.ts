/** A session as packets: what tools for packets read. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { utf8 } from '../../../base/bytes.ts';
import { sampleArchive } from '../../../test/replay/archive.ts';
import { HTTP_SID, TERMINAL_SID } from '../../../test/replay/sessions.ts';
import { temporaryFolder } from '../../../test/temporary.ts';
import { Packets } from './packets.ts';

const sample = await sampleArchive();
const folder = temporaryFolder('packets');
const SQL_SID = '01M84000000000000000000SQ1';

interface Captured {
  readonly client: string;
  readonly server: string;
  readonly comments: readonly string[];
  readonly times: readonly number[];
}

/** Reads a file as a tool does: blocks, packets in sequence, comments. */
function captured(bytes: Buffer): Captured {
  const streams: [Buffer[], Buffer[]] = [[], []];
  const next = [0, 0];
  const comments: string[] = [];
  const times: number[] = [];
  let client = -1;
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    const [type, length] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    if (length % 4 !== 0 || bytes.readUInt32LE(at + length - 4) !== length) throw new Error(`block at ${at}`);
    if (type === 0x0a0d0d0a) comments.push(...commentsIn(bytes.subarray(at + 24, at + length - 4)));
    if (type !== 6) continue;
    times.push(bytes.readUInt32LE(at + 12) * 2 ** 32 + bytes.readUInt32LE(at + 16));
    const size = bytes.readUInt32LE(at + 20);
    const ip = bytes.subarray(at + 28, at + 28 + size);
    comments.push(...commentsIn(bytes.subarray(at + 28 + size + (-size & 3), at + length - 4)));
    const tcp = ip.subarray(ip[0]! >> 4 === 6 ? 40 : 20);
    if (client < 0) client = tcp.readUInt16BE(0);
    const side = tcp.readUInt16BE(0) === client ? 0 : 1;
    const payload = tcp.subarray((tcp[12]! >> 4) * 4);
    if (tcp.readUInt32BE(4) !== next[side]) throw new Error('a packet is out of sequence');
    next[side]! += payload.length + ((tcp[13]! & 3) > 0 ? 1 : 0);
    streams[side]!.push(payload);
  }
  const [asked, answered] = streams.map((parts) => Buffer.concat(parts).toString());
  return { client: asked!, server: answered!, comments, times };
}

function commentsIn(options: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at + 4 <= options.length; ) {
    const [code, length] = [options.readUInt16LE(at), options.readUInt16LE(at + 2)];
    if (code === 1) found.push(options.subarray(at + 4, at + 4 + length).toString());
    at += 4 + length + (-length & 3);
  }
  return found;
}

function exported(sid: string): [string, Captured] {
  const path = join(folder, `${sid}.pcapng`);
  const ran = sample.replay('export', sid, '--format', 'pcapng', '--output', path);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return [path, captured(readFileSync(path))];
}

test('statements go, results come, and the rest stands in comments', async (t) => {
  const [, { client, server, comments, times }] = exported(SQL_SID);
  t.match(client, /^select id, name, pan,\n +balance\n +from cards where id < 4$/m);
  t.match(server, /^id\tname\tpan\tbalance\n1\t.*\t411111\*{6}1111\t/m);
  t.match(server, /^42P01\t.*does not exist/m);
  t.match(comments[0], /^made by pangate \S+ from the recording 01M84000000000000000000SQ1; VALID/);
  t.ok(comments.some((text) => /^record \d+ {2}s\.open {2}psql from/.test(text)));
  t.ok(times.every((time, i) => i === 0 || time >= times[i - 1]!));
  t.equal(times[0]! - (times[0]! % 1e9), 1_795_435_000_000_000);
});

test('terminals keep their bytes, requests are HTTP', async (t) => {
  const [, terminal] = exported(TERMINAL_SID);
  t.match(terminal.server, 'Welcome to shop-1.\r\n');
  t.match(terminal.server, '\x1b]', 'as it was sent');
  t.match(terminal.client, 'vi orders.csv');
  const [, http] = exported(HTTP_SID);
  t.match(http.client, /^GET https:\/\/shop-1\/api\/orders\/1\?view=full HTTP\/\S+\r\n/);
  t.match(http.server, /^HTTP\/1\.1 200 \r\n/);
});

test('stock tcpdump takes it, checksums and all', async (t) => {
  for (const sid of [SQL_SID, TERMINAL_SID]) {
    const ran = spawnSync('tcpdump', ['-Z', 'root', '-vv', '-n', '-r', exported(sid)[0]], {
      encoding: 'utf8',
    });
    if (ran.error !== undefined) return t.comment('tcpdump is not installed');
    t.equal(ran.status, 0, ran.stderr);
    t.notMatch(ran.stdout, 'incorrect');
  }
});

test('long output is several packets; IPv6 and names are addresses', async (t) => {
  const long = 'x'.repeat(100_000);
  for (const [client, server] of [
    ['::1', '10.0.0.1'],
    ['2001:db8::7:1', 'db.internal'],
    ['::ffff:10.1.2.3', '::'],
  ] as const) {
    const packets = new Packets({ address: client, port: 1 }, { address: server, port: 5432 });
    const blocks = [packets.head('p', 'c'), packets.open(5, 'made'), packets.data(false, 6, utf8(long), 'r')];
    const read = captured(Buffer.concat([...blocks, packets.close(2 ** 40)]));
    t.equal(read.server, long);
    t.equal(read.times.at(-1), 2 ** 40);
    t.strictSame(read.comments, ['c', 'made', 'r']);
  }
});
