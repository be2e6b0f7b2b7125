/** Copies of recordings in a store: docs/recording.md, "The store". */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import {
  acceptance,
  archiveFor,
  folderFor,
  opening,
  recordingIn,
  writeStatement,
} from '../../test/recorder/sample.ts';
import { S3_KEYS, type S3Server, startS3 } from '../../test/servers/s3.ts';
import { newIdentity, verifyRecording } from '../index.ts';
import { FolderStore } from './folder-store.ts';
import { fetchRecording } from './restore.ts';
import { S3Store } from './s3-store.ts';
import { authorizationOf, encode } from './sigv4.ts';
import { nameInStore, type Parcel, type Store, storedHash } from './store.ts';
import { Uploader } from './uploader.ts';

test('a request is signed as the example of the S3 documentation', async (t) => {
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
  };
  const credentials = {
    accessKey: 'AKIAIOSFODNN7EXAMPLE',
    secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  };
  t.match(
    authorizationOf({ method: 'GET', path: '/test.txt', query: {}, headers }, credentials),
    'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
  t.equal(encode("a b/ä!'()*~"), 'a%20b%2F%C3%A4%21%27%28%29%2A~');
});

async function s3For(t: Test): Promise<{ server: S3Server; store: S3Store }> {
  const server = await startS3();
  t.teardown(() => server.close());
  return { server, store: storeAt(server) };
}

function storeAt({ endpoint }: S3Server, secretKey = S3_KEYS.secretKey): S3Store {
  const place = {
    endpoint,
    bucket: 'records',
    region: 'eu-central-1',
    prefix: 'gw 1/',
    lock: 'compliance',
  } as const;
  return new S3Store({ ...place, credentials: async () => ({ ...S3_KEYS, secretKey }) });
}

interface Filled {
  readonly directory: string;
  readonly paths: readonly string[];
  readonly sids: readonly string[];
}

/** Recordings, encrypted, of an archive without a store. */
async function recordings(t: Test, count: number): Promise<Filled> {
  const directory = folderFor(t);
  const recipients = [newIdentity().publicText, newIdentity().publicText];
  const archive = await archiveFor(t, { directory, encryption: { recipients } });
  const paths: string[] = [];
  for (let i = 0; i < count; i++) paths.push(await recordingIn(archive, 2));
  await archive.close();
  return { directory, paths, sids: paths.map((path) => /(\w{26})\.pgr/.exec(path)![1]!) };
}

interface Running {
  readonly uploader: Uploader;
  readonly alerts: string[];
  readonly entries: object[];
}

