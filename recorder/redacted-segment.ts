/**
 * The content of a segment from which records were removed: their leaves stand in their places,
 * and instead of the seed, from which all salts follow, the salts of what remains.
 * docs/formats/pgr-v1.md, "Redaction".
 */
import { type Bytes, join } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { sha256 } from './hash.ts';
import { rootOf, SALT_BYTES, saltOf } from './merkle.ts';
import { decodeMap } from './plain.ts';
import { encodeBody, type RecordHead, readRecordHead, recordBytesBound, writeRecord } from './record.ts';
import { recordEnds, SEED_TYPE, seedOf } from './segment.ts';

/** Stands for a seed. */
const SALTS_TYPE = 'seed.redacted';
/** Stands for a record that was removed. */
export const REDACTED_TYPE = 'redacted';
const HASH_BYTES = 32;

/** A record's place with its leaf, and its salt if it is still there. */
export interface RecordPlace {
  readonly head: RecordHead;
  readonly bytes: Bytes;
  readonly leaf: Bytes;
  /** Empty for the first record, null for one that is gone. */
  readonly salt: Bytes | null;
}

/**
 * The content without some records, by their numbers. Takes what was redacted before, too.
 * Throws `argument-invalid` for numbers that no record of the segment has, or the seed's.
 */
export function redactContent(raw: Bytes, removed: readonly number[]): Bytes {
  const places = placesOf(raw);
  const firstSeq = places[0]!.head.seq;
  for (const seq of removed)
    if (seq <= firstSeq || seq >= firstSeq + places.length)
      throw new PangateError(
        'argument-invalid',
        `record ${seq} cannot be removed`,
        `Records ${firstSeq + 1} to ${firstSeq + places.length - 1} of that segment can.`,
      );
  const gone = new Set(removed);
  const rest = places.slice(1).map((place) => (gone.has(place.head.seq) ? { ...place, salt: null } : place));
  const salts = join(rest.flatMap(({ salt }) => salt ?? []));
  const first = encodeRecord(places[0]!.head, SALTS_TYPE, { leaf: places[0]!.leaf, salts });
  return join([first, ...rest.map(remaining)]);
}

/** The numbers of the records that are gone. */
export function removedIn(raw: Bytes): readonly number[] {
  return placesOf(raw).flatMap(({ head, salt }) => (salt === null ? head.seq : []));
}

/** The records root. Throws `archive-damaged` for what is no redacted segment. */
export function redactedRoot(raw: Bytes): Bytes {
  return rootOf(join(placesOf(raw).map(({ leaf }) => leaf)));
}

function remaining({ head, bytes, leaf, salt }: RecordPlace): Bytes {
  return salt === null ? encodeRecord(head, REDACTED_TYPE, { leaf }) : bytes;
}

function encodeRecord({ seq, dtUs }: RecordHead, type: string, data: Record<string, Bytes>): Bytes {
  const body = Uint8Array.from(encodeBody(data));
  const record = { seq, dtUs, type, body, tailName: '', tail: null };
  const target = new Uint8Array(recordBytesBound(record));
  return target.subarray(0, writeRecord(target, 0, record));
}

/** Every record of a segment, redacted or not. Throws `archive-damaged`. */
export function placesOf(raw: Bytes): RecordPlace[] {
  const ends = recordEnds(raw);
  const bytes = [...ends].map((end, i) => raw.subarray(ends[i - 1] ?? 0, end));
  const seed = seedOf(raw, 0, ends[0] ?? 0);
  return seed === null ? redactedPlaces(bytes) : bytes.map((each, i) => seededPlace(each, i, seed));
}

function seededPlace(bytes: Bytes, index: number, seed: Bytes): RecordPlace {
  const salt = index === 0 ? new Uint8Array(0) : Uint8Array.from(saltOf(seed, index));
  return { head: headOf(bytes), bytes, leaf: leafOf(bytes, salt), salt };
}

function redactedPlaces(records: readonly Bytes[]): RecordPlace[] {
  const first = records[0] ?? new Uint8Array(0);
  const head = headOf(first);
  if (head.type !== SALTS_TYPE) throw damaged();
  const salts = bytesIn(first, head, 'salts');
  const places: RecordPlace[] = [
    { head, bytes: first, leaf: bytesIn(first, head, 'leaf'), salt: new Uint8Array(0) },
  ];
  let at = 0;
  for (const bytes of records.slice(1)) {
    const each = headOf(bytes);
    const isGone = each.type === REDACTED_TYPE;
    const salt = isGone ? null : salts.subarray(at, at + SALT_BYTES);
    if (each.type === SEED_TYPE || each.type === SALTS_TYPE) throw damaged();
    places.push({
      head: each,
      bytes,
      leaf: salt === null ? bytesIn(bytes, each, 'leaf') : leafOf(bytes, salt),
      salt,
    });
    if (!isGone) at += SALT_BYTES;
  }
  if (at !== salts.length || places.some(({ leaf }) => leaf.length !== HASH_BYTES)) throw damaged();
  return places;
}

function leafOf(record: Bytes, salt: Bytes): Bytes {
  return Uint8Array.from(sha256(join([Uint8Array.of(0), salt, record])));
}

function headOf(record: Bytes): RecordHead {
  const head = readRecordHead(record, 0, record.length);
  if (head === null) throw damaged();
  return head;
}

function bytesIn(record: Bytes, { bodyFrom, to }: RecordHead, name: string): Bytes {
  const value = decodeMap(record.subarray(bodyFrom, to))?.[name];
  if (!(value instanceof Uint8Array)) throw damaged();
  return value;
}

function damaged(): PangateError {
  return new PangateError('archive-damaged', 'a redacted segment is malformed');
}
