import type { Bytes } from './bytes.ts';

/** Sensitive data found in a text: a half-open span of its bytes. */
export interface Finding {
  /** The detector's kind: `pan`, `cvv`, `track`, ... */
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  /** Stable reason code for `--explain` and recordings: why it was taken. Never data. */
  readonly reason: string;
}

/** What stands around a text: context that a detector may use. */
export interface Place {
  /** Column, key, header or field name in its own spelling; empty if there is none. */
  readonly name: string;
  /** `cell`: the text is one whole value of a field. `text`: any running text. */
  readonly kind: 'cell' | 'text';
  /**
   * `verbatim`: any character may stand in the text.
   * `number`: the text must stay a number (an array of numerics, a JSON number): masks use digits.
   */
  readonly form: 'verbatim' | 'number';
}

/** Running text without any context. */
export const ANYWHERE: Place = { name: '', kind: 'text', form: 'verbatim' };

/** Takes each finding as it is settled, in order of `from`. */
export type Report = (finding: Finding) => void;

/**
 * Finds what its rules name in one stream of bytes.
 *
 * `scan` takes the stream's bytes from the first one not yet settled, and returns how many of
 * them are settled now: nothing that starts there can still become a finding. The caller
 * presents the rest again, in front of what comes next. Findings are spans of `bytes`, lie
 * wholly inside the settled part, ascend and do not overlap. With `last` all bytes settle.
 * For every way of cutting a stream the findings are the same.
 */
export interface Scanner {
  scan(bytes: Bytes, last: boolean, report: Report): number;
}

/** One kind of sensitive data. */
export interface Detector {
  readonly kind: string;
  /** Most bytes that a scanner of this kind leaves unsettled. */
  readonly reachBytesMax: number;
  open(place: Place): Scanner;
}

/** One way of masking. Pure. */
export interface Masker {
  readonly name: string;
  /** The mask has as many bytes as what it hides: it can be written in place. */
  readonly keepsLength: boolean;
  /** The bytes that take the place of `text[finding.from .. finding.to)`. */
  mask(text: Bytes, finding: Finding, place: Place): Bytes;
}