async function upload(t: Test, { directory, paths, sids }: Filled, store: Store): Promise<Running> {
  const alerts: string[] = [];
  const entries: object[] = [];
  const log = { append: async (entry: object) => entries.push(entry), close: async () => undefined };
  const pathOf = (sid: string): string => paths[sids.indexOf(sid)]!;
  const onAlert = ({ message }: Error): unknown => alerts.push(message);
  const options = {
    store,
    directory,
    pathOf,
    retainDays: 400,
    log,
    onAlert,
    firstRetryMs: 20,
    lastRetryMs: 200,
  };
  const uploader = new Uploader(options);
  t.teardown(() => uploader.close());
  await uploader.start();
  for (const sid of sids) await uploader.add(sid);
  return { uploader, alerts, entries };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('recordings come into a bucket, locked, with their keys, which are not', async (t) => {
  const filled = await recordings(t, 3);
  const { server, store } = await s3For(t);
  const { uploader, entries, alerts } = await upload(t, filled, store);
  await until(() => uploader.state.uploads === 3);
  t.strictSame(alerts, []);
  t.strictSame(server.refused, []);
  t.equal(server.versions.length, 6);
  for (const path of filled.paths) {
    const version = server.versions.find(({ key }) => key === `gw 1/${nameInStore(path)}`)!;
    t.ok(version.body.equals(readFileSync(path)));
    t.ok(version.lockedUntilMs > Date.now() + 399 * 86_400_000);
  }
  t.strictSame(
    server.versions.filter(({ key }) => key.endsWith('.pgk')).map(({ lockedUntilMs }) => lockedUntilMs),
    [0, 0, 0],
  );
  t.match(
    entries,
    filled.sids.map((sid) => ({ type: 'backup', sid, store: 's3:records' })),
  );
  t.strictSame(readdirSync(join(filled.directory, 'backlog')), []);
});

test('a recording comes back from a bucket with its key, byte for byte; what was never there does not', async (t) => {
  const filled = await recordings(t, 1);
  const { store } = await s3For(t);
  const { uploader } = await upload(t, filled, store);
  await until(() => uploader.state.uploads === 1);
  const [sid, path] = [filled.sids[0]!, filled.paths[0]!];
  const fetched = await fetchRecording(store, folderFor(t), sid);
  t.match(fetched, { isWhole: true, bytes: readFileSync(path).length });
  const key = (of: string): Buffer => readFileSync(of.replace('.pgr.zst', '.pgk'));
  t.ok(readFileSync(fetched!.path).equals(readFileSync(path)));
  t.ok(key(fetched!.path).equals(key(path)));
  t.equal(await fetchRecording(store, folderFor(t), sid.replace(/.$/, '0')), null);
});

test('a purge destroys the key in the bucket; the recording stays locked', async (t) => {
  const filled = await recordings(t, 1);
  const { server, store } = await s3For(t);
  const { uploader } = await upload(t, filled, store);
  await until(() => uploader.state.uploads === 1);
  const name = nameInStore(filled.paths[0]!);
  t.notOk(await store.remove(name));
  t.ok(await store.remove(name.replace('.pgr.zst', '.pgk')));
  t.strictSame(
    server.versions.map(({ key }) => key),
    [`gw 1/${name}`],
  );
});

test('a store that is away for a while loses nothing: it is tried again, later each time', async (t) => {
  const filled = await recordings(t, 2);
  const { server, store } = await s3For(t);
  server.down = 7;
  const { uploader, alerts } = await upload(t, filled, store);
  await until(() => uploader.state.failures > 0);
  t.ok(uploader.state.backlog > 0 && uploader.state.lagMs >= 0);
  t.ok(uploader.isAwaited(filled.sids));
  await until(() => uploader.state.uploads === 2);
  t.equal(server.versions.length, 4);
  t.equal(alerts.length, 2, 'one alert for each recording');
  t.match(alerts[0], /503: SlowDown/);
  t.notOk(uploader.isAwaited(filled.sids));
});

test('what reads back changed is sent again, and is not called stored', async (t) => {
  const filled = await recordings(t, 1);
  const { server, store } = await s3For(t);
  server.corrupt = 1;
  const { uploader, alerts, entries } = await upload(t, filled, store);
  await until(() => uploader.state.uploads === 1);
  t.match(alerts, [/not what was sent/]);
  t.equal(entries.length, 1);
});

test('wrong credentials are told, and the secret is not', async (t) => {
  const filled = await recordings(t, 1);
  const { server } = await s3For(t);
  const { uploader, alerts } = await upload(t, filled, storeAt(server, 'another-secret'));
  await until(() => alerts.length > 0);
  t.match(alerts, [/403: SignatureDoesNotMatch/]);
  t.notMatch(alerts[0], 'another-secret');
  t.equal(uploader.state.uploads, 0);
});

test('one recording that cannot be read does not keep others waiting', async (t) => {
  const filled = await recordings(t, 3);
  writeFileSync(filled.paths[0]!, 'no recording');
  rmSync(filled.paths[1]!);
  const store = new FolderStore(folderFor(t));
  const { uploader, alerts } = await upload(t, filled, store);
  await until(() => uploader.state.uploads === 2);
  t.equal(uploader.state.backlog > 0, true);
  t.match(alerts, [new RegExp(filled.sids[0]!)]);
  t.ok(await storedHash(store, nameInStore(filled.paths[2]!)));
});

test('a folder that is not mounted is not written into', async (t) => {
  const [path] = (await recordings(t, 1)).paths;
  const folder = join(folderFor(t), 'mount');
  const parcel: Parcel = {
    name: 'a/b',
    path: path!,
    bytes: 1,
    sha256: new Uint8Array(32),
    lockUntilUs: null,
  };
  await t.rejects(new FolderStore(folder).put(parcel), { code: 'ENOENT' });
  t.notOk(existsSync(folder));
});

test('an archive keeps its journal until the store has the recordings, over restarts too', async (t) => {
  const directory = folderFor(t);
  const folder = join(folderFor(t), 'store');
  const store = new FolderStore(folder);
  const first = await archiveFor(t, { directory, store, journalFileBytesMax: 2000 });
  const path = await recordingIn(first, 20);
  const journals = (): string[] =>
    readdirSync(join(directory, 'journal')).filter((name) => name.endsWith('.pgj'));
  await first.close();
  t.ok(journals().length > 0, 'the store is not there');
  t.match(first.upload, { uploads: 0 });
  const second = await archiveFor(t, { directory, store });
  t.ok(journals().length > 0, 'nor after a restart');
  mkdirSync(folder);
  await until(() => second.upload!.uploads === 1);
  await second.close();
  await (await archiveFor(t, { directory, store })).close();
  t.strictSame(journals(), []);
  t.equal((await verifyRecording(join(folder, nameInStore(path)))).status, 'VALID');
});

test('an open session comes into the store in parts, which go when the whole is there', async (t) => {
  const directory = folderFor(t);
  const { server, store } = await s3For(t);
  const recipients = [newIdentity().publicText, newIdentity().publicText];
  const archive = await archiveFor(t, { directory, segmentBytesMax: 1024, encryption: { recipients } });
  const recorder = archive.open(opening);
  const path = archive.pathOf(recorder.sid);
  const shared = { store, directory, pathOf: () => path, retainDays: 400, log: null };
  const alerts: string[] = [];
  const paced = { ...shared, partMs: 30, firstRetryMs: 20, lastRetryMs: 200 };
  const uploader = new Uploader({ ...paced, onAlert: ({ message }) => alerts.push(message) });
  t.teardown(() => uploader.close());
  await uploader.start();
  uploader.expect(recorder.sid);
  const partsOf = (): Buffer[] =>
    server.versions
      .filter(({ key }) => key.includes('.parts/'))
      .sort((one, other) => (one.key < other.key ? -1 : 1))
      .map(({ body }) => body);
  for (let round = 1; round <= 3; round++) {
    for (let id = 0; id < 30; id++) await acceptance(recorder, writeStatement(recorder, id));
    await until(() => partsOf().length >= round && uploader.state.lagMs === 0);
  }
  const begun = Buffer.concat(partsOf());
  t.ok(begun.length > 2000 && begun.equals(readFileSync(path).subarray(0, begun.length)));
  t.ok(
    server.versions.some(({ key }) => key.endsWith('.pgk')),
    'with its key',
  );
  server.down = 6;
  for (let id = 0; id < 30; id++) await acceptance(recorder, writeStatement(recorder, id));
  await until(() => alerts.length > 0 && uploader.state.lagMs > 0);
  t.match(alerts, [/is open and not in the store: .*503/]);
  t.ok(uploader.state.failures > 0);
  await recorder.close('done');
  await uploader.add(recorder.sid);
  await until(() => uploader.state.uploads === 1);
  t.strictSame(partsOf(), []);
  t.ok(server.versions.some(({ body }) => body.equals(readFileSync(path))));
  t.strictSame(readdirSync(join(directory, 'backlog')), []);
});
