/** The recordings of fixtures/recordings: how each is made, and what a verifier says of it. */
import { FACT } from '../../base/recording.ts';
import type { Zstd } from '../../recorder/zstd.ts';
import { buildRecording, FIXTURE_NODE, type Plan, type Planned, STARTED_US, smallPlan } from './build.ts';
import { joined, partsOf } from './frames.ts';
import { opening } from './sample.ts';

const SQL_SID = '01M84000000000000000000SQ1';

/** A session with what SQL records hold: results, masks, errors, elided rows, hostile text. */
export function sqlPlan(zstd: Zstd): Plan {
  return {
    zstd,
    sid: SQL_SID,
    segments: [opened(), query(), failure(), prepared()],
    silences: 0,
    end: { why: 'client left' },
  };
}

function opened(): Planned[] {
  const gateway = { node: 'gw-1', boot: '00'.repeat(8), version: '0.1.0', config: opening.configDigest };
  const { configDigest: _, ...rest } = opening;
  return [
    {
      type: 's.open',
      data: { sid: SQL_SID, ordinal: 0, ...rest, gateway, mode: 'strict', wall_us: STARTED_US },
    },
  ];
}

function query(): Planned[] {
  const cols = [
    { n: 'id', type: 20, tbl: 'cards' },
    { n: 'name', type: 25, tbl: 'cards' },
    { n: 'pan', type: 25, tbl: 'cards', masked: true, rule: 'pan-columns' },
    { n: 'balance', type: 1700, tbl: 'cards' },
  ];
  const rows = [
    ['1', 'Ada Lovelace', '411111******1111', '12.50'],
    ['2', 'Grace \u001b]0;owned\u0007\u001b[2J\u202eevil', '550000******0004', null],
    ['3', null, '340000*****0009', '-7'],
  ];
  return [
    {
      type: 'sql.q',
      data: { id: 1, op: 'simple', text: 'select id, name, pan,\n       balance\n  from cards where id < 4' },
      facts: { statements: 1, kinds: FACT.statement },
      afterUs: 250_000,
    },
    { type: 'sql.cols', data: { id: 1, cols } },
    { type: 'sql.rows', data: { id: 1, off: 0, rows }, facts: { kinds: FACT.rows } },
    { type: 'mask.b', data: { ref: 1, col: 2, name: 'pan', n: 3, rule: 'pan-columns', kind: 'pan' } },
    { type: 'sql.done', data: { id: 1, tag: 'SELECT 3', rows: 3 }, facts: { masked: 3, kinds: FACT.masked } },
  ];
}

function failure(): Planned[] {
  return [
    {
      type: 'sql.q',
      data: { id: 2, op: 'simple', text: 'select * from nowhere' },
      facts: { statements: 1, kinds: FACT.statement },
      afterUs: 61_500_000,
    },
    {
      type: 'sql.done',
      data: { id: 2, rows: 0, sqlstate: '42P01', msg: 'relation "nowhere" does not exist' },
      facts: { errors: 1, kinds: FACT.error },
    },
    { type: 'sql.notice', data: { sqlstate: '00000', msg: 'a notice \u001b[31m' } },
    { type: 'gap', data: { why: 'record-failed', events: 12, bytes: 3400 }, facts: { kinds: FACT.gap } },
  ];
}

function prepared(): Planned[] {
  const rows = [['called about 411111******1111'], [Buffer.from([1, 2, 255])], ['a,"b"\nc']];
  return [
    { type: 'sql.q', data: { id: 4, op: 'parse', text: 'select note from notes where customer = $1' } },
    {
      type: 'sql.q',
      data: {
        id: 3,
        op: 'execute',
        text: 'select note from notes where customer = $1',
        params: ['17', null],
      },
      facts: { statements: 1, kinds: FACT.statement },
      afterUs: 400,
    },
    { type: 'sql.cols', data: { id: 3, cols: [{ n: 'note', type: 25, tbl: 'notes' }] } },
    { type: 'sql.rows', data: { id: 3, off: 0, rows }, facts: { kinds: FACT.rows } },
    { type: 'sql.elided', data: { id: 3, rows: 500, bytes: 12_345, sha256: Buffer.alloc(32, 9) } },
    { type: 'mask.b', data: { ref: 3, col: 0, name: 'note', n: 1, rule: 'value' } },
    {
      type: 'sql.done',
      data: { id: 3, tag: 'SELECT 503', rows: 503 },
      facts: { masked: 1, kinds: FACT.masked },
      afterUs: 3_200_000,
    },
    { type: 's.close', data: { why: 'client left' } },
  ];
}

/** One fixture: its bytes, and the status that a verifier must give a copy of it that lies alone. */
export interface Fixture {
  readonly name: string;
  readonly status: string;
  readonly content: Uint8Array;
}

/** All of them, made anew. */
export async function fixtures(zstd: Zstd): Promise<Fixture[]> {
  const small = smallPlan(zstd, 6, 2);
  const whole = buildRecording(small);
  const parts = await partsOf(whole);
  const other = await partsOf(buildRecording({ ...small, sid: '01M84000000000000000000001' }));
  const flipped = Uint8Array.from(whole);
  flipped[1000]! ^= 1;
  const signed = { ...small, sid: '01M84000000000000000000S16', node: FIXTURE_NODE };
  const notes = await partsOf(buildRecording(signed));
  const places = notes.flatMap((part, i) => (part.kind === 'checkpoint' ? [i] : []));
  const later = await partsOf(buildRecording({ ...signed, epochShift: 1 }));
  const valid = (name: string, plan: Plan): Fixture => ({
    name,
    status: 'VALID',
    content: buildRecording(plan),
  });
  const changed = (name: string, content: Uint8Array): Fixture => ({ name, status: 'TAMPERED', content });
  return [
    valid('small', small),
    valid('sql', sqlPlan(zstd)),
    valid('empty', { ...small, segments: [], silences: 0 }),
    valid('silent', { ...small, segments: small.segments.slice(0, 1), silences: 5 }),
    { name: 'open', status: 'TRUNCATED', content: buildRecording({ ...small, end: null }) },
    { name: 'cut', status: 'TRUNCATED', content: whole.slice(0, 1000) },
    changed('bit-flipped', flipped),
    changed('segment-deleted', joined(parts.toSpliced(3, 2))),
    changed(
      'segments-swapped',
      joined([...parts.slice(0, 1), ...parts.slice(3, 5), ...parts.slice(1, 3), ...parts.slice(5)]),
    ),
    changed('segment-spliced', joined(parts.with(1, other[1]!).with(2, other[2]!))),
    valid('signed', signed),
    changed('signed-note-removed', joined(notes.toSpliced(places[1]!, 1))),
    changed('signed-last-note-removed', joined(notes.toSpliced(places.at(-1)!, 1))),
    changed('signed-by-later-key', joined(notes.with(places[1]!, later[places[1]!]!))),
    changed('bytes-behind', Buffer.concat([whole, Buffer.from('x')])),
    changed(
      'seek-table-changed',
      joined(
        parts.with(-1, {
          kind: 'seekTable',
          bytes: parts.at(-1)!.bytes.with(9, parts.at(-1)!.bytes[9]! ^ 1),
        }),
      ),
    ),
  ];
}
