/** Texts full of card numbers and of what looks like them, cut at random: the result must be that of the whole. */
import { Readable } from 'node:stream';
import { type Bytes, equal, join, keep, utf8 } from '../../base/bytes.ts';
import { ANYWHERE } from '../../base/finding.ts';
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import { createCleaner } from '../cleaner.ts';
import { defaultRules } from '../mask-rules.ts';
import { createCrew } from './crew.ts';
import { streamIntake } from './intake.ts';
import { redactStream } from './redact-stream.ts';

const crew = createCrew(defaultRules, 1);
const cleaner = createCleaner(defaultRules);

const WORDS = [
  '4111111111111111',
  '4111 1111 1111 1111',
  '5555-5555-5555-4444',
  'cvv=123',
  '"cvv": "',
  '123',
  '\n',
  '\n',
  ' ',
];
const OTHERS = [
  'order 4711 ',
  'x',
  '"',
  ',',
  '{"pan":',
  '}',
  '2026-11-23 18:15:06.123456 ',
  '%B4111111111111111^A/B^2912101?',
  '.',
  '\\n',
];

function textOf(random: Random): Bytes {
  let text = '';
  for (let i = random.below(900); i >= 0; i--) {
    if (random.oneIn(3)) text += random.digits(1 + random.below(20));
    text += random.pick(random.oneIn(2) ? WORDS : OTHERS);
  }
  return utf8(text);
}

async function inPieces(bytes: Bytes, chunkBytes: number): Promise<Bytes> {
  const parts: Bytes[] = [];
  const source = streamIntake(Readable.from([Buffer.from(bytes)], { objectMode: false }));
  const outlet = { write: async (part: Bytes) => void parts.push(keep(part)), end: async () => undefined };
  await redactStream(source, outlet, { crew, format: 'text', sightings: false, isAlone: true, chunkBytes });
  return join(parts);
}

function check(whole: Bytes, pieces: Bytes): void {
  if (!equal(whole, pieces)) throw new Error('pieces and whole differ');
}

export const fuzzer: Fuzzer = {
  name: 'redact-cut',
  async round(random) {
    const bytes = textOf(random);
    const pieces = await inPieces(bytes, 100 + random.below(3000));
    check(cleaner.clean(keep(bytes), ANYWHERE), pieces);
  },
  /** Cuts anywhere, and cleans each piece without what stands around it. */
  canary(random) {
    const bytes = textOf(random);
    const size = 100 + random.below(3000);
    const parts: Bytes[] = [];
    for (let at = 0; at < bytes.length; at += size)
      parts.push(cleaner.clean(keep(bytes.subarray(at, at + size)), ANYWHERE));
    check(cleaner.clean(keep(bytes), ANYWHERE), join(parts));
  },
};
