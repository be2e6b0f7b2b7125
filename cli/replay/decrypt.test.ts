/** Keys, and what is shown of encrypted recordings with and without one. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { verifyRecording } from '../../recorder/index.ts';
import { archiveFor, folderFor, recordingIn } from '../../test/recorder/sample.ts';

const MAIN = 'build/cli/main.js';
const noZstd = spawnSync('zstd', ['--version']).error !== undefined;

interface Run {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly status: number | null;
}

function pangate(...args: readonly string[]): Run {
  const env = { ...process.env, NO_COLOR: '1' };
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], { env });
  return { stdout, stderr: String(stderr), status };
}

interface Recorded {
  readonly folder: string;
  readonly path: string;
  readonly key: string;
}

async function recorded(t: Test): Promise<Recorded> {
  const folder = folderFor(t);
  const recipients = ['review', 'escrow'].map((name) => {
    const made = pangate('keys', 'recipient', '--out', join(folder, `${name}.key`));
    t.equal(made.status, 0, made.stderr);
    return String(made.stdout).trim();
  });
  const directory = join(folder, 'recordings');
  const archive = await archiveFor(t, { directory, encryption: { recipients } });
  const path = await recordingIn(archive, 5);
  await archive.close();
  return { folder, path, key: join(folder, 'escrow.key') };
}

test('a recipient’s key is made once, for its owner alone', async (t) => {
  const { key } = await recorded(t);
  t.equal(statSync(key).mode & 0o777, 0o600);
  t.match(readFileSync(key, 'utf8'), /^# pangate recipient, .*\nx25519-secret:[\w-]{43}\n$/);
  const again = pangate('keys', 'recipient', '--out', key);
  t.equal(again.status, 2);
  t.match(again.stderr, /cannot write the key/);
});

test('with a key every verb shows an encrypted recording; without one it says what is missing', async (t) => {
  const { path, key } = await recorded(t);
  t.match(String(pangate('replay', 'sql', path, '--key', key).stdout), /select 4/);
  t.match(String(pangate('replay', 'show', path, '--key', key).stdout), /alice/);
  t.match(String(pangate('replay', 'export', path, '--key', key).stdout), /"type":"s.open"/);
  const closed = pangate('replay', 'sql', path);
  t.equal(closed.status, 1);
  t.match(closed.stderr, /the recording is encrypted\n {2}Name a recipient's key file: --key FILE/);
  t.notMatch(String(pangate('replay', 'show', path).stdout), /alice/);
  t.match(String(pangate('replay', 'verify', path).stdout), /^VALID/);
  t.match(JSON.parse(String(pangate('replay', 'verify', path, '--json', '--key', key).stdout)), {
    encrypted: true,
    decoded: true,
  });
});

test('the plain copy is a valid recording that stock zstd reads', { skip: noZstd }, async (t) => {
  const { folder, path, key } = await recorded(t);
  const plain = join(folder, 'plain.pgr.zst');
  t.equal(pangate('replay', 'decrypt', path, '--key', key, '--out', plain).status, 0);
  const [original, copy] = await Promise.all([verifyRecording(path), verifyRecording(plain)]);
  t.match(copy, { status: 'VALID', encrypted: false, records: original.records, sid: original.sid });
  const decoded = pangate('replay', 'decode', path, '--key', key).stdout;
  const { stdout, status } = spawnSync('zstd', ['-dc', plain]);
  t.equal(status, 0);
  t.ok(decoded.length > 0 && decoded.equals(stdout));
  t.equal(pangate('replay', 'decrypt', path, '--key', key, '--out', plain).status, 1, 'never over a file');
  t.equal(pangate('replay', 'decrypt', path, '--out', join(folder, 'x')).status, 64);
});
