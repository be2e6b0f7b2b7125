import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { buildRecording, smallPlan } from '../test/recorder/build.ts';
import { partsOf } from '../test/recorder/frames.ts';
import { folderFor } from '../test/recorder/sample.ts';
import { openRecording, type Recording, type RecordRead } from './index.ts';
import { openZstd } from './zstd.ts';

const whole = buildRecording(smallPlan(await openZstd(), 10, 1));
const parts = await partsOf(whole);

async function opened(t: Test, content: Uint8Array): Promise<Recording> {
  const path = join(folderFor(t), 'recording.pgr.zst');
  writeFileSync(path, content);
  const recording = await openRecording(path);
  t.teardown(() => recording.close());
  return recording;
}

async function read(records: AsyncIterable<RecordRead>): Promise<RecordRead[]> {
  const all: RecordRead[] = [];
  for await (const record of records) all.push(record);
  return all;
}

/** The recording with one bit of one data frame changed. */
function damaged(segment: number): Uint8Array {
  const data = parts.flatMap((part, i) => (part.kind === 'data' ? [i] : []));
  const before = parts.slice(0, data[segment]).reduce((sum, part) => sum + part.bytes.length, 0);
  return whole.with(before + 40, whole[before + 40]! ^ 1);
}

test('a summary names every segment, and each is read by itself', async (t) => {
  const recording = await opened(t, whole);
  const { segments, seals, footer, stopped } = await recording.summary();
  t.equal(stopped, null);
  t.equal(seals, segments.length + 1, 'and one silence');
  t.match(footer?.map, { why: 'client left' });
  const all = await read(recording.records());
  const bySegment: RecordRead[] = [];
  for (const place of segments.toReversed()) bySegment.unshift(...(await recording.segment(place)));
  t.strictSame(bySegment, all);
});

test('reading from a number on skips what is before it', async (t) => {
  const recording = await opened(t, whole);
  const all = await read(recording.records());
  for (const fromSeq of [0, 1, 17, all.length - 1, all.length])
    t.strictSame(await read(recording.records({ fromSeq })), all.slice(fromSeq));
});

test('an outline counts what the seals count', async (t) => {
  const outline = await (await opened(t, whole)).outline();
  t.match(outline, { statements: 10, masked: 10, errors: 0, recovered: false, end: { why: 'client left' } });
  t.equal(outline.records, (await read((await opened(t, whole)).records())).length);
  t.equal((await (await opened(t, whole.subarray(0, 1500))).outline()).end, null);
});

test('damage ends the reading with an error that says where', async (t) => {
  const recording = await opened(t, damaged(3));
  await t.rejects(read(recording.records()), { code: 'archive-damaged', message: /byte \d+/ });
});

test('who wants what is left gets it, and is told of each place', async (t) => {
  const recording = await opened(t, damaged(3));
  const places: number[] = [];
  const left = await read(recording.records({ onDamage: (offset) => places.push(offset) }));
  const all = await read((await opened(t, whole)).records());
  t.equal(places.length, 1);
  t.ok(left.length < all.length && left.length > all.length / 2);
  t.strictSame(
    left,
    all.filter(({ seq }) => left.some((record) => record.seq === seq)),
  );
});

test('a summary stops where the chain does', async (t) => {
  const cut = await (await opened(t, whole.subarray(0, 2000))).summary();
  t.ok(cut.stopped !== null && cut.segments.length > 0 && cut.footer === null);
  const swapped = Uint8Array.from(whole);
  swapped[8 + 60]! ^= 1;
  t.match((await (await opened(t, swapped)).summary()).stopped, { why: 'a link does not hold' });
});

test('a segment that is not where it was said to be is an error', async (t) => {
  const recording = await opened(t, whole);
  const [place] = (await recording.summary()).segments;
  await t.rejects(recording.segment({ ...place!, from: place!.from + 1 }), { code: 'archive-damaged' });
  await t.rejects(recording.segment({ ...place!, seal: { ...place!.seal, records: 99 } }), {
    code: 'archive-damaged',
  });
});

test('what is no recording, or is not there, does not open', async (t) => {
  await t.rejects(opened(t, Buffer.from('a text that is long enough to be anything')), {
    code: 'archive-damaged',
  });
  await t.rejects(opened(t, whole.subarray(0, 20)), { code: 'archive-damaged' });
  await t.rejects(openRecording(join(folderFor(t), 'no-such')), { code: 'file-unreadable' });
});

test('the opening is found, and its absence is no error', async (t) => {
  t.match(await (await opened(t, whole)).opening(), { user: { id: 'alice' } });
  t.equal(await (await opened(t, damaged(0))).opening(), null);
  t.equal(await (await opened(t, whole.subarray(0, parts[0]!.bytes.length))).opening(), null);
});
