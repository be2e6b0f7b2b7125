/** Encrypted recordings: docs/formats/pgr-v1.md, "Encryption". */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { verifyBytes } from '../test/recorder/frames.ts';
import { acceptance, archiveFor, folderFor, opening, writeStatement } from '../test/recorder/sample.ts';
import { committedKeys, deriveKeys, openSegment, sealSegment } from './envelope.ts';
import { newX25519, openBase, sealBase } from './hpke.ts';
import {
  type Identity,
  newIdentity,
  openArchive,
  openRecording,
  type Recovery,
  readIdentities,
  recordingPath,
  recoverArchive,
  verifyRecording,
} from './index.ts';

const vectors = JSON.parse(readFileSync('fixtures/vectors/encryption.json', 'utf8')) as Record<
  'hpke' | 'session' | 'segment',
  Record<string, string>
>;
const hex = (text: string | undefined): Buffer => Buffer.from(text!, 'hex');
const MARK = 'a-word-that-no-ciphertext-holds';

interface Pair {
  readonly recipient: string;
  readonly identities: readonly Identity[];
}

async function pair(t: Test): Promise<Pair> {
  const { secretText, publicText } = newIdentity();
  const path = join(folderFor(t), 'key');
  writeFileSync(path, `# a comment\n${secretText}\n`);
  return { recipient: publicText, identities: await readIdentities(path) };
}

interface Recorded {
  readonly directory: string;
  readonly path: string;
  readonly first: Pair;
  readonly second: Pair;
}

async function recorded(t: Test, statements = 12): Promise<Recorded> {
  const [first, second] = [await pair(t), await pair(t)];
  const directory = folderFor(t);
  const recipients = [first.recipient, second.recipient];
  const archive = await archiveFor(t, { directory, segmentBytesMax: 1024, encryption: { recipients } });
  const recorder = archive.open(opening);
  for (let id = 0; id < statements; id++) writeStatement(recorder, id, [MARK]);
  await recorder.close('client left');
  await archive.close();
  return { directory, path: archive.pathOf(recorder.sid), first, second };
}

async function recordsOf(path: string, identities: readonly Identity[]): Promise<number> {
  const recording = await openRecording(path, identities);
  try {
    let count = 0;
    for await (const _ of recording.records()) count++;
    return count;
  } finally {
    await recording.close();
  }
}

function* filesIn(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesIn(path);
    else yield path;
  }
}

/** Files that hold the marked word, a user's, target's or application's name. */
function leaks(directory: string): string[] {
  const words = [MARK, opening.user.id, opening.target.name, opening.client.application, 'select'];
  return [...filesIn(directory)].filter((path) => {
    const content = readFileSync(path, 'latin1');
    return words.some((word) => content.includes(word));
  });
}

test('HPKE opens what another implementation has sealed, and nothing else', async (t) => {
  const { secret, info, enc, ciphertext, plaintext } = vectors.hpke;
  const sealed = { enc: hex(enc), ciphertext: hex(ciphertext) };
  const none = new Uint8Array(0);
  t.strictSame(openBase(hex(secret), Buffer.from(info!), none, sealed), hex(plaintext));
  t.equal(openBase(hex(secret), Buffer.from(`${info}x`), none, sealed), null);
  t.equal(openBase(hex(secret), Buffer.from(info!), Buffer.from('x'), sealed), null);
  t.equal(openBase(newX25519().secret, Buffer.from(info!), none, sealed), null);
  for (let at = 0; at < sealed.ciphertext.length; at++) {
    const changed = Buffer.from(sealed.ciphertext);
    changed[at]! ^= 1;
    t.equal(openBase(hex(secret), Buffer.from(info!), none, { ...sealed, ciphertext: changed }), null);
  }
  t.throws(() => sealBase(Buffer.alloc(32), none, none, none), { code: 'argument-invalid' });
});

test('keys, commitment and frame are those of the vectors', async (t) => {
  const { sid, sessionKey, segmentKey, journalKey, commitment } = vectors.session;
  const keys = deriveKeys(hex(sessionKey), sid!);
  t.strictSame(Buffer.from(keys.segmentKey), hex(segmentKey));
  t.strictSame(Buffer.from(keys.journalKey), hex(journalKey));
  t.strictSame(Buffer.from(keys.commitment), hex(commitment));
  t.equal(committedKeys(hex(segmentKey), sid!, keys.commitment), null, 'another key is not committed to');
  const frame = hex(vectors.segment['frame']);
  t.strictSame(openSegment(keys, frame, 7), hex(vectors.segment['content']));
  t.equal(openSegment(keys, frame, 8), null, 'a segment of another place');
  const closed = sealSegment(keys, hex('01'), 0);
  t.notSame(closed, sealSegment(keys, hex('01'), 0), 'no nonce comes twice');
});

test('an encrypted recording needs two recipients', async (t) => {
  const { recipient } = await pair(t);
  for (const recipients of [[], [recipient], [recipient, recipient], [recipient, 'x25519:short']])
    await t.rejects(
      openArchive({
        directory: folderFor(t),
        mode: 'strict',
        gatewayVersion: '0',
        encryption: { recipients },
      }),
      { code: 'config-invalid' },
    );
});

