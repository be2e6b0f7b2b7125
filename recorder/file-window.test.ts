import { test } from 'tap';
import { type Random, seededRandom } from '../test/random.ts';
import { memoryFile } from '../test/recorder/disks.ts';
import { FileWindow } from './file-window.ts';

const CONTENT_BYTES = 3_000_000;
const content = seededRandom(71).bytes(CONTENT_BYTES);

/** The next place: mostly on from the last one, at times back a little, or anywhere. */
function placeAfter(random: Random, from: number): number {
  if (random.oneIn(200)) return random.below(CONTENT_BYTES);
  if (random.oneIn(3)) return Math.max(0, from - random.below(60_000));
  return Math.min(CONTENT_BYTES, from + random.below(90_000));
}

for (const windowBytes of [100, 140_000, 500_000, 4_000_000])
  test(`views of any part are that part of the file, through a window of ${windowBytes} bytes`, async (t) => {
    const random = seededRandom(windowBytes);
    const window = new FileWindow(memoryFile(content), content.length, windowBytes);
    let [from, wrong] = [0, 0];
    for (let i = 0; i < 6000; i++) {
      const length = random.below(random.oneIn(50) ? 400_000 : 40_000);
      const expected = Buffer.from(content.subarray(from, from + length));
      const peeked = window.peek(from, length);
      if (peeked !== null && !expected.equals(peeked)) wrong++;
      if (!expected.equals(await window.view(from, length))) wrong++;
      from = from === CONTENT_BYTES ? 0 : placeAfter(random, from);
    }
    t.equal(wrong, 0);
  });

test('a file that grows while it is read ahead is read to its new end', async (t) => {
  const file = memoryFile(content);
  const window = new FileWindow(file, 700_000, 200_000);
  for (let from = 0; from < 650_000; from += 50_000) await window.view(from, 50_000);
  window.bytes = content.length;
  for (let from = 650_000; from < CONTENT_BYTES; from += 50_000)
    t.ok(Buffer.from(content.subarray(from, from + 50_000)).equals(await window.view(from, 50_000)));
});

test('what cannot be read ahead fails when it is needed, and not before', async (t) => {
  const file = memoryFile(content);
  const failing = {
    ...file,
    read: (target: Uint8Array, position: number): Promise<number> =>
      position > 1_000_000 ? Promise.reject(new Error('EIO')) : file.read(target, position),
  };
  const window = new FileWindow(failing, content.length, 400_000);
  let from = 0;
  const read = async (): Promise<void> => {
    for (; from < CONTENT_BYTES; from += 50_000) await window.view(from, 50_000);
  };
  await t.rejects(read(), { message: 'EIO' });
  t.ok(from >= 900_000, `as far as ${from}`);
});
