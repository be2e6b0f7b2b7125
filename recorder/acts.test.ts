/** Redactions, holds, purges and copies in a signed archive, beside its log. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { systemClock } from '../base/clock.ts';
import { folderFor } from '../test/recorder/sample.ts';
import { entriesIn } from '../test/recorder/sealed.ts';
import { type SignedArchive, signedArchive } from '../test/recorder/signed-archive.ts';
import { ArchiveVerifier, defaultRetention, newIdentity, openAuditLog } from './index.ts';
import { newKey } from './log/ed25519.ts';
import { verifierOf } from './log/note.ts';
import { purgeRecording } from './purge.ts';
import { applyRedaction } from './redact-apply.ts';
import { approveRedaction, proposeRedaction } from './redact-propose.ts';
import { FolderStore } from './store/folder-store.ts';

const DAY_US = 86_400_000_000;
const people = ['alice', 'bob'].map((name) => ({ name, key: newKey() }));
const approvers = people.map((person) => verifierOf(person));

/** Two sessions of more than a year ago, with copies in a store. */
function made(t: Test, isEncrypted: boolean): Promise<SignedArchive> {
  const recipients = [newIdentity().publicText, newIdentity().publicText];
  return signedArchive(t, {
    sessions: 2,
    clock: { ...systemClock, wallUs: () => systemClock.wallUs() - 401 * DAY_US },
    encryption: isEncrypted ? { recipients } : null,
    store: new FolderStore(folderFor(t)),
  });
}

async function statusesOf({ directory, log, paths }: SignedArchive): Promise<string[]> {
  const verifier = new ArchiveVerifier({ log });
  const statuses: string[] = [];
  async function* files(): AsyncGenerator<string> {
    yield* paths;
  }
  for await (const { status } of verifier.all(directory, files(), { approvers })) statuses.push(status);
  return statuses;
}

test('what two approve is redacted beside the log, and what the log does not know is not', async (t) => {
  const archive = await made(t, false);
  const [path] = archive.paths;
  const wish = { records: [3], reason: 'a card number', wallUs: 1, identities: [] };
  const signed = people.reduce(approveRedaction, await proposeRedaction(path!, wish));
  await applyRedaction(path!, signed, approvers, null);
  t.strictSame(await statusesOf(archive), ['TAMPERED', 'VALID'], 'the log does not say so');
  const log = await openAuditLog(archive.directory);
  await applyRedaction(path!, signed, approvers, log);
  await log!.close();
  t.strictSame(await statusesOf(archive), ['VALID-REDACTED', 'VALID']);
});

test('a purged recording is PURGED beside the log; one that was only deleted is MISSING', async (t) => {
  const archive = await made(t, true);
  const [path, other] = archive.paths;
  const log = await openAuditLog(archive.directory);
  const options = {
    retention: defaultRetention,
    nowUs: systemClock.wallUs(),
    by: 'carol',
    reason: 'time',
    log,
  };
  t.ok((await purgeRecording(path!, options)).isShredded);
  await log!.close();
  rmSync(other!);
  t.strictSame(await statusesOf(archive), ['PURGED', 'MISSING']);
});

test('copies are in the log', async (t) => {
  const { directory, paths } = await made(t, true);
  const backups = entriesIn(join(directory, 'log')).filter(({ type }) => type === 'backup');
  t.equal(backups.length, paths.length);
});
