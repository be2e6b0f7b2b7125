/** Bodies of frames, changed at random: each is refused, or gives again the bytes that it was read from. */
import type { Fuzzer } from '../test/fuzz.ts';
import type { Random } from '../test/random.ts';
import { buildRecording, FIXTURE_NODE, smallPlan } from '../test/recorder/build.ts';
import { type Part, partsOf } from '../test/recorder/frames.ts';
import { decodeFooter, decodeIndex, encodeFooter, encodeIndex } from './footer.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { decodeHeader, encodeHeader } from './header.ts';
import { journalHead, openFrame, readFrame, readFrameHead } from './journal-frame.ts';
import { decodeRedaction, redactionFrame, redactionText } from './redaction.ts';
import { decodeSeal, encodeSeal } from './seal.ts';
import { decodeSessionNote, frameOfNote, noteOfFrame } from './session-note.ts';
import { openZstd } from './zstd.ts';

/** Reads a frame and writes it again; null where it is refused. */
type Form = (frame: Uint8Array) => Uint8Array | null;

const body = (frame: Uint8Array): Uint8Array => frame.subarray(FRAME_HEAD_BYTES);
const again =
  <Read>(decode: (frame: Uint8Array) => Read | null, encode: (read: Read) => Uint8Array): Form =>
  (frame) => {
    const read = decode(frame);
    return read === null ? null : encode(read);
  };

const forms: Readonly<Record<string, Form>> = {
  header: again((frame) => decodeHeader(body(frame)), encodeHeader),
  seal: again((frame) => decodeSeal(body(frame)), encodeSeal),
  index: again(
    (frame) => decodeIndex(body(frame)),
    ({ prev, map }) => encodeIndex(prev, map),
  ),
  footer: again(decodeFooter, encodeFooter),
  checkpoint: (frame) => (decodeSessionNote(body(frame)) === null ? null : frameOfNote(noteOfFrame(frame))),
  redaction: (frame) => {
    const read = decodeRedaction(body(frame));
    if (read !== null && redactionText(read) !== read.note.text) throw new Error('another text');
    return read === null ? null : frame;
  },
  journal: (frame) => {
    const head = readFrameHead(Buffer.from(frame), 0);
    if (head === null || head.length + FRAME_HEAD_BYTES > frame.length) return null;
    const payload = Buffer.from(frame.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + head.length));
    return readFrame(payload, head.checksum) === null ? null : frame;
  },
};

const REDACTION = [
  'pangate/redaction@v1',
  '01M84000000000000000000000',
  'segment 1',
  `sealed ${Buffer.alloc(32, 1).toString('base64')}`,
  `stored ${Buffer.alloc(32, 2).toString('base64')}`,
  'records 3,5-7',
  'time 1795435200000000',
  'reason a card number',
  '',
  '— approver/alice AAAAAAAA',
  '',
].join('\n');

const parts = await samples();

async function samples(): Promise<readonly { readonly kind: string; readonly bytes: Uint8Array }[]> {
  const plan = { ...smallPlan(await openZstd(), 4, 2), node: FIXTURE_NODE };
  const all: readonly Part[] = await partsOf(buildRecording(plan));
  return [
    ...all.filter(({ kind }) => Object.hasOwn(forms, kind)),
    { kind: 'redaction', bytes: redactionFrame(REDACTION) },
    { kind: 'journal', bytes: openFrame(7, all[0]!.bytes) },
    { kind: 'journal', bytes: journalHead(3, Buffer.alloc(8, 5)) },
  ];
}

function changed(bytes: Uint8Array, random: Random): Uint8Array {
  const from = FRAME_HEAD_BYTES + random.below(bytes.length - FRAME_HEAD_BYTES);
  const kind = random.below(5);
  if (kind === 0) return bytes.with(from, random.below(256));
  if (kind === 1) return bytes.with(from, bytes[from]! ^ (1 << random.below(8)));
  if (kind === 2) return bytes.subarray(0, from);
  const added = random.bytes(random.below(20));
  const to = kind === 3 ? from : Math.min(bytes.length, from + random.below(20));
  return Buffer.concat([bytes.subarray(0, from), added, bytes.subarray(to)]);
}

/** Maps may be written in more than one way: what stands in front of them, and their length, may not. */
function round(random: Random, form: (kind: string) => Form): void {
  const { kind, bytes } = random.pick(parts);
  const frame = random.oneIn(50) ? bytes : changed(bytes, random);
  const written = form(kind)(frame);
  if (written === null) {
    if (frame === bytes && form(kind)(bytes) !== null) throw new Error(`a ${kind} is refused and is not`);
    return;
  }
  const isSame = Buffer.from(body(written)).equals(body(frame));
  const hasMap = kind === 'header' || kind === 'index';
  if (!isSame && !hasMap) throw new Error(`a ${kind} has a second form`);
  if (hasMap && !Buffer.from(body(written).subarray(0, 40)).equals(body(frame).subarray(0, 40)))
    throw new Error(`what stands in front of the map of a ${kind} has a second form`);
}

/** The canary takes seals of any length. */
export const fuzzer: Fuzzer = {
  name: 'recording-forms',
  round: (random) => round(random, (kind) => forms[kind]!),
  canary: (random) =>
    round(random, (kind) => (frame) => forms[kind]!(kind === 'seal' ? frame.subarray(0, 186) : frame)),
};
