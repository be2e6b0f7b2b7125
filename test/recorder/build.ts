/**
 * Recordings made in memory from the recorder's own parts, with fixed times and seeds: the
 * same call gives the same bytes on every machine and with every run (per zstd engine).
 */
import { FACT, type Facts } from '../../base/recording.ts';
import { Chain } from '../../recorder/chain.ts';
import { sha256 } from '../../recorder/hash.ts';
import { encodeHeader } from '../../recorder/header.ts';
import { keyOfSeed } from '../../recorder/log/ed25519.ts';
import type { NamedKey } from '../../recorder/log/note.ts';
import { encodeBody } from '../../recorder/record.ts';
import { encodeSeedBody, packSegment } from '../../recorder/segment.ts';
import { SegmentBuffer } from '../../recorder/segment-buffer.ts';
import { epochKeyName, noteFrame } from '../../recorder/session-note.ts';
import type { Zstd } from '../../recorder/zstd.ts';
import { opening } from './sample.ts';

/** Wall time of the session's start: 2026-11-23T12:00:00Z. */
export const STARTED_US = 1_795_435_200_000_000;

/** A record to put into a segment; `null` seals what there is and begins the next segment. */
export interface Planned {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly facts?: Facts;
  /** Microseconds after the record before; 1000 unless told. */
  readonly afterUs?: number;
}

/** What to build. */
export interface Plan {
  readonly zstd: Zstd;
  readonly sid: string;
  readonly segments: readonly (readonly Planned[])[];
  /** Seals over silence behind the last segment. */
  readonly silences?: number;
  /** How it ends; null leaves it open. */
  readonly end: Readonly<Record<string, unknown>> | null;
  /** Signs: a note behind each segment, and the last one. Keys of epochs come from the sid. */
  readonly node?: NamedKey;
  /** Signs with the key of a later epoch, under the right name: a forgery. */
  readonly epochShift?: number;
}

/** The node of signed fixtures: its key is public. */
export const FIXTURE_NODE: NamedKey = {
  name: 'pangate/node/fixture',
  key: keyOfSeed(sha256(Buffer.from('a key that everybody knows'))),
};

/** The C frame at this place of a chain. */
function noteAt(chain: Chain, plan: Plan, wallUs: number, isEnd: boolean): Uint8Array {
  const { sid } = plan;
  const epoch = chain.notes;
  const keyOf = (number: number) => keyOfSeed(sha256(Buffer.from(`${sid} epoch ${number}`)));
  const signer =
    epoch === 0 ? plan.node! : { name: epochKeyName(sid, epoch), key: keyOf(epoch + (plan.epochShift ?? 0)) };
  const next = isEnd ? null : keyOf(epoch + 1).publicKey;
  const counts = { records: chain.nextSeq, seals: chain.seals, head: chain.head };
  const frame = noteFrame({ sid, epoch, ...counts, wallUs, wallErrorUs: 1000, next }, signer);
  chain.note(frame);
  return frame;
}

/** The whole file. */
export function buildRecording(plan: Plan): Uint8Array {
  const chain = new Chain();
  const map = { node: 'gw-1', boot: '00'.repeat(8), ordinal: 0, gateway: '0.1.0', mode: 'strict' };
  const header = encodeHeader({ flags: 0, sid: plan.sid, wallUs: STARTED_US, wallErrorUs: 1000, map });
  const frames: Uint8Array[] = [header];
  let dtUs = 0;
  const wall = (): { us: number; errorUs: number } => ({ us: STARTED_US + dtUs, errorUs: 1000 });
  chain.begin(header);
  for (const [number, planned] of plan.segments.entries()) {
    const segment = new SegmentBuffer(chain.nextSeq, () => null);
    const put = (type: string, body: Uint8Array, facts?: Facts): void =>
      segment.append(
        { seq: chain.nextSeq + segment.count, dtUs, type, body, tailName: '', tail: null },
        facts,
      );
    put('seed', encodeSeedBody(sha256(Buffer.from(`${plan.sid} ${number}`))));
    for (const { type, data, facts, afterUs } of planned) {
      dtUs += afterUs ?? 1000;
      put(type, encodeBody(data), facts);
    }
    const { firstSeq, length: rawBytes, monoFirstUs, monoLastUs, facts } = segment;
    const packed = packSegment(plan.zstd, segment.bytes.slice(0, rawBytes));
    frames.push(...chain.seal({ ...packed, firstSeq, rawBytes, monoFirstUs, monoLastUs, facts }, wall(), 0));
    if (plan.node) frames.push(noteAt(chain, plan, wall().us, false));
  }
  for (let i = 0; i < (plan.silences ?? 0); i++) {
    dtUs += 60_000_000;
    frames.push(chain.heartbeat(dtUs, wall()));
  }
  if (plan.end !== null) {
    frames.push(...chain.finish(wall(), 0, plan.end));
    if (plan.node) frames.push(noteAt(chain, plan, wall().us, true));
    frames.push(chain.table());
  }
  return Buffer.concat(frames);
}

/** A session of a few statements, `perSegment` to a segment. */
export function smallPlan(zstd: Zstd, statements: number, perSegment: number): Plan {
  const sid = '01M84000000000000000000000';
  const all: Planned[] = [{ type: 's.open', data: { ...opening, sid, wall_us: STARTED_US } }];
  for (let id = 0; id < statements; id++) all.push(...statement(id));
  all.push({ type: 's.close', data: { why: 'client left' } });
  const segments: Planned[][] = [];
  for (let i = 0; i < all.length; i += perSegment * 4) segments.push(all.slice(i, i + perSegment * 4));
  return { zstd, sid, segments, silences: 1, end: { why: 'client left' } };
}

function statement(id: number): Planned[] {
  const kinds = FACT.statement;
  const rows = [[`customer ${id}`, '411111******1111', null]];
  return [
    {
      type: 'sql.q',
      data: { id, op: 'simple', text: `select * from cards where id = ${id}` },
      facts: { statements: 1, kinds },
    },
    { type: 'sql.rows', data: { id, off: 0, rows }, facts: { kinds: FACT.rows } },
    {
      type: 'mask.b',
      data: { ref: id, col: 1, rule: 'pan', kind: 'pan', n: 1 },
      facts: { masked: 1, kinds: FACT.masked },
    },
    { type: 'sql.done', data: { id, tag: 'SELECT 1', rows: 1, us: 420 } },
  ];
}
