/** Stock tools read every recording: an assessor needs nothing of ours. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { partsOf } from '../test/recorder/frames.ts';
import { archiveFor, folderFor, opening, recordingIn, writeStatement } from '../test/recorder/sample.ts';
import { decodeRecords, openRecording, type RecordRead } from './index.ts';

const noZstd = spawnSync('zstd', ['--version']).status !== 0 && 'the zstd command is not installed';
const PYTHON = '/usr/bin/python3';
const noPython =
  spawnSync(PYTHON, ['-c', 'import msgpack']).status !== 0 && 'python3-msgpack is not installed';

test('zstd -t and zstd -d of Debian read recordings whole', { skip: noZstd }, async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 4096 });
  for (const statements of [0, 1, 200]) {
    const path = await recordingIn(archive, statements);
    t.equal(spawnSync('zstd', ['-t', path]).status, 0);
    const raw = execFileSync('zstd', ['-dc', path], { maxBuffer: 1 << 26 });
    const recording = await openRecording(path);
    const records: RecordRead[] = [];
    for await (const record of recording.records()) records.push(record);
    await recording.close();
    t.strictSame([...decodeRecords(raw)], records);
    t.equal(records.filter((record) => record.type === 'sql.q').length, statements);
  }
});

test('zstd -lv counts the frames that there are', { skip: noZstd }, async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 4096 });
  const path = await recordingIn(archive, 200);
  const parts = await partsOf(readFileSync(path));
  const listed = execFileSync('zstd', ['-lv', path], { encoding: 'utf8' });
  const data = parts.filter((part) => part.kind === 'data').length;
  t.match(listed, new RegExp(`Zstandard Frames: ${data}\\n`));
  t.match(listed, new RegExp(`Skippable Frames: ${parts.length - data}\\n`));
  t.match(listed, /Check: XXH64/);
});

/** What a reader of zstd's seekable format does, without pangate: the table at the end, then any one frame. */
const SEEK = `
import struct, subprocess, sys
b = open(sys.argv[1], 'rb').read()
count, descriptor, magic = struct.unpack('<IBI', b[-9:])
assert magic == 0x8F92EAB1 and descriptor == 0
assert struct.unpack('<II', b[-17 - 8 * count:-9 - 8 * count]) == (0x184D2A5E, 8 * count + 9)
at = 0
for i in range(count):
    stored, content = struct.unpack_from('<II', b, len(b) - 9 - 8 * count + 8 * i)
    if content:
        raw = subprocess.run(['zstd', '-dc'], input=b[at:at + stored], capture_output=True, check=True).stdout
        assert len(raw) == content
        sys.stdout.buffer.write(raw)
    at += stored
assert at == len(b) - 17 - 8 * count
`;

test('the seek table leads to every frame, by itself', {
  skip: noZstd || (spawnSync(PYTHON, ['-V']).status !== 0 && 'python3 is not installed'),
}, async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 4096 });
  const path = await recordingIn(archive, 200);
  const options = { maxBuffer: 1 << 26 };
  t.ok(
    execFileSync(PYTHON, ['-c', SEEK, path], options).equals(execFileSync('zstd', ['-dc', path], options)),
  );
});

test('an open recording is read by zstd up to its last seal', { skip: noZstd }, async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 1024 });
  const recorder = archive.open(opening);
  for (let id = 0; id < 50; id++) writeStatement(recorder, id);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const raw = execFileSync('zstd', ['-dc', archive.pathOf(recorder.sid)], { maxBuffer: 1 << 26 });
  t.ok([...decodeRecords(raw)].length > 100);
});

test("Python's msgpack reads the stream record by record", { skip: noZstd || noPython }, async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 4096 });
  const path = await recordingIn(archive, 100);
  const script =
    'import msgpack,sys\nfor r in msgpack.Unpacker(sys.stdin.buffer): print(r[0], r[2], sorted(r[3]))';
  const raw = execFileSync('zstd', ['-dc', path], { maxBuffer: 1 << 26 });
  const lines = execFileSync(PYTHON, ['-c', script], { input: raw, encoding: 'utf8' }).trim().split('\n');
  const expected = [...decodeRecords(raw)].map(({ seq, type, data }) => {
    const names = Object.keys(data)
      .sort()
      .map((name) => `'${name}'`);
    return `${seq} ${type} [${names.join(', ')}]`;
  });
  t.strictSame(lines, expected);
});

test("the steps by hand of the format's page find the hashes that the first seal names", {
  skip: noZstd || noPython,
}, async (t) => {
  const page = readFileSync('docs/formats/pgr-v1.md', 'utf8');
  const steps = [...page.matchAll(/```sh\n([^`]+)```/g)].map((match) => match[1]!);
  t.equal(steps.length, 3);
  const archive = await archiveFor(t, { segmentBytesMax: 4096 });
  const path = await recordingIn(archive, 100);
  const run = (script: string): string[] =>
    execFileSync('bash', ['-c', script.replace('python3', PYTHON)], {
      env: { ...process.env, f: path },
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
  t.equal(
    run(steps[0]!).length,
    [...decodeRecords(execFileSync('zstd', ['-dc', path], { maxBuffer: 1 << 26 }))].length,
  );
  const [frame, frameInSeal, header, headerInSeal] = run(steps[1]!).map((line) => line.replace(/[ -]/g, ''));
  t.equal(frame, frameInSeal);
  t.equal(header, headerInSeal);
});

test('sha256sum finds the hash that a seal names, and the link between seals', async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 4096 });
  const parts = await partsOf(readFileSync(await recordingIn(archive, 100)));
  const folder = folderFor(t);
  const sha256sum = (bytes: Uint8Array): string => {
    const path = join(folder, 'part');
    writeFileSync(path, bytes);
    return execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64);
  };
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  let links = 0;
  for (const [i, part] of parts.entries()) {
    if (part.kind !== 'seal') continue;
    t.equal(sha256sum(parts[i - 1]!.bytes), hex(part.bytes.subarray(8 + 82, 8 + 114)));
    const before = parts.slice(0, i - 1).findLast((each) => each.kind !== 'data');
    t.equal(sha256sum(before!.bytes), hex(part.bytes.subarray(8 + 146)));
    links++;
  }
  t.ok(links > 3);
});
