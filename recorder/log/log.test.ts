/** The log keeps what it is given, and does not go on from what it has not signed. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { utf8 } from '../../base/bytes.ts';
import { folderFor } from '../../test/recorder/sample.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { newKey } from './ed25519.ts';
import { decodeEntry } from './entry.ts';
import { Log } from './log.ts';
import { formatVkey, isNoteSignedBy, type NamedKey, parseNote, parseVkey, verifierOf } from './note.ts';
import { TileReader, tilePath } from './tiles.ts';
import { inclusionProof, leafHash, rootOfInclusion } from './tree.ts';

const key: NamedKey = { name: 'example.com/log', key: newKey() };

function open(folder: string): Log {
  return new Log({ folder, key, durability: 'process' });
}

async function fill(log: Log, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => log.append({ type: 'view', who: `user ${i}` })));
}

/** The checkpoint on disk, verified. */
function head(t: Test, folder: string): { size: number; root: Uint8Array } {
  const note = parseNote(readFileSync(join(folder, 'checkpoint')))!;
  t.ok(isNoteSignedBy(note, verifierOf(key)));
  return parseCheckpoint(note.text)!;
}

test('entries get consecutive numbers and are under the signed root', async (t) => {
  const folder = folderFor(t);
  const log = open(folder);
  const numbers = await Promise.all([1, 2, 3].map((who) => log.append({ type: 'view', who })));
  t.strictSame(numbers, [0, 1, 2]);
  const { size, root } = head(t, folder);
  const reader = new TileReader(folder, size);
  for (const [index, bytes] of reader.bundle(0).entries()) {
    t.match(decodeEntry(bytes), { type: 'view', who: index + 1 });
    const proof = inclusionProof(reader.subtree, index, size);
    t.strictSame(rootOfInclusion(leafHash(bytes), { index, size }, proof), root);
  }
  await log.close();
});

test('a log that is closed and opened at any size goes on, and every entry stays provable', async (t) => {
  const folder = folderFor(t);
  for (const count of [1, 254, 1, 1, 255, 700]) {
    const log = open(folder);
    await fill(log, count);
    await log.close();
  }
  const { size, root } = head(t, folder);
  t.equal(size, 1212);
  const reader = new TileReader(folder, size);
  for (let index = 0; index < size; index++) {
    const entry = reader.bundle(Math.floor(index / 256))[index % 256]!;
    const proof = inclusionProof(reader.subtree, index, size);
    const found = rootOfInclusion(leafHash(entry), { index, size }, proof)!;
    if (Buffer.compare(found, root) !== 0) t.fail(`entry ${index}`);
  }
  t.strictSame(readdirSync(join(folder, 'tile/entries')).sort(), ['000', '001', '002', '003', '004.p']);
});

test('a log whose last entries were changed is not taken up', async (t) => {
  const folder = folderFor(t);
  const log = open(folder);
  await fill(log, 300);
  await log.close();
  const path = join(folder, tilePath('entries', 1, 44));
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
  t.throws(() => open(folder), { code: 'archive-damaged' });
});

test('a log with a checkpoint of another key is not taken up', async (t) => {
  const folder = folderFor(t);
  const log = open(folder);
  await fill(log, 3);
  await log.close();
  const other = { name: key.name, key: newKey() };
  t.throws(() => new Log({ folder, key: other, durability: 'process' }), { code: 'archive-damaged' });
});

test('entries behind the last checkpoint are written over', async (t) => {
  const folder = folderFor(t);
  const log = open(folder);
  await fill(log, 3);
  const checkpoint = readFileSync(join(folder, 'checkpoint'));
  await fill(log, 300);
  await log.close();
  writeFileSync(join(folder, 'checkpoint'), checkpoint);
  const again = open(folder);
  t.equal(again.size, 3);
  await fill(again, 600);
  t.equal(head(t, folder).size, 603);
  await again.close();
});

test('an entry that is too long is refused alone', async (t) => {
  const log = open(folderFor(t));
  const results = await Promise.allSettled([
    log.append({ type: 'view' }),
    log.append({ type: 'view', who: 'x'.repeat(70_000) }),
    log.append({ type: 'view' }),
  ]);
  t.match(results, [{ value: 0 }, { status: 'rejected', reason: { code: 'limit-exceeded' } }, { value: 1 }]);
  await log.close();
});

test('a thousand entries a second and more', async (t) => {
  const log = open(folderFor(t));
  const startMs = performance.now();
  await fill(log, 5000);
  const perSecond = 5000 / ((performance.now() - startMs) / 1000);
  t.ok(perSecond > 1000, `${Math.round(perSecond)} entries/s`);
  await log.close();
});

test('tile paths are those of the specification', async (t) => {
  t.equal(tilePath(0, 1234067, 256), 'tile/0/x001/x234/067');
  t.equal(tilePath('entries', 273, 112), 'tile/entries/273.p/112');
});

test("the specification's own note verifies, and not with a changed text", async (t) => {
  const text = 'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n';
  const line =
    '— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';
  const note = parseNote(utf8(`${text}\n${line}`))!;
  t.equal(note.text, text);
  t.equal(note.signatures[0]!.name, 'quasimodo.example/salvatore');
  t.equal(note.signatures[0]!.signature.length, 64);
});

test('vkeys are read back, and not with another id, type or length', async (t) => {
  const vkey = formatVkey(verifierOf(key));
  t.strictSame(Buffer.from(parseVkey(vkey)!.publicKey), Buffer.from(key.key.publicKey));
  t.equal(parseVkey(vkey.replace('example', 'exemple')), null);
  t.equal(parseVkey(`${vkey}A`), null);
  t.equal(parseVkey('name+00000000+AA=='), null);
  t.equal(parseVkey(''), null);
});
