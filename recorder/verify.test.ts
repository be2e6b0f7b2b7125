/** Whatever is done to a recording, it is told: recording.md's tamper tests. */
import { type Test, test } from 'tap';
import { buildRecording, type Plan, smallPlan } from '../test/recorder/build.ts';
import { bodyOf, joined, type Part, partOf, partsOf, verifyBytes } from '../test/recorder/frames.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { sha256 } from './hash.ts';
import { recordEnds } from './segment.ts';
import type { Verification } from './verification.ts';
import { openZstd } from './zstd.ts';

const zstd = await openZstd();
const plan: Plan = smallPlan(zstd, 4, 2);
const whole = buildRecording(plan);
const parts = await partsOf(whole);
const records = (await verifyBytes(whole)).records;

let tries = 0;

/** Not valid, in quick mode too if `quick`. */
async function caught(t: Test, content: Uint8Array, what: string, quick = true): Promise<Verification> {
  tries++;
  const report = await verifyBytes(content);
  if (report.status === 'VALID') t.fail(`${what}: VALID`);
  if (quick && (await verifyBytes(content, { depth: 'quick' })).status === 'VALID')
    t.fail(`${what}: VALID in quick mode`);
  return report;
}

test('the untouched recording is valid, and the same on every build', async (t) => {
  t.match(await verifyBytes(whole), { status: 'VALID', sid: plan.sid, statements: 4, masked: 4, seals: 4 });
  t.equal((await verifyBytes(whole, { depth: 'quick' })).status, 'VALID');
  t.strictSame(buildRecording(plan), whole);
});

test('every single flipped bit is caught, in quick mode too', async (t) => {
  const content = Uint8Array.from(whole);
  let tampered = 0;
  for (let bit = 0; bit < content.length * 8; bit++) {
    content[bit >> 3]! ^= 1 << (bit & 7);
    const report = await verifyBytes(content, { depth: 'quick' });
    if (report.status === 'VALID') t.fail(`bit ${bit} of byte ${bit >> 3}`);
    if (report.status === 'TAMPERED') tampered++;
    content[bit >> 3]! ^= 1 << (bit & 7);
  }
  t.ok(tampered > content.length * 8 * 0.99, `${tampered} of ${content.length * 8} are TAMPERED`);
});

test('a flipped bit: the first bad offset is where the damaged part begins', async (t) => {
  let at = 0;
  for (const [index, part] of parts.entries()) {
    // A seal and its data frame stand and fall together.
    const begins =
      part.kind === 'seal' && parts[index - 1]?.kind === 'data' ? at - parts[index - 1]!.bytes.length : at;
    const content = Uint8Array.from(whole);
    content[at + part.bytes.length - 1]! ^= 0x10;
    const report = await verifyBytes(content);
    t.match(report, { status: 'TAMPERED', firstBadOffset: begins }, `${index} ${part.kind}`);
    at += part.bytes.length;
  }
});

test('damage in one segment leaves the records before and after it trusted', async (t) => {
  const index = parts.findIndex((part, i) => i > 2 && part.kind === 'data');
  const changed = parts.map((part) => ({ ...part, bytes: Uint8Array.from(part.bytes) }));
  changed[index]!.bytes[30]! ^= 1;
  const report = await verifyBytes(joined(changed));
  const [before, after] = report.trusted;
  t.equal(report.trusted.length, 2);
  t.equal(before?.fromSeq, 0);
  t.equal(after?.toSeq, records - 1);
  t.ok(after!.fromSeq > before!.toSeq + 1);
});

test('every truncation is told, and what is trusted is what is sealed', async (t) => {
  let sealed = -1;
  let frames = 0;
  const sealEnds = new Map<number, number>();
  for (const part of parts) {
    frames += part.bytes.length;
    if (part.kind === 'seal') sealEnds.set(frames, sealEnds.size);
  }
  const seqs: number[] = [];
  for (let bytes = 0; bytes < whole.length; bytes++) {
    const report = await caught(t, whole.subarray(0, bytes), `cut at ${bytes}`);
    const last = report.trusted.at(-1)?.toSeq ?? -1;
    if (sealEnds.has(bytes)) sealed = last;
    if (last !== sealed) t.fail(`cut at ${bytes}: trusted up to ${last}, sealed up to ${sealed}`);
    if (seqs.at(-1) !== last) seqs.push(last);
    const expected = bytes < parts[0]!.bytes.length ? ['TRUNCATED', 'UNVERIFIABLE'] : ['TRUNCATED'];
    if (!expected.includes(report.status)) t.fail(`cut at ${bytes}: ${report.status}`);
  }
  t.equal(seqs.at(-1), records - 1);
});

