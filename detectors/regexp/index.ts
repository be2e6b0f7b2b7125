import type { Bytes } from '../../base/bytes.ts';
import { contextBytesMax, type Detector, type Finding, type Undecided } from '../../base/finding.ts';
import { compilePattern, type Pattern } from './pattern.ts';

/** A detector of the operator's own. */
export interface CustomRule {
  readonly kind: string;
  /** A regular expression in the syntax of RE2, for text in UTF-8. */
  readonly pattern: string;
  readonly ignoreCase?: boolean;
  /** Most bytes of a finding; what is longer is found in parts. 256 if not set, at most 4,096. */
  readonly lengthBytesMax?: number;
  /** Most bytes that a stream may hold back for it, however long a finding may be. */
  readonly heldBytesMax?: number;
}

const LENGTH_BYTES_MAX = 256;
const HELD_BYTES_MAX = 4_100;
/** Bytes behind a finding that the pattern may look at: `\b`, `$`. */
const BEHIND_BYTES = 4;

const everywhere: Uint8Array = new Uint8Array(256).fill(1);

/**
 * Finds what a regular expression matches, leftmost first, in time linear in the text whatever
 * the pattern. A stream holds back as many bytes as a finding may have. Throws `config-invalid`
 * for a pattern that is none.
 */
export function customDetector({ kind, pattern, ignoreCase, ...bounds }: CustomRule): Detector {
  const compiled = compilePattern(kind, pattern, ignoreCase ?? false);
  const { lengthBytesMax = LENGTH_BYTES_MAX, heldBytesMax = HELD_BYTES_MAX } = bounds;
  const reachBytesMax = Math.min(lengthBytesMax + BEHIND_BYTES, heldBytesMax);
  return {
    kind,
    reachBytesMax,
    leads: everywhere,
    leadsInside: everywhere,
    yields: true,
    next: (bytes, from, to) => nextMatch(compiled, bytes, from, to, reachBytesMax),
    open: (bytes, from) => Math.max(from, bytes.length - reachBytesMax + 1),
    judge: (bytes, at, last) => judge(compiled, kind, bytes, at, last, reachBytesMax),
  };
}

/** The search goes in windows, so that a far match does not cost a near one its speed. */
const WINDOW_BYTES = 65_536;

function nextMatch(pattern: Pattern, bytes: Bytes, from: number, to: number, reach: number): number {
  for (let at = from; at < to; at += WINDOW_BYTES) {
    const low = Math.max(0, at - contextBytesMax);
    const window = bytes.subarray(low, Math.min(bytes.length, at + WINDOW_BYTES + reach));
    const match = pattern.find(window, at - low);
    if (match !== null && low + match.from < Math.min(to, at + WINDOW_BYTES)) return low + match.from;
  }
  return to;
}

function judge(
  pattern: Pattern,
  kind: string,
  bytes: Bytes,
  at: number,
  last: boolean,
  reach: number,
): Finding | Undecided | null {
  if (!last && bytes.length - at < reach) return 'undecided';
  const low = Math.max(0, at - contextBytesMax);
  const match = pattern.find(bytes.subarray(low, Math.min(bytes.length, at + reach)), at - low);
  if (match === null || low + match.from !== at || match.to === match.from) return null;
  return { kind, from: at, to: Math.min(low + match.to, at + reach - BEHIND_BYTES), reason: 'custom' };
}