test('each recipient alone reads it; nobody else does, and everyone verifies it', async (t) => {
  const { directory, path, first, second } = await recorded(t);
  const stranger = await pair(t);
  t.equal(await recordsOf(path, first.identities), await recordsOf(path, second.identities));
  t.equal((await recordsOf(path, [...stranger.identities, ...second.identities])) > 48, true);
  await t.rejects(recordsOf(path, []), { code: 'key-missing' });
  await t.rejects(recordsOf(path, stranger.identities), { code: 'key-missing' });
  t.match(await verifyRecording(path), { status: 'VALID', encrypted: true, decoded: false });
  const identities = first.identities;
  t.match(await verifyRecording(path, { identities }), { status: 'VALID', encrypted: true, decoded: true });
  t.match(await verifyRecording(path, { identities: stranger.identities }), {
    status: 'VALID',
    decoded: false,
  });
  t.strictSame(leaks(directory), []);
  rmSync(path.replace('.pgr.zst', '.pgk'));
  await t.rejects(recordsOf(path, first.identities), { code: 'key-missing' }, 'shredded');
  t.equal((await verifyRecording(path)).status, 'VALID', 'and yet proven');
});

const noZstd = spawnSync('zstd', ['--version']).error !== undefined;

test('stock zstd takes an encrypted recording for one without content', { skip: noZstd }, async (t) => {
  const { path } = await recorded(t);
  const run = spawnSync('zstd', ['-dc', path]);
  t.equal(run.status, 0);
  t.equal(run.stdout.length, 0);
});

test('a flipped bit of an encrypted recording is seen without the key', async (t) => {
  const { path } = await recorded(t, 2);
  const content = readFileSync(path);
  const unseen: number[] = [];
  for (let bit = 0; bit < content.length * 8; bit += 5) {
    const changed = Uint8Array.from(content);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const { status } = await verifyBytes(changed);
    if (status === 'VALID' || status === 'OPEN') unseen.push(bit);
  }
  t.strictSame(unseen, []);
});

interface Crashed {
  readonly directory: string;
  readonly sid: string;
  readonly accepted: number;
  readonly recipients: readonly string[];
  readonly identities: readonly Identity[];
}

/** A copy of a directory while a session is open. */
async function crashed(t: Test): Promise<Crashed> {
  const [first, second] = [await pair(t), await pair(t)];
  const recipients = [first.recipient, second.recipient];
  const live = folderFor(t);
  const archive = await archiveFor(t, { directory: live, segmentBytesMax: 600, encryption: { recipients } });
  const recorder = archive.open(opening);
  for (let id = 0; id < 5; id++) await acceptance(recorder, writeStatement(recorder, id, [MARK]));
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.strictSame(leaks(live), [], 'the journal holds no record either');
  const directory = join(folderFor(t), 'copy');
  cpSync(live, directory, { recursive: true });
  rmSync(join(directory, 'journal', 'lock'));
  const { sid, accepted } = recorder;
  await archive.close();
  t.strictSame(readdirSync(join(live, 'journal')), [], 'the key of the run goes with it');
  return { directory, sid, accepted, recipients, identities: second.identities };
}

async function start({ directory, recipients }: Crashed): Promise<Recovery[]> {
  const recoveries: Recovery[] = [];
  const onRecovery = (recovery: Recovery): unknown => recoveries.push(recovery);
  const encryption = { recipients };
  const options = { directory, encryption, mode: 'strict', gatewayVersion: '0', threads: 1 } as const;
  await (await openArchive({ ...options, onRecovery })).close();
  return recoveries;
}

test('after a crash the next start completes an encrypted recording', async (t) => {
  const crash = await crashed(t);
  const { directory, sid, accepted, identities } = crash;
  t.match(await start(crash), [{ sid, outcome: 'recovered', records: accepted + 1 }]);
  const path = recordingPath(directory, sid);
  t.match(await verifyRecording(path, { identities }), {
    status: 'VALID',
    recovered: true,
    decoded: true,
    records: accepted + 1,
  });
  t.strictSame(leaks(directory), []);
  t.strictSame(readdirSync(join(directory, 'journal')), []);
});

test('without the key of the run a journal waits for a recipient', async (t) => {
  const crash = await crashed(t);
  const { directory, sid, accepted, identities } = crash;
  const journal = join(directory, 'journal');
  for (const name of readdirSync(journal)) if (name.endsWith('.key')) rmSync(join(journal, name));
  t.match(await start(crash), [{ sid, outcome: 'failed' }]);
  t.equal(readdirSync(journal).filter((name) => name.endsWith('.pgj')).length, 1);
  t.match(await recoverArchive(directory, identities, (each) => recordingPath(directory, each)), [
    { sid, outcome: 'recovered' },
  ]);
  t.match(await verifyRecording(recordingPath(directory, sid), { identities }), {
    status: 'VALID',
    records: accepted + 1,
  });
  t.strictSame(readdirSync(journal), []);
});
