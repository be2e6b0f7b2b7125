/** Witnesses sign what grows; a log that was set back does not start again. */
import { appendFileSync, cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { folderFor } from '../../test/recorder/sample.ts';
import { ArchiveVerifier } from '../index.ts';
import { openSealer } from '../sealer/run.ts';
import { checkpointText } from './checkpoint.ts';
import { cosign } from './cosignature.ts';
import { newKey } from './ed25519.ts';
import { formatVkey, type NamedKey, NOTE_TYPE, signNote, verifierOf } from './note.ts';
import { consistencyProof, leafHash, nodeHash, rangeRoot } from './tree.ts';
import { openWitness, Witness } from './witness.ts';

const log: NamedKey = { name: 'example.com/log', key: newKey() };
const leaves = Array.from({ length: 8 }, (_, i) => leafHash(Buffer.from(`${i}`)));
/** The hash of the full subtree number `index` of 2^level leaves. */
function nodeOf(level: number, index: number): Uint8Array {
  if (level === 0) return leaves[index]!;
  return nodeHash(nodeOf(level - 1, index * 2), nodeOf(level - 1, index * 2 + 1));
}

function request(
  old: number,
  size: number,
  signer: NamedKey = log,
  root: Uint8Array = rangeRoot(nodeOf, 0, size),
): string {
  const proof = old > 0 && old < size ? consistencyProof(nodeOf, old, size) : [];
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `old ${old}\n${lines}\n${signNote(checkpointText({ origin: log.name, size, root }), [signer])}`;
}

function witness(t: Test): Witness {
  const key = { name: 'example.com/witness', key: newKey() };
  return new Witness({ key, logs: [verifierOf(log)], folder: folderFor(t) });
}

test('a witness answers as the specification says', async (t) => {
  const one = witness(t);
  t.equal(one.addCheckpoint('nonsense').status, 400);
  t.equal(one.addCheckpoint(request(0, 3, { name: log.name, key: newKey() })).status, 403);
  t.equal(one.addCheckpoint(request(0, 3).replaceAll('example.com', 'example.org')).status, 404);
  t.match(one.addCheckpoint(request(0, 3)), { status: 200, body: /^— example.com\/witness / });
  t.match(one.addCheckpoint(request(0, 3)), { status: 409, type: 'text/x.tlog.size', body: '3\n' });
  t.equal(one.addCheckpoint(request(3, 3)).status, 200);
  t.equal(one.addCheckpoint(request(3, 3, log, leaves[0]!)).status, 409);
  t.equal(one.addCheckpoint(request(3, 7, log, leaves[0]!)).status, 422);
  t.equal(one.addCheckpoint(request(3, 7)).status, 200);
  t.equal(one.addCheckpoint(request(7, 3)).status, 400);
  t.equal(one.addCheckpoint(request(3, 8)).status, 409);
});

/** Waits for the witness to have signed all there is. */
async function cosigned(folder: string): Promise<void> {
  const size = (name: string): string | undefined => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n')[1] : undefined;
  };
  for (let i = 0; i < 200 && size('cosigned') !== size('checkpoint'); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

test('a log is cosigned, verified with its quorum, and not taken up again once it was set back', async (t) => {
  const folder = join(folderFor(t), 'log');
  const first = await openSealer({ folder, durability: 'process' });
  await first.close();
  const vkey = /^log (.*)$/m.exec(readFileSync(join(folder, 'vkeys'), 'utf8'))![1]!;
  const { server, vkey: key } = openWitness(folderFor(t), [vkey]);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const witnesses = [{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key }];
  const second = await openSealer({ folder, durability: 'process', witnesses });
  for (let i = 0; i < 5; i++) await second.sealer.append({ type: 'view', who: i });
  await cosigned(folder);
  const { view } = new ArchiveVerifier({ log: folder });
  t.strictSame(view.problems, []);
  t.equal(view.witnesses.length, 1);
  cpSync(folder, `${folder}.snapshot`, { recursive: true });
  for (let i = 0; i < 5; i++) await second.sealer.append({ type: 'view', who: i });
  await cosigned(folder);
  await second.close();
  const third = await openSealer({ folder, durability: 'process', witnesses });
  await third.close();
  rmSync(folder, { recursive: true });
  renameSync(`${folder}.snapshot`, folder);
  rmSync(join(folder, 'sealer/lock'), { force: true });
  await t.rejects(openSealer({ folder, durability: 'process', witnesses }), {
    code: 'seal-refused',
    message: /set back|continue/,
  });
  const elsewhere = [{ url: 'http://127.0.0.1:9', key }];
  await t.rejects(openSealer({ folder, durability: 'process', witnesses: elsewhere }), {
    code: 'seal-refused',
  });
});

test('a cosignature of the future, of a stranger, or of a longer log is a problem, and an older one is none', async (t) => {
  const folder = join(folderFor(t), 'log');
  const { sealer, close } = await openSealer({ folder, durability: 'process' });
  const early = readFileSync(join(folder, 'checkpoint'), 'utf8');
  await sealer.append({ type: 'view' });
  await close();
  const late = readFileSync(join(folder, 'checkpoint'), 'utf8');
  const known = { name: 'example.com/witness', key: newKey() };
  const line = formatVkey(verifierOf(known, NOTE_TYPE.cosignature));
  appendFileSync(join(folder, 'vkeys'), `witness ${line}\n`);
  const now = Math.floor(Date.now() / 1000);
  const problems = (signed: string, signer: NamedKey, seconds: number): readonly string[] => {
    const text = signed.slice(0, signed.indexOf('\n\n') + 1);
    writeFileSync(join(folder, 'cosigned'), signed + cosign(signer, text, seconds));
    return new ArchiveVerifier({ log: folder }).view.problems;
  };
  t.strictSame(problems(late, known, now), []);
  t.strictSame(problems(early, known, now), [], 'witnesses may be behind');
  t.match(problems(late, known, now + 3600)[0], /future/);
  t.match(problems(late, { ...known, key: newKey() }, now)[0], /0 of 1 witnesses/);
  t.match(problems(late, { name: 'example.com/other', key: known.key }, now)[0], /0 of 1 witnesses/);
  writeFileSync(join(folder, 'checkpoint'), early);
  t.match(problems(late, known, now)[0], /signed more than there is/, 'a stale checkpoint');
});

test('without the signatures of its witnesses a log does not hold', async (t) => {
  const folder = join(folderFor(t), 'log');
  const sealer = await openSealer({ folder, durability: 'process' });
  await sealer.close();
  const stranger = { name: 'example.com/witness', key: newKey() };
  appendFileSync(
    join(folder, 'vkeys'),
    `witness ${formatVkey(verifierOf(stranger, NOTE_TYPE.cosignature))}\n`,
  );
  t.match(new ArchiveVerifier({ log: folder }).view.problems, [/no witness/]);
});
