/** Retention, holds and purge: docs/recording.md. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Test, test } from 'tap';
import { systemClock } from '../base/clock.ts';
import type { AuditEntry, AuditLog } from '../base/recording.ts';
import { archiveFor, recordingIn } from '../test/recorder/sample.ts';
import { type Hold, hold, holdsOf, unhold } from './hold.ts';
import { newIdentity } from './index.ts';
import { type PurgeOptions, purgeRecording } from './purge.ts';
import { defaultRetention, FOREVER, keepingOf } from './retention.ts';

const DAY_US = 86_400_000_000;

/** A recording of so many days ago. */
async function recorded(t: Test, ageDays: number, retainDays?: number, isEncrypted = false): Promise<string> {
  const wallUs = (): number => systemClock.wallUs() - ageDays * DAY_US;
  const recipients = [newIdentity().publicText, newIdentity().publicText];
  const archive = await archiveFor(t, {
    clock: { ...systemClock, wallUs },
    encryption: isEncrypted ? { recipients } : null,
    retainDaysOf: retainDays === undefined ? null : () => retainDays,
  });
  const path = await recordingIn(archive, 3);
  await archive.close();
  return path;
}

function logOf(entries: AuditEntry[]): AuditLog {
  return { append: async (entry) => entries.push(entry) - 1, close: async () => undefined };
}

function options(entries: AuditEntry[] = []): PurgeOptions {
  const nowUs = systemClock.wallUs();
  return {
    retention: defaultRetention,
    nowUs,
    by: 'carol',
    reason: 'its time has passed',
    log: logOf(entries),
  };
}

const entry: Hold = { name: 'K-17', reason: 'dispute', by: 'carol', wallUs: 1 };

test('a recording is purged when its time has passed, and not a day before', async (t) => {
  const young = await recorded(t, 399);
  await t.rejects(purgeRecording(young, options()), { code: 'retained', message: /399 days old/ });
  t.ok(existsSync(young));
  const entries: AuditEntry[] = [];
  const old = await recorded(t, 400);
  t.match(await purgeRecording(old, options(entries)), { isShredded: false, keeping: { ageDays: 400 } });
  t.notOk(existsSync(old));
  t.match(entries, [{ type: 'purge', by: 'carol', age_days: 400, retain_days: 400, shredded: false }]);
});

test('the key of an encrypted recording goes first, and every file with it', async (t) => {
  const path = await recorded(t, 500, undefined, true);
  writeFileSync(path.replace('.pgr.zst', '.torn'), 'x');
  const { isShredded, removed } = await purgeRecording(path, options());
  t.ok(isShredded);
  t.match(removed, [/\.pgk$/, /\.pgr\.zst$/, /\.torn$/]);
  t.strictSame(readdirSync(dirname(path)), []);
});

test('what a header promises is kept, and rules of today only add to it', async (t) => {
  const promised = await recorded(t, 600, 800);
  await t.rejects(purgeRecording(promised, options()), { code: 'retained', message: /kept for 800/ });
  const forever = await recorded(t, 6000, FOREVER);
  await t.rejects(purgeRecording(forever, options()), { code: 'retained', message: /for ever/ });
});

test('no rule lets go of a recording within a year', async (t) => {
  const header = (days: number): never =>
    ({ wallUs: systemClock.wallUs() - days * DAY_US, map: { retain_days: 1 } }) as never;
  const loose = { retainDays: 1, hotDays: 1, deleteAfterDays: 1 };
  t.notOk(keepingOf(header(364), loose, systemClock.wallUs()).mayGo);
  t.match(keepingOf(header(365), loose, systemClock.wallUs()), { mayGo: true, isDue: true, retainDays: 365 });
});

test('a held recording stays, until its last case has ended', async (t) => {
  const path = await recorded(t, 500);
  const entries: AuditEntry[] = [];
  await hold(path, 'sid', entry, logOf(entries));
  await hold(path, 'sid', { ...entry, name: 'K-18' }, logOf(entries));
  await t.rejects(hold(path, 'sid', entry, null), { code: 'argument-invalid' });
  await t.rejects(purgeRecording(path, options()), { code: 'retained', message: /held/ });
  t.equal((await unhold(path, 'sid', entry, logOf(entries))).length, 1);
  await t.rejects(purgeRecording(path, options()), { code: 'retained' });
  await unhold(path, 'sid', { ...entry, name: 'K-18' }, logOf(entries));
  await t.rejects(unhold(path, 'sid', entry, null), { code: 'argument-invalid' });
  t.strictSame(
    entries.map(({ type }) => type),
    ['hold', 'hold', 'unhold', 'unhold'],
  );
  await purgeRecording(path, options());
});

test('a hold that does not read back counts as one', async (t) => {
  const path = await recorded(t, 500);
  writeFileSync(path.replace('.pgr.zst', '.hold'), '{');
  await t.rejects(holdsOf(path), { code: 'archive-damaged' });
  await t.rejects(purgeRecording(path, options()));
  t.ok(existsSync(path));
});

test('what cannot be logged is not done', async (t) => {
  const path = await recorded(t, 500);
  const append = async (): Promise<number> => {
    throw new Error('no log');
  };
  const log = { append, close: async () => undefined };
  await t.rejects(purgeRecording(path, { ...options(), log }), /no log/);
  await t.rejects(hold(path, 'sid', entry, log), /no log/);
  t.ok(existsSync(path));
  t.strictSame(await holdsOf(path), []);
});
