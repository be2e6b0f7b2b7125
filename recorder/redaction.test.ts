/** Records that are removed afterwards: docs/formats/pgr-v1.md, "Redaction". */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { AuditEntry, AuditLog } from '../base/recording.ts';
import { archiveFor, folderFor, opening, writeStatement } from '../test/recorder/sample.ts';
import { type Identity, newIdentity, openRecording, readIdentities, verifyRecording } from './index.ts';
import { newKey } from './log/ed25519.ts';
import { type NamedKey, verifierOf } from './log/note.ts';
import { applyRedaction } from './redact-apply.ts';
import { approveRedaction, type Proposal, proposeRedaction } from './redact-propose.ts';
import { numbersOf, rangesOf } from './redaction.ts';

const PAN = '4111111111111111';
const people = ['alice', 'bob', 'mallory'].map(
  (name): NamedKey => ({ name: `approver/${name}`, key: newKey() }),
);
const [alice, bob, mallory] = people as [NamedKey, NamedKey, NamedKey];
const approvers = [alice, bob].map((person) => verifierOf(person));

interface Recorded {
  readonly path: string;
  readonly leak: number;
  readonly identities: readonly Identity[];
}

/** A recording in which the rows of statement 3 hold a card number; `leak`: their record. */
async function recorded(t: Test, isEncrypted = false): Promise<Recorded> {
  const made = [newIdentity(), newIdentity()];
  const keyFile = join(folderFor(t), 'key');
  writeFileSync(keyFile, made[0]!.secretText);
  const encryption = isEncrypted ? { recipients: made.map(({ publicText }) => publicText) } : null;
  const archive = await archiveFor(t, { segmentBytesMax: 1500, encryption });
  const recorder = archive.open(opening);
  let leak = 0;
  for (let id = 0; id < 12; id++) {
    const last = writeStatement(recorder, id, [id === 3 ? PAN : 'harmless']);
    if (id === 3) leak = last - 1;
  }
  await recorder.close('client left');
  await archive.close();
  return { path: archive.pathOf(recorder.sid), leak, identities: await readIdentities(keyFile) };
}

async function proposal({ path, leak, identities }: Recorded): Promise<Proposal> {
  const wish = { records: [leak], reason: 'a card number in a comment', wallUs: 1, identities };
  return proposeRedaction(path, wish);
}

async function textOf({ path, identities }: Recorded): Promise<string> {
  const recording = await openRecording(path, identities);
  const records: unknown[] = [];
  for await (const record of recording.records()) records.push(record);
  await recording.close();
  return JSON.stringify(records);
}

function logOf(entries: AuditEntry[]): AuditLog {
  return { append: async (entry) => entries.push(entry) - 1, close: async () => undefined };
}

for (const isEncrypted of [false, true])
  test(`two approvers have a record removed from ${isEncrypted ? 'an encrypted' : 'a plain'} recording`, async (t) => {
    const made = await recorded(t, isEncrypted);
    const { path, leak, identities } = made;
    const before = await verifyRecording(path);
    t.match(await textOf(made), PAN);
    const signed = approveRedaction(approveRedaction(await proposal(made), alice), bob);
    const entries: AuditEntry[] = [];
    await applyRedaction(path, signed, approvers, logOf(entries));
    t.notMatch(await textOf(made), PAN);
    t.match(await textOf(made), 'harmless');
    const depth = { identities, approvers };
    t.match(await verifyRecording(path, depth), {
      status: 'VALID-REDACTED',
      decoded: true,
      records: before.records,
      digest: before.digest,
      redactions: [{ records: [leak], approvers: ['approver/alice', 'approver/bob'] }],
    });
    t.equal((await verifyRecording(path, { approvers })).status, 'VALID-REDACTED', 'without the key, too');
    t.equal((await verifyRecording(path, { approvers, depth: 'quick' })).status, 'VALID-REDACTED');
    t.equal((await verifyRecording(path)).status, 'UNVERIFIABLE', 'who may approve is not known');
    t.match(entries, [{ type: 'redact', records: [leak], approvers: ['approver/alice', 'approver/bob'] }]);
  });

test('what is left of a removed record does not say what it was', async (t) => {
  const made = await recorded(t);
  const [part] = (await proposal(made)).parts;
  const data = spawnSync('zstd', ['-dc'], { input: Buffer.from(part!.frame, 'base64') });
  if (data.error === undefined) t.notMatch(data.stdout.toString('latin1'), PAN);
  t.notMatch(part!.frame, PAN);
});

