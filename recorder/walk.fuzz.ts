/** The walk over frames: it ends, stays inside the file, and does not depend on how the file is read. */
import type { Fuzzer } from '../test/fuzz.ts';
import type { Random } from '../test/random.ts';
import { buildRecording, FIXTURE_NODE, smallPlan } from '../test/recorder/build.ts';
import { memoryFile } from '../test/recorder/disks.ts';
import { FileWindow } from './file-window.ts';
import { type FrameFound, frameAt } from './frame-walk.ts';
import { openZstd } from './zstd.ts';

const whole = buildRecording({ ...smallPlan(await openZstd(), 6, 2), node: FIXTURE_NODE });
const MAGICS = ['28b52ffd', '502a4d18', '512a4d18', '522a4d18', '5e2a4d18', '5a2a4d18'];

function changed(random: Random): Uint8Array {
  let content: Uint8Array = whole;
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(content.length);
    const added = random.oneIn(3) ? Buffer.from(random.pick(MAGICS), 'hex') : random.bytes(random.below(9));
    const to = Math.min(content.length, at + (random.oneIn(2) ? added.length : random.below(500)));
    content = Buffer.concat([content.subarray(0, at), added, content.subarray(to)]);
  }
  return random.oneIn(2) ? content : content.subarray(0, 1 + random.below(content.length));
}

async function walk(content: Uint8Array, windowBytes: number): Promise<FrameFound[]> {
  const window = new FileWindow(memoryFile(content), content.length, windowBytes);
  const found: FrameFound[] = [];
  for (let at = 0; ; ) {
    const frame = await frameAt(window, at);
    found.push(frame);
    if (frame.found !== 'frame') return found;
    if (frame.from !== at || frame.to <= at || frame.to > content.length)
      throw new Error('a frame lies where it cannot');
    at = frame.to;
  }
}

async function round(
  random: Random,
  other: (content: Uint8Array, windowBytes: number) => Promise<FrameFound[]>,
): Promise<void> {
  const content = changed(random);
  const [one, two] = [await walk(content, 1_048_576), await other(content, 1 + random.below(40))];
  if (JSON.stringify(one) !== JSON.stringify(two)) throw new Error('the walk depends on how a file is read');
}

/** The canary does not see the last byte of a file. */
export const fuzzer: Fuzzer = {
  name: 'frame-walk',
  round: (random) => round(random, walk),
  canary: (random) => round(random, (content, bytes) => walk(content.subarray(0, -1), bytes)),
};
