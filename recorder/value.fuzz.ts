/** The msgpack walk against the decoder: they agree on where values end, and neither throws. */
import { pack } from 'msgpackr';
import type { Fuzzer } from '../test/fuzz.ts';
import type { Random } from '../test/random.ts';
import { decodePlain } from './plain.ts';
import { valueEnd } from './value.ts';

type Walk = (bytes: Uint8Array, from: number, to: number) => number;

function draw(random: Random, depth: number): unknown {
  const kind = random.below(depth > 4 ? 6 : 8);
  if (kind === 0) return random.below(2 ** 32) - random.below(2 ** 31);
  if (kind === 1) return random.below(1000) / 7;
  if (kind === 2) return random.digits(random.below(random.oneIn(20) ? 70_000 : 300));
  if (kind === 3) return Buffer.from(random.bytes(random.below(random.oneIn(20) ? 70_000 : 300)));
  if (kind === 4) return random.pick([null, true, false]);
  if (kind === 5) return 'ü€😀'.repeat(random.below(40));
  const items = Array.from({ length: random.below(20) }, () => draw(random, depth + 1));
  return kind === 6 ? items : Object.fromEntries(items.map((item, i) => [`key ${i}`, item]));
}

function round(random: Random, walk: Walk): void {
  const value = pack(draw(random, 0));
  const framed = Buffer.concat([value, random.bytes(8)]);
  if (walk(framed, 0, framed.length) !== value.length) throw new Error('a value ends elsewhere');
  const cut = random.below(value.length);
  if (walk(value, 0, cut) !== -1) throw new Error('a value that is cut off has an end');
  const noise = random.bytes(1 + random.below(64));
  const end = walk(noise, 0, noise.length);
  if (end > noise.length || end === 0) throw new Error('a value ends behind the bytes there are');
  if (end > 0) decodePlain(noise.subarray(0, end));
}

/** The canary takes the length of a str 16 for that of a str 8. */
export const fuzzer: Fuzzer = {
  name: 'msgpack-walk',
  round: (random) => round(random, valueEnd),
  canary: (random) =>
    round(random, (bytes, from, to) =>
      bytes[from] === 0xda ? from + 2 + bytes[from + 1]! : valueEnd(bytes, from, to),
    ),
};