test('a frame deleted, doubled, or swapped with any other is caught', async (t) => {
  const before = tries;
  for (let i = 0; i < parts.length; i++) {
    await caught(t, joined(parts.toSpliced(i, 1)), `frame ${i} deleted`);
    await caught(t, joined(parts.toSpliced(i, 0, parts[i]!)), `frame ${i} doubled`);
    for (let j = i + 1; j < parts.length; j++) {
      const swapped = parts.with(i, parts[j]!).with(j, parts[i]!);
      await caught(t, joined(swapped), `frames ${i} and ${j} swapped`);
    }
  }
  t.ok(tries - before >= 70, `${tries - before} variants`);
});

test('segments with their seals deleted: each run of any length is told with the records that are missing', async (t) => {
  const before = tries;
  const many = await partsOf(buildRecording(smallPlan(zstd, 10, 1)));
  const first = many.findIndex((part) => part.kind === 'data');
  const pairs = many.filter((part) => part.kind === 'data').length;
  for (let from = 0; from < pairs; from++)
    for (let count = 1; from + count <= pairs; count++) {
      const report = await caught(
        t,
        joined(many.toSpliced(first + from * 2, count * 2)),
        `${count} from ${from}`,
      );
      if (report.status !== 'TAMPERED') t.fail(`${count} from ${from}: ${report.status}`);
    }
  t.ok(tries - before >= 50, `${tries - before} variants`);
});

test('two damages far from each other are both told', async (t) => {
  const many = await partsOf(buildRecording(smallPlan(zstd, 10, 1)));
  const places = many.flatMap((part, i) => (part.kind === 'data' ? [i] : []));
  const changed = many.map((part) => ({ ...part, bytes: Uint8Array.from(part.bytes) }));
  for (const place of [places[2]!, places[7]!]) changed[place]!.bytes[40]! ^= 4;
  const report = await verifyBytes(joined(changed));
  t.match(
    report.damages.map((damage) => damage.segment),
    [2, 7],
  );
  t.equal(report.trusted.length, 3);
});

test('a segment of another session, with or without its seal, is caught', async (t) => {
  const before = tries;
  const other = await partsOf(buildRecording({ ...plan, sid: '01M84000000000000000000001' }));
  for (let i = 0; i < parts.length; i++) {
    if (parts[i]!.kind !== 'data') continue;
    await caught(t, joined(parts.with(i, other[i]!)), `data ${i} spliced`);
    await caught(t, joined(parts.with(i, other[i]!).with(i + 1, other[i + 1]!)), `segment ${i} spliced`);
  }
  await caught(t, joined(parts.with(0, other[0]!)), 'header spliced');
  t.ok(tries - before >= 7, `${tries - before} variants`);
});

/** The file with the records of its first segment changed, compressed again, and the seal made to fit the new frame. */
function withRecords(change: (records: Uint8Array[]) => Uint8Array[], reseal: boolean): Uint8Array {
  const raw = zstd.decompress(parts[1]!.bytes, 1 << 20);
  const ends = recordEnds(raw);
  const list = [...ends].map((end, i) => raw.slice(i === 0 ? 0 : ends[i - 1], end));
  const changed = Buffer.concat(change(list));
  const frame = zstd.compress(changed, 3);
  const seal = Buffer.from(parts[2]!.bytes);
  if (reseal) {
    seal.writeUInt32LE(changed.length, FRAME_HEAD_BYTES + 26);
    seal.writeUInt32LE(frame.length, FRAME_HEAD_BYTES + 30);
    seal.set(sha256(frame), FRAME_HEAD_BYTES + 82);
  }
  return joined(parts.with(1, { kind: 'data', bytes: frame }).with(2, { kind: 'seal', bytes: seal }));
}

/** A record with its last byte changed. */
function withLast(record: Uint8Array): Uint8Array {
  return record.with(-1, record.at(-1)! ^ 1);
}

test('records deleted, doubled, swapped or changed inside a segment that is compressed again are caught', async (t) => {
  const before = tries;
  const count = recordEnds(zstd.decompress(parts[1]!.bytes, 1 << 20)).length;
  for (const reseal of [false, true]) {
    for (let i = 0; i < count; i++) {
      await caught(
        t,
        withRecords((list) => list.toSpliced(i, 1), reseal),
        `record ${i} deleted`,
      );
      await caught(
        t,
        withRecords((list) => list.toSpliced(i, 0, list[i]!), reseal),
        `record ${i} doubled`,
      );
      await caught(
        t,
        withRecords((list) => list.with(i, withLast(list[i]!)), reseal),
        `record ${i} changed`,
      );
      for (let j = i + 1; j < count; j++)
        await caught(
          t,
          withRecords((list) => list.with(i, list[j]!).with(j, list[i]!), reseal),
          `records ${i}, ${j} swapped`,
        );
    }
  }
  t.ok(tries - before >= 100, `${tries - before} variants`);
});

test('records changed under a seal that fits them are caught by the root, when decoded', async (t) => {
  // The frame hash is made to fit; the chain breaks at the next seal, and the root before that.
  const changed = withRecords((list) => list.with(3, withLast(list[3]!)), true);
  const report = await verifyBytes(changed);
  t.match(report, { status: 'TAMPERED', firstBadOffset: parts[0]!.bytes.length });
});