test('one approver, the same one twice, or a stranger do not do', async (t) => {
  const made = await recorded(t);
  const open = await proposal(made);
  const twice = { ...alice, name: 'approver/alice-2' };
  for (const signers of [[], [alice], [alice, alice], [alice, twice], [alice, mallory]]) {
    const signed = signers.reduce(approveRedaction, open);
    const keys = [...approvers, verifierOf(twice)];
    await t.rejects(applyRedaction(made.path, signed, keys, null), { code: 'argument-invalid' });
  }
  t.match(await verifyRecording(made.path), { status: 'VALID' });
});

test('a proposal that was changed after it was signed is not carried out', async (t) => {
  const made = await recorded(t);
  const other = await proposeRedaction(made.path, {
    records: [made.leak + 1],
    reason: 'another',
    wallUs: 1,
    identities: [],
  });
  const signed = approveRedaction(approveRedaction(await proposal(made), alice), bob);
  const swapped = { ...signed, parts: [{ ...signed.parts[0]!, frame: other.parts[0]!.frame }] };
  await t.rejects(applyRedaction(made.path, swapped, approvers, null), { code: 'argument-invalid' });
  t.throws(() => approveRedaction(swapped, alice), { code: 'argument-invalid' });
  const elsewhere = await recorded(t);
  await t.rejects(applyRedaction(elsewhere.path, signed, approvers, null), { code: 'argument-invalid' });
});

test('a log that does not take the entry keeps the recording as it is', async (t) => {
  const made = await recorded(t);
  const signed = approveRedaction(approveRedaction(await proposal(made), alice), bob);
  const append = async (): Promise<number> => {
    throw new Error('no log');
  };
  const log = { append, close: async () => undefined };
  await t.rejects(applyRedaction(made.path, signed, approvers, log), /no log/);
  t.equal((await verifyRecording(made.path)).status, 'VALID');
});

test('a second redaction of a segment adds to the first', async (t) => {
  const made = await recorded(t);
  const apply = async (records: readonly number[]): Promise<void> => {
    const wish = { records, reason: 'more', wallUs: 1, identities: [] };
    const signed = approveRedaction(approveRedaction(await proposeRedaction(made.path, wish), alice), bob);
    await applyRedaction(made.path, signed, approvers, null);
  };
  await apply([made.leak]);
  await apply([made.leak + 1]);
  const { status, redactions } = await verifyRecording(made.path, { approvers });
  t.equal(status, 'VALID-REDACTED');
  t.strictSame(
    redactions.map(({ records }) => records),
    [[made.leak, made.leak + 1]],
  );
});

test('a redacted recording that is changed in one bit is not valid', async (t) => {
  const made = await recorded(t);
  const signed = approveRedaction(approveRedaction(await proposal(made), alice), bob);
  await applyRedaction(made.path, signed, approvers, null);
  const content = readFileSync(made.path);
  const good: number[] = [];
  for (let bit = 0; bit < content.length * 8; bit += 41) {
    content[bit >> 3]! ^= 1 << (bit & 7);
    writeFileSync(made.path, content);
    content[bit >> 3]! ^= 1 << (bit & 7);
    const { status } = await verifyRecording(made.path, { approvers, depth: 'quick' });
    if (status === 'VALID' || status === 'VALID-REDACTED') good.push(bit);
  }
  t.strictSame(good, []);
});

test('the seed and records that are not there cannot be removed', async (t) => {
  const { path } = await recorded(t);
  const wish = { reason: 'x', wallUs: 1, identities: [] };
  for (const records of [[0], [99_999], []])
    await t.rejects(proposeRedaction(path, { ...wish, records }), { code: 'argument-invalid' });
  await t.rejects(proposeRedaction(path, { ...wish, records: [3], reason: 'two\nlines' }), {
    code: 'argument-invalid',
  });
});

test('numbers are written as ranges and read back', async (t) => {
  t.equal(rangesOf([3, 5, 6, 7, 9]), '3,5-7,9');
  t.strictSame(numbersOf('3,5-7,9'), [3, 5, 6, 7, 9]);
  for (const text of ['', 'a', '5-3', '1,', '0-999999999']) t.strictSame(numbersOf(text), [], text);
});
