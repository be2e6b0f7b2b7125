/**
 * A file read by random requests, pipelined, answered in any order, in part, and cut anywhere: each
 * answer is what stands there in the file masked as a whole. And then noise in both directions: it
 * throws nothing but errors of its own.
 */
import { type Bytes, join, keep, text, utf8 } from '../../../base/bytes.ts';
import { PangateError } from '../../../base/errors.ts';
import { ANYWHERE } from '../../../base/finding.ts';
import type { Fuzzer } from '../../../test/fuzz.ts';
import type { Random } from '../../../test/random.ts';
import { Peers } from '../../../test/ssh/file-peers.ts';
import { cleaner } from '../../../test/ssh/stage.ts';
import { frame } from '../message.ts';

const WORDS = [
  'card ',
  '4111111111111111',
  '5500 0000 0000 0004',
  '378282246310005',
  '\n',
  '12',
  'x'.repeat(300),
  ' ',
  ';4111111111111111=30121010000000000?',
];

function reading(random: Random, expected: (content: Bytes) => Bytes): void {
  const peers = new Peers().greet();
  const whole = utf8(Array.from({ length: 1 + random.below(120) }, () => random.pick(WORDS)).join(''));
  peers.files.set('/f', whole);
  const handle = peers.open('/f');
  const wanted = expected(keep(whole));
  peers.answerBytesMax = random.oneIn(3) ? 1 + random.below(700) : 1 << 20;
  const asked = requests(random, whole.length);
  for (const [id, [from, length]] of asked.entries()) peers.read(id, handle, from, length);
  const isOrdered = random.oneIn(2);
  for (let turns = 0; peers.asked.length > 0; turns++) {
    if (turns > 100_000) throw new Error('it asks for ever');
    const [next] = peers.asked.splice(isOrdered ? 0 : random.below(peers.asked.length), 1);
    for (const piece of cut(random, peers.answer(next!))) peers.inspector.server(piece);
  }
  asked.forEach(([from, length], id) => {
    const there = text(wanted.subarray(from, from + length));
    if ((peers.data(id) ?? '') !== there) throw new Error(`something else was read at ${from}, ${length}`);
  });
}

/** One after the other over the whole file, or anywhere. */
function requests(random: Random, size: number): [number, number][] {
  const step = 1 + random.below(random.oneIn(2) ? 40 : 2000);
  if (random.oneIn(2))
    return Array.from({ length: Math.min(300, Math.ceil(size / step)) }, (_, i) => [i * step, step]);
  return Array.from({ length: 20 }, () => [random.below(size + 10), 1 + random.below(step)]);
}

function cut(random: Random, bytes: Bytes): Bytes[] {
  const at = random.below(bytes.length + 1);
  return [keep(bytes.subarray(0, at)), keep(bytes.subarray(at))];
}

function noise(random: Random): void {
  const peers = new Peers().greet();
  peers.files.set('/f', utf8('content'));
  const handle = peers.open('/f');
  try {
    for (let i = 0; i < 20; i++) {
      const type = random.oneIn(8) ? random.below(256) : random.pick([3, 4, 5, 6, 9, 12, 16, 20, 200]);
      const raw = random.oneIn(2)
        ? random.bytes(random.below(60))
        : join([Uint8Array.of(0, 0, 0, 2), handle]);
      const sent = frame(type, i, { raw });
      if (random.oneIn(3)) peers.inspector.server(sent);
      else peers.inspector.client(sent);
      if (random.oneIn(4)) peers.settle();
    }
    peers.inspector.end();
  } catch (error) {
    if (!(error instanceof PangateError) || error.code === 'assertion') throw error;
  }
}

/** The canary expects the file as it is. */
export const fuzzer: Fuzzer = {
  name: 'sftp',
  round: (random) => {
    reading(random, (content) => cleaner.clean(content, ANYWHERE));
    noise(random);
  },
  canary: (random) => reading(random, (content) => content),
};
