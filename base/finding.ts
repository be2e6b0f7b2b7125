import type { Bytes } from './bytes.ts';

/** Sensitive data found in a text: a half-open span of its bytes. */
export interface Finding {
  /** The detector's kind: `pan`, `cvv`, `track`, ... */
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  /** Stable reason code for `--explain` and recordings: why it was taken. Never data. */
  readonly reason: string;
  /**
   * How the span's characters are spelled, where that is not as base/character.ts reads them:
   * two hexadecimal digits for each ASCII character, or one for each decimal digit.
   */
  readonly spelling?: 'hex' | 'bcd';
}

/** What stands around a text: context that a detector may use. */
export interface Place {
  /** Column, key, header or field name in its own spelling; empty if there is none. */
  readonly name: string;
  /** `cell`: the text is one whole value of a field. `text`: any running text. */
  readonly kind: 'cell' | 'text';
  /**
   * `verbatim`: any character may stand in the text.
   * `number`: the text must stay a number (an array of numerics): masks use digits.
   * `json`: the text must stay a JSON text: masks of bare numbers use digits.
   */
  readonly form: 'verbatim' | 'number' | 'json';
}

/** Running text without any context. */
export const ANYWHERE: Place = { name: '', kind: 'text', form: 'verbatim' };

/**
 * What may touch a value in bytes that are searched: text alone, or on some side a byte of binary
 * framing, which may look like a digit. Bits.
 */
export const UNFRAMED = 0;
export const FRAMED_BEFORE = 1;
export const FRAMED_AFTER = 2;
export const FRAMED: number = FRAMED_BEFORE | FRAMED_AFTER;

/** Takes each finding as it is settled, in order of `from`. */
export type Report = (finding: Finding) => void;

/**
 * Finds what its detectors name in one stream of bytes, cut anywhere. Pure: what was settled
 * before stands in front as context, as it came, unmasked.
 */
export interface Scanner {
  /** Most bytes that `scan` leaves unsettled. */
  readonly reachBytesMax: number;
  /** As of Detector, for all of them. */
  next(bytes: Bytes, from: number, to: number, framing?: number): number;
  open(bytes: Bytes, from: number): number;
  /** A detector heeds the place: `scan` may find there what `next`, which is blind to names, passes. */
  heeds(place: Place): boolean;
  /**
   * Scans from `from`; what stands before is context, of which the last `contextBytesMax` bytes
   * are enough. Returns the offset up to which the bytes are settled now: nothing that starts
   * there can still become a finding. Findings are spans of `bytes`, lie wholly inside the
   * settled part, ascend and do not overlap. With `last` all bytes settle. For every way of
   * cutting a stream the findings are the same. `hit`: what `next` has said, if it was asked.
   */
  scan(bytes: Bytes, from: number, last: boolean, place: Place, report: Report, hit?: number): number;
}

/** Most bytes before a place that a judgement may depend on. */
export const contextBytesMax = 128;

/** What a judgement says when the bytes end before it can be made. */
export type Undecided = 'undecided';

/** What is done with a kind where nobody says otherwise. */
export interface BuiltIn {
  /** Name of a mask. */
  readonly mask: string;
  /** Never kept or shown after authorization (PCI DSS 3.3.1): only a mask that hides it whole may be chosen. */
  readonly isAuthentication?: true;
  /** Columns that hold nothing else: the name of their rule, and patterns such as `card_cvv*`. */
  readonly columns?: { readonly rule: string; readonly names: readonly string[] };
}

/**
 * One kind of sensitive data, as a pure function of a place and the bytes around it. It sees at
 * most `contextBytesMax` bytes before the place and `reachBytesMax` after it: that is why a
 * stream may be cut anywhere.
 */
export interface Detector {
  readonly kind: string;
  /** Of detectors that are on where nobody says otherwise. */
  readonly builtIn?: BuiltIn;
  /** Most bytes, from `at` on, that a judgement needs. */
  readonly reachBytesMax: number;
  /** A finding can start only with a byte whose entry is 1. */
  readonly leads: Uint8Array;
  /** As `leads`, where the byte before is an ASCII digit, but for the last one of `%22` or the like. */
  readonly leadsInside: Uint8Array;
  /** At a place of such a name the prefilter, which is blind to names, is not asked. */
  heeds?(place: Place): boolean;
  /** A finding of another kind that starts inside one of this kind and ends behind it has precedence. */
  readonly yields?: boolean;
  /**
   * Never past the first byte of a finding of this kind in [from, to), often before a harmless
   * one; `to` if there is none. At memory speed, and blind to what stands before `from`. `framing`
   * is FRAMED if it is not given.
   */
  next(bytes: Bytes, from: number, to: number, framing?: number): number;
  /**
   * The first offset, at or after `from`, from which a finding may start that does not end in
   * `bytes`; never less than `bytes.length - reachBytesMax` need be given, `bytes.length` if there
   * is none.
   */
  open(bytes: Bytes, from: number): number;
  /**
   * The finding that starts at `at`; null if none does. `undecided` only while `last` is false
   * and fewer than `reachBytesMax` bytes follow.
   */
  judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null;
  /**
   * Of detectors that weigh: what was decided of what starts at `at`, and why, though it may not
   * have been taken (a reason that starts with `not-`). The bytes end where they end.
   */
  explain?(bytes: Bytes, at: number, place: Place): Omit<Finding, 'kind'> | null;
}

/** One way of masking. Pure. */
export interface Masker {
  readonly name: string;
  /** The mask has as many bytes as what it hides: it can be written in place. */
  readonly keepsLength: boolean;
  /** The bytes that take the place of `text[finding.from .. finding.to)`. */
  mask(text: Bytes, finding: Finding, place: Place): Bytes;
  /** Writes the same bytes into the text itself and is true, or is false and has written nothing. */
  overwrite?(text: Bytes, finding: Finding, place: Place): boolean;
}
