/** Archives of the real programs, and of hand where those would not make them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { test } from 'tap';
import type { Bytes } from '../../base/bytes.ts';
import { missing } from '../../test/servers/available.ts';
import { temporaryFolder } from '../../test/temporary.ts';
import { fill, type Intake } from '../redact/intake.ts';
import { membersOf } from './members.ts';
import { tarMembers } from './tar.ts';

const LONG = `${'deep/'.repeat(40)}${'n'.repeat(120)}.log`;

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder('archive');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

function shell(folder: string, command: string): void {
  const run = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
}

async function contentOf(intake: Intake): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let isEnd = false; !isEnd; ) {
    const room = new Uint8Array(4096);
    const filled = await fill(intake, room);
    parts.push(room.subarray(0, filled.count));
    isEnd = filled.isEnd;
  }
  return Buffer.concat(parts).toString();
}

/** Path below the folder and content of all that is in a file; an error's code in place of a content. */
async function read(folder: string, name: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for await (const member of membersOf(join(folder, name), () => undefined))
    all[member.path.slice(folder.length + 1)] = await member
      .open()
      .then(contentOf)
      .catch((error) => `${error.code}: ${error.message}`);
  return all;
}

const FILES = { 'a.log': 'one', 'b/c.log': 'two'.repeat(100_000), 'empty.log': '', [LONG]: 'three' };

for (const format of ['ustar', 'pax', 'gnu'])
  test(`every file of a ${format} tar is read, long names too`, { skip: missing('tar') }, async (t) => {
    const files = format === 'ustar' ? { ...FILES, [LONG]: undefined, 'x.log': 'y' } : FILES;
    const kept = Object.fromEntries(Object.entries(files).filter(([, content]) => content !== undefined));
    const folder = folderWith(kept as Record<string, string>);
    shell(folder, `tar --format=${format} -czf all.tar.gz ${Object.keys(kept).join(' ')}`);
    const expected = Object.entries(kept).map(([name, content]) => [`all.tar.gz!/${name}`, content]);
    t.same(await read(folder, 'all.tar.gz'), Object.fromEntries(expected));
  });

test('every file of a zip is read, stored, deflated, or of a stream', { skip: missing('zip') }, async (t) => {
  const folder = folderWith(FILES);
  shell(
    folder,
    'zip -qr all.zip a.log b empty.log deep && zip -q0 stored.zip a.log && zip -q - a.log <a.log >s.zip',
  );
  const expected = Object.entries(FILES).map(([name, content]) => [`all.zip!/${name}`, content]);
  t.same(await read(folder, 'all.zip'), Object.fromEntries(expected));
  t.same(await read(folder, 'stored.zip'), { 'stored.zip!/a.log': 'one' });
  t.same(Object.values(await read(folder, 's.zip')), ['one']);
});

test('archives in archives', { skip: missing('zip', 'tar') }, async (t) => {
  const folder = folderWith({ 'a.log': 'one', 'b.log.gz': gzipSync('two') });
  shell(
    folder,
    'zip -q 1.zip a.log b.log.gz && tar cf 2.tar 1.zip a.log && zip -q 3.zip 2.tar && gzip -k 3.zip',
  );
  t.same(await read(folder, '3.zip.gz'), {
    '3.zip.gz!/2.tar!/1.zip!/a.log': 'one',
    '3.zip.gz!/2.tar!/1.zip!/b.log.gz': 'two',
    '3.zip.gz!/2.tar!/a.log': 'one',
  });
});

test('a member with a password is said so, and the others are read', { skip: missing('zip') }, async (t) => {
  const folder = folderWith({ 'a.log': 'one', 'b.log': 'two' });
  shell(folder, 'zip -q -P secret all.zip a.log && zip -q all.zip b.log');
  t.match(await read(folder, 'all.zip'), { 'all.zip!/a.log': /encrypted/, 'all.zip!/b.log': 'two' });
});