test('bytes behind the end, unknown frames and second headers are caught', async (t) => {
  const before = tries;
  const extra: readonly (readonly [string, Part])[] = [
    ['one byte', { kind: 'data', bytes: Uint8Array.of(0) }],
    ['a skippable frame', partOf('header', Buffer.from('nothing'))],
    ['a data frame', { kind: 'data', bytes: zstd.compress(Buffer.from('more'), 3) }],
    ['the footer again', parts.at(-2)!],
  ];
  for (const [name, part] of extra) {
    for (let i = 0; i <= parts.length; i++)
      await caught(t, joined(parts.toSpliced(i, 0, part)), `${name} at ${i}`);
  }
  const unknown = Buffer.from(partOf('seal', Buffer.from('x')).bytes);
  unknown.writeUInt32LE(0x184d2a5a, 0);
  for (let i = 0; i <= parts.length; i++)
    await caught(t, joined(parts.toSpliced(i, 0, { kind: 'seal', bytes: unknown })), `unknown frame at ${i}`);
  t.ok(tries - before >= 50, `${tries - before} variants`);
});

test('a later version cannot be verified, and is not taken for damage or for nothing', async (t) => {
  const newer = Buffer.from(whole);
  newer[FRAME_HEAD_BYTES + 4] = 2;
  t.equal((await verifyBytes(newer)).status, 'UNVERIFIABLE');
});

test('a file that is no recording is not verifiable', async (t) => {
  t.equal((await verifyBytes(Buffer.from('PK\u0003\u0004 something else'))).status, 'UNVERIFIABLE');
  t.equal((await verifyBytes(new Uint8Array(0))).status, 'TRUNCATED');
  t.equal((await verifyBytes(zstd.compress(Buffer.from('a text'), 3))).status, 'UNVERIFIABLE');
});

test('huge declared sizes and bombs cost neither time nor memory', async (t) => {
  const head = (patch: (bytes: Buffer) => void): Uint8Array => {
    const bytes = Buffer.from(parts[1]!.bytes);
    patch(bytes);
    return bytes;
  };
  const bombs: readonly (readonly [string, Part])[] = [
    [
      'a frame that declares 4 GiB',
      {
        kind: 'data',
        bytes: Buffer.concat([Buffer.from('28b52ffda4ffffffff', 'hex'), Buffer.from('000000', 'hex')]),
      },
    ],
    ['100 MiB of zeros', { kind: 'data', bytes: zstd.compress(Buffer.alloc(100_000_000), 3) }],
    ['a seal of 4 GiB', { kind: 'seal', bytes: Buffer.from('512a4d18ffffffff50475331', 'hex') }],
    ['an index of 1 GiB', { kind: 'index', bytes: Buffer.from('542a4d180000004050474931', 'hex') }],
    ['a block that runs on', { kind: 'data', bytes: head((bytes) => bytes.fill(0xf8, 9, 12)) }],
  ];
  const before = process.memoryUsage();
  const beganAt = performance.now();
  for (const [name, part] of bombs) await caught(t, joined(parts.with(1, part)), name);
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  t.ok(grown < 64 << 20, `${grown >> 20} MiB`);
  t.ok(performance.now() - beganAt < 2000);
});

test('a bomb whose seal fits it is refused before it is decoded', async (t) => {
  const deep = Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.from([0xc0])]);
  const wide = Buffer.from('dd7fffffff', 'hex');
  for (const raw of [deep, wide]) {
    const report = await verifyBytes(withRecords((list) => list.with(2, raw), true));
    t.equal(report.status, 'TAMPERED');
  }
});

test('an empty session, and one that is only silence, verify', async (t) => {
  t.equal((await verifyBytes(buildRecording({ ...plan, segments: [], silences: 0 }))).status, 'VALID');
  t.equal((await verifyBytes(buildRecording({ ...plan, segments: [], silences: 5 }))).status, 'VALID');
});

test('a silence that is dropped is caught', async (t) => {
  const before = tries;
  const silent = await partsOf(buildRecording({ ...plan, silences: 3 }));
  const last = silent.findLastIndex((part) => part.kind === 'seal');
  await caught(t, joined(silent.toSpliced(last - 1, 1)), 'a silence dropped');
  await caught(t, joined(silent.toSpliced(last, 1)), 'the last silence dropped');
  t.ok(tries - before >= 2, `${tries - before} variants`);
});

test('the seal table of the format is what the code writes', async (t) => {
  const seal = Buffer.from(bodyOf(parts[2]!));
  t.equal(seal.length, 178);
  t.equal(seal.subarray(0, 4).toString(), 'PGS1');
  t.equal(seal.readUInt32LE(30), parts[1]!.bytes.length);
  t.strictSame(seal.subarray(82, 114), sha256(parts[1]!.bytes));
  t.strictSame(seal.subarray(146, 178), sha256(parts[0]!.bytes));
});
