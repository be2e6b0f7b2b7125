/** Recordings come back from the store, and only what holds. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Test, test } from 'tap';
import { FolderStore, nameInStore, newIdentity } from '../../recorder/index.ts';
import { partName } from '../../recorder/store/open-parts.ts';
import { folderFor } from '../../test/recorder/sample.ts';
import { entriesIn } from '../../test/recorder/sealed.ts';
import { type SignedArchive, signedArchive } from '../../test/recorder/signed-archive.ts';
import { type Ran, runner } from '../../test/replay/runner.ts';

interface Made extends SignedArchive {
  readonly store: string;
  readonly sids: readonly string[];
  restore(...words: readonly string[]): Ran;
}

/** A signed archive of encrypted sessions, all of them in its store. */
async function made(t: Test, sessions: number): Promise<Made> {
  const store = folderFor(t);
  const encryption = { recipients: [newIdentity().publicText, newIdentity().publicText] };
  const archive = await signedArchive(t, { sessions, encryption, store: new FolderStore(store) });
  const config = join(folderFor(t), 'pangate.yaml');
  writeFileSync(config, configOf(archive.directory, store));
  const pangate = runner(process.env);
  const restore: Made['restore'] = (...words) => pangate('replay', 'restore', '--config', config, ...words);
  return { ...archive, store, sids: archive.paths.map((path) => path.slice(-34, -8)), restore };
}

function configOf(directory: string, store: string): string {
  return JSON.stringify({
    version: 1,
    listeners: [{ name: 'pg', protocol: 'postgres', address: '127.0.0.1:6432' }],
    targets: [
      { name: 'cards', protocol: 'postgres', address: 'db:5432', user: 'app', password: { env: 'P' } },
    ],
    users: { file: 'users.yaml' },
    record: { directory, store: { folder: store } },
  });
}

/** What is in the archive's folder beside recordings, log and backlog. */
function scratchIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('.restore'));
}

test('what is missing comes back, with its key; what is there stays', async (t) => {
  const { directory, sids, paths, restore } = await made(t, 3);
  const lost = paths.slice(1);
  const before = readFileSync(lost[0]!);
  const key = lost[0]!.replace(/\.pgr\.zst$/, '.pgk');
  for (const path of [...lost, key]) rmSync(path);
  const { status, stdout, stderr } = restore('--missing');
  t.equal(status, 0, stderr);
  t.match(stdout, /^VALID {2}\w{26} {2}restored, \d+ bytes in \d+ ms\n/);
  t.match(stdout, /\n2 restored, \d+ bytes in \d+ ms\n$/);
  t.ok(readFileSync(lost[0]!).equals(before));
  t.ok(existsSync(key), 'the wrapped key');
  t.equal(statSync(lost[0]!).mode & 0o777, 0o600);
  t.match(restore('--missing'), { status: 0, stdout: /^0 restored/ });
  t.match(restore(sids[0]!), { status: 64, stderr: /is there already/ });
  t.strictSame(scratchIn(directory), []);
  const entries = entriesIn(join(directory, 'log')).filter(({ type }) => type === 'restore');
  t.match(entries, [{ status: 'VALID' }, { status: 'VALID' }]);
});

test('a copy that was changed does not come back', async (t) => {
  const { directory, store, sids, paths, restore } = await made(t, 2);
  const copy = join(store, nameInStore(paths[0]!));
  const bytes = readFileSync(copy);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(copy, bytes);
  rmSync(paths[0]!);
  t.match(restore(sids[0]!.slice(0, 6)), { status: 64 }, 'two begin so');
  t.match(restore(sids[0]!), { status: 2, stdout: /^TAMPERED {2}\w{26} {2}fetched/ });
  t.notOk(existsSync(paths[0]!));
  t.strictSame(scratchIn(directory), []);
  rmSync(copy);
  t.match(restore(sids[0]!), { status: 5, stdout: /^MISSING {2}\w{26} {2}The store has nothing of it/ });
});

test('a drill says how long it takes, keeps nothing, and stands in the log', async (t) => {
  const { directory, store, sids, paths, restore } = await made(t, 3);
  const { status, stdout } = restore('--drill', '2');
  t.equal(status, 0);
  t.match(stdout, /drill: 2 of 2 came back whole, \d+ bytes in \d+ ms\n$/);
  t.strictSame(scratchIn(directory), []);
  rmSync(join(store, nameInStore(paths[1]!)));
  t.match(restore('--drill', '10'), { status: 5, stdout: /drill: 2 of 3 came back whole/ });
  const lines = restore('--drill', '3', '--json').stdout.trimEnd().split('\n');
  t.strictSame(lines.map((line) => JSON.parse(line).sid).sort(), [...sids].sort());
  t.match(
    entriesIn(join(directory, 'log')).filter(({ type }) => type === 'restore'),
    [
      { drill: true, recordings: 2, good: 2 },
      { recordings: 3, good: 2 },
      { recordings: 3, good: 2 },
    ],
  );
});

test('on a new machine come whole recordings, and the parts of one that was open', async (t) => {
  const { store, sids, paths, restore } = await made(t, 2);
  const [whole, open] = paths.map((path) => join(store, nameInStore(path)));
  const bytes = readFileSync(open!);
  for (const [from, to] of [
    [0, 500],
    [500, 700],
  ] as const) {
    const part = join(store, partName(open!, from));
    mkdirSync(dirname(part), { recursive: true });
    writeFileSync(part, bytes.subarray(from, to));
  }
  rmSync(open!);
  const empty = join(folderFor(t), 'new');
  const there = (i: number): Buffer => readFileSync(join(empty, nameInStore(paths[i]!)));
  const first = restore('--directory', empty, sids[0]!);
  t.match(first, { stdout: /^\S+ {2}\w{26} {2}restored/ });
  t.ok(there(0).equals(readFileSync(whole!)));
  const second = restore('--directory', empty, sids[1]!);
  t.match(second, { stdout: /^(TRUNCATED|UNVERIFIABLE|OPEN) {2}\w{26} {2}restored, 700 bytes/ });
  t.ok(there(1).equals(bytes.subarray(0, 700)));
  t.match(restore('--directory', empty, '--missing'), { status: 64, stderr: /there is no log/ });
});

test('it says what it needs', async (t) => {
  const { store, sids, paths, restore } = await made(t, 1);
  t.match(restore(), { status: 64, stderr: /--missing or --drill/ });
  t.match(restore('--missing', sids[0]!), { status: 64 });
  t.match(restore('--drill', '0'), { status: 64 });
  rmSync(store, { recursive: true });
  rmSync(paths[0]!);
  t.match(restore(sids[0]!), { status: 1, stderr: /cannot be fetched/ });
});