test('a zip that is cut, or changed in a byte, never reads as if it were whole', {
  skip: missing('zip'),
}, async (t) => {
  const folder = folderWith({ 'a.log': 'one one one one one one one one' });
  shell(folder, 'zip -q all.zip a.log');
  const whole = readFileSync(join(folder, 'all.zip'));
  for (let i = 4; i < whole.length; i++) {
    writeFileSync(join(folder, 'cut.zip'), whole.subarray(0, i));
    await t.rejects(read(folder, 'cut.zip'), { code: 'file-unreadable' }, `cut at ${i}`);
  }
  const dataAt = 30 + whole.readUInt16LE(26) + whole.readUInt16LE(28);
  for (let i = dataAt; i < dataAt + whole.readUInt32LE(18); i++) {
    const changed = Buffer.from(whole);
    changed[i]! ^= 0x55;
    writeFileSync(join(folder, 'changed.zip'), changed);
    t.match(Object.values(await read(folder, 'changed.zip')), [/^file-unreadable/], `changed at ${i}`);
  }
});

test('a tar cut anywhere inside a file or header fails', { skip: missing('tar') }, async (t) => {
  const folder = folderWith({ 'a.log': 'one', 'b.log': 'x'.repeat(700) });
  shell(folder, 'tar cf all.tar a.log b.log');
  const whole = readFileSync(join(folder, 'all.tar'));
  for (let cut = 513; cut < 2560; cut += 17) {
    if (cut % 512 === 0) continue;
    writeFileSync(join(folder, 'cut.tar'), whole.subarray(0, cut));
    const said = await read(folder, 'cut.tar').then(Object.values, (error) => [`${error.code}`]);
    t.ok(
      said.some((words) => words.startsWith('file-unreadable')),
      `cut at ${cut}`,
    );
  }
});

test('a tar gives the same however its bytes come', { skip: missing('tar') }, async (t) => {
  const folder = folderWith({ 'a.log': 'one', 'b.log': 'two'.repeat(300) });
  shell(folder, 'tar --format=pax -cf all.tar a.log b.log');
  const whole = readFileSync(join(folder, 'all.tar'));
  for (const step of [1, 7, 511, 512, 513, 100_000]) {
    const all: string[] = [];
    for await (const { name, intake } of tarMembers(inSteps(whole, step)))
      all.push(name, await contentOf(intake));
    t.same(all, ['a.log', 'one', 'b.log', 'two'.repeat(300)], `${step} at a time`);
  }
});

function inSteps(bytes: Bytes, step: number): Intake {
  let at = 0;
  return {
    async read(room) {
      const part = bytes.subarray(at, at + Math.min(step, room.length));
      room.set(part);
      at += part.length;
      return part.length;
    },
  };
}

test('what would fill a disk is stopped, nested or not', async (t) => {
  const once = gzipSync(Buffer.alloc(64_000_000), { level: 9 });
  const folder = folderWith({
    'once.gz': once,
    'twice.gz': gzipSync(Buffer.concat(Array(40).fill(once)), { level: 9 }),
  });
  t.equal((await read(folder, 'once.gz'))['once.gz']?.length, 64_000_000);
  t.match(Object.values(await read(folder, 'twice.gz').catch((error) => ({ error: error.code }))), [
    /^limit-exceeded/,
  ]);
});

test('a zip whose member says less than it holds fails', async (t) => {
  const folder = folderWith({ 'lies.zip': zipOf('a.log', Buffer.from('x'.repeat(5000)), 10) });
  t.match(await read(folder, 'lies.zip'), { 'lies.zip!/a.log': /size/ });
  t.same(readdirSync(folder), ['lies.zip']);
});

/** A zip with one member, whose size is whatever is said. */
function zipOf(name: string, content: Buffer, size: number): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30 + name.length);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  local.write(name, 30);
  const entry = Buffer.alloc(46 + name.length);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.write(name, 46);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length + packed.length, 16);
  return Buffer.concat([local, packed, entry, end]);
}
