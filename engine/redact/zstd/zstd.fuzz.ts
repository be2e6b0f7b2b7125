/** Frames with changed bytes: their own content or one clear error, within the memory of a window. */
import { Readable } from 'node:stream';
import { type Bytes, equal, join, keep, utf8 } from '../../../base/bytes.ts';
import { PangateError } from '../../../base/errors.ts';
import { openZstd } from '../../../recorder/zstd.ts';
import type { Fuzzer } from '../../../test/fuzz.ts';
import type { Random } from '../../../test/random.ts';
import { streamIntake } from '../intake.ts';
import { zstdIntake } from './frames.ts';

const zstd = await openZstd();
/** A small frame cannot honestly hold more. */
const CONTENT_BYTES_MAX = 4_194_304;

function contentOf(random: Random): Bytes {
  let text = '';
  for (let i = random.below(400); i > 0; i--)
    text += random.oneIn(2)
      ? random.digits(1 + random.below(9))
      : random.pick(['GET /', ' 200 ', '\n', 'aaaaaaaaaaaa']);
  return random.oneIn(5) ? random.bytes(random.below(3000)) : utf8(text);
}

function changed(frame: Bytes, random: Random): Bytes {
  const broken = keep(frame);
  for (let i = 1 + random.below(3); i > 0; i--)
    broken[4 + random.below(broken.length - 4)]! ^= 1 << random.below(8);
  return broken;
}

async function decoded(frame: Bytes): Promise<Bytes> {
  const intake = zstdIntake(streamIntake(Readable.from([Buffer.from(frame)], { objectMode: false })));
  const parts: Bytes[] = [];
  const room = new Uint8Array(65_536);
  let total = 0;
  for (let count = await intake.read(room); count > 0; count = await intake.read(room)) {
    total += count;
    if (total > CONTENT_BYTES_MAX) throw new Error('more content than the frame can hold');
    parts.push(keep(room.subarray(0, count)));
  }
  return join(parts);
}

export const fuzzer: Fuzzer = {
  name: 'zstd-frames',
  async round(random) {
    const content = contentOf(random);
    const frame = zstd.compress(content, 1 + random.below(19));
    if (!equal(await decoded(frame), content)) throw new Error('a whole frame has another content');
    try {
      const outcome = await decoded(changed(frame, random));
      if (!equal(outcome, content)) throw new Error('a changed frame has another content');
    } catch (error) {
      if (!(error instanceof PangateError) || error.code !== 'file-unreadable') throw error;
    }
  },
  /** Believes what it is given: a changed frame's raw bytes pass for content. */
  canary(random) {
    const content = contentOf(random);
    const frame = zstd.compress(content, 3);
    const broken = changed(frame, random);
    if (!equal(broken, frame)) throw new Error('a changed frame has another content');
  },
};
