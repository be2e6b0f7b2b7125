/** What a recording says of its session, for lists and filters. */
import type { Outline, Recording } from '../../recorder/index.ts';

/** A session in plain values; texts are as recorded, not yet safe for a terminal. */
export interface SessionInfo {
  readonly sid: string;
  readonly path: string;
  readonly startedUs: number;
  readonly durationUs: number;
  readonly user: string;
  readonly groups: readonly string[];
  readonly target: string;
  readonly protocol: string;
  readonly database: string;
  readonly client: string;
  readonly application: string;
  readonly result: string;
  readonly node: string;
  readonly statements: number;
  readonly masked: number;
  readonly errors: number;
  /** Bits of `FACT`. */
  readonly kinds: number;
  readonly records: number;
  readonly bytes: number;
  /** `complete`, `recovered` after a crash, or `unfinished`: open or cut off. */
  readonly state: 'complete' | 'recovered' | 'unfinished';
  /** Why it ended; empty while it has not. */
  readonly why: string;
}

/** Reads the opening and walks the seals. Throws `archive-damaged` never: what is missing is empty. */
export async function sessionInfo(recording: Recording): Promise<SessionInfo> {
  const [opening, outline] = [await recording.opening(), await recording.outline()];
  const { header, path, bytes } = recording;
  const address = textIn(opening, 'client', 'address');
  return {
    sid: header.sid,
    path,
    startedUs: header.wallUs,
    durationUs: outline.durationUs,
    user: textIn(opening, 'user', 'id'),
    groups: listIn(opening, 'user', 'groups'),
    target: textIn(opening, 'target', 'name'),
    protocol: textIn(opening, 'protocol'),
    database: textIn(opening, 'target', 'database'),
    client: address && `${address}:${textIn(opening, 'client', 'port')}`,
    application: textIn(opening, 'client', 'application'),
    result: textIn(opening, 'result'),
    node: textIn(header.map, 'node'),
    ...counts(outline),
    bytes,
    state: stateOf(outline),
    why: textIn(outline.end, 'why'),
  };
}

function counts({
  statements,
  masked,
  errors,
  kinds,
  records,
}: Outline): Pick<SessionInfo, 'statements' | 'masked' | 'errors' | 'kinds' | 'records'> {
  return { statements, masked, errors, kinds, records };
}

function stateOf(outline: Outline): SessionInfo['state'] {
  if (outline.end === null) return 'unfinished';
  return outline.recovered || outline.end['why'] === 'recovered' ? 'recovered' : 'complete';
}

/** The text or number under some keys; empty if there is none. */
export function textIn(map: unknown, ...keys: readonly string[]): string {
  const value = valueIn(map, keys);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : '';
}

/** The value if it is a list; else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list under some keys. */
export function listIn(map: unknown, ...keys: readonly string[]): readonly string[] {
  const value = valueIn(map, keys);
  return Array.isArray(value) ? value.map((each) => textIn({ each }, 'each')) : [];
}

function valueIn(map: unknown, keys: readonly string[]): unknown {
  let value = map;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
