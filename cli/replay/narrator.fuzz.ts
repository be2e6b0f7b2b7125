/** Records of any shape, as a hostile recorder might write them, told to a player: nothing throws, and all that is shown is safe. */
import type { RecordRead } from '../../recorder/index.ts';
import { TerminalFilter } from '../../recorder/terminal/index.ts';
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import type { Beat } from './beat.ts';
import { Narrator } from './narrator.ts';

const TYPES = [
  ...['s.open', 's.close', 'gap', 'clock', 'mark', 'alert', 'viewer', 'redacted', 'ap.req', 'ap.dec'],
  ...['sql.q', 'sql.cols', 'sql.rows', 'sql.elided', 'sql.done', 'sql.notice', 'sql.error', 'mask.b'],
  ...['tty.o', 'tty.e', 'tty.i', 'tty.r', 'tty.k', 'tty.exec', 'tty.env', 'tty.file', 'tty.fwd'],
  ...['http.req', 'http.res', 'http.ws', 'a.type'],
];
const KEYS = [
  ...['id', 'op', 'text', 'params', 'cols', 'off', 'rows', 'tag', 'us', 'sqlstate', 'msg', 'why', 'n'],
  ...['d', 'ch', 'c', 'r', 'hidden', 'cmd', 'path', 'size', 'kind', 'label', 'm', 'url', 'v', 'h', 'body'],
  ...['ref', 'col', 'rule', 'st', 't', 'dir', 'ct', 'user', 'target', 'events', 'bytes', 'wall', 'sha256'],
];
const HOSTILE = ['\x1b]52;c;ZXZpbA==\x07', '\x1b[2J', '\x1bP$qm\x1b\\', '\x9b6n', '\u202e', '\ud800', 'x'];

function value(random: Random, depth: number): unknown {
  const kind = random.below(depth > 2 ? 6 : 9);
  if (kind === 0) return random.pick([0, 1, -1, 80, 24, 1e15, 2 ** 53, 0.5, Number.NaN]);
  if (kind === 1) return random.pick(HOSTILE).repeat(random.below(4));
  if (kind === 2) return Buffer.from(random.bytes(random.below(40)));
  if (kind === 3) return Buffer.from(random.pick(HOSTILE), 'latin1');
  if (kind === 4) return random.pick([null, true, false]);
  if (kind === 5) return 'select 1';
  if (kind === 6) return map(random, depth + 1);
  return Array.from({ length: random.below(5) }, () => value(random, depth + 1));
}

function map(random: Random, depth: number): Record<string, unknown> {
  const names = Array.from({ length: random.below(8) }, () => random.pick(KEYS));
  return Object.fromEntries(names.map((name) => [name, value(random, depth)]));
}

function round(random: Random, tell: (narrator: Narrator, record: RecordRead) => readonly Beat[]): void {
  const narrator = new Narrator({ user: 'u', database: 'd', target: 't' }, random.oneIn(2));
  for (let seq = 0; seq < 30; seq++) {
    const record = { seq, dtUs: seq * 1000, type: random.pick(TYPES), data: map(random, 0) };
    for (const { kind, text } of tell(narrator, record))
      if (kind !== 'keyframe' && new TerminalFilter().push(text) !== text)
        throw new Error(`a beat of ${record.type} is not safe for a terminal`);
  }
}

/** The canary shows what was typed as it is. */
export const fuzzer: Fuzzer = {
  name: 'narrator',
  round: (random) => round(random, (narrator, record) => narrator.tell(record)),
  canary: (random) =>
    round(random, (narrator, record) => [
      ...narrator.tell(record),
      { kind: 'output', seq: 0, atUs: 0, text: String(record.data['text'] ?? '') } as Beat,
    ]),
};
