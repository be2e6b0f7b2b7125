/** Entries of the log over all sessions: docs/formats/pgr-v1.md, "Log". One msgpack map each. */
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { AuditEntry } from '../../base/recording.ts';
import { decodeMap } from '../plain.ts';
import { encodeValue } from '../record.ts';
import { ENTRY_BYTES_MAX } from './tiles.ts';

/** An entry as the log holds it. */
export interface LoggedEntry extends AuditEntry {
  /** Wall time of the sealer, microseconds since 1970. */
  readonly time_us: number;
}

/** Types that only the sealer writes. */
export const SEALER_TYPES: ReadonlySet<string> = new Set([
  'open',
  'ckpt',
  'close',
  'acked',
  'boot',
  'alive',
  'refused',
  'timestamp',
]);

/** `type` and `time_us` come first. Throws `limit-exceeded` for an entry that is too long. */
export function encodeEntry(entry: AuditEntry, timeUs: number): Bytes {
  const { type, ...rest } = entry;
  const bytes = encodeValue({ type, time_us: timeUs, ...rest });
  if (bytes.length > ENTRY_BYTES_MAX)
    throw new PangateError('limit-exceeded', 'an entry of the log is longer than 65,535 bytes');
  return bytes;
}

/** Null if the bytes are not an entry. */
export function decodeEntry(bytes: Bytes): LoggedEntry | null {
  const map = decodeMap(bytes);
  if (map === null || typeof map['type'] !== 'string' || typeof map['time_us'] !== 'number') return null;
  return map as unknown as LoggedEntry;
}

/** Types whose `note` is one that the sealer has signed. */
const NOTED_TYPES: ReadonlySet<string> = new Set(['open', 'ckpt', 'close']);

/** The signed note of an entry; null if it has none. Others than the sealer can add entries of other types only. */
export function noteOf({ type, note }: LoggedEntry): string | null {
  return NOTED_TYPES.has(type) && typeof note === 'string' ? note : null;
}
