import type { Bytes } from './bytes.ts';
import type { Finding, Place, Report } from './finding.ts';

/** A rule that masks a whole field by where it comes from, whatever its value. */
export interface ColumnRule {
  /** The rule's name in the configuration, for recordings. */
  readonly rule: string;
  /** What the column is held to contain: `pan`, `cvv`, ... */
  readonly kind: string;
  /** Mask mode: `full`, `partial`, `null`, ... as in docs/configuration.md. */
  readonly mask: string;
}

/**
 * The rule set of one target, ready for use: detectors and masks put together. Protocols see
 * this and nothing of detectors or masking. All methods are synchronous and pure but for
 * `clean`, `cover` and `CleanStream.push`, which may write masks into the bytes given.
 */
export interface Cleaner {
  /** SHA-256 over the rule set, in hex; stands in every recording. */
  readonly digest: string;
  /** Most bytes behind a byte that decide whether and how it is masked. */
  readonly reachBytesMax: number;
  /**
   * The prefilter, at memory speed: the first offset in [from, to) from which a finding could
   * start; `to` if the bytes hold none. Never past a finding's first byte; often before a
   * harmless one. Bytes are taken as they are: framing between values is no harm; where it may
   * stand is said by `framing`, of base/finding.ts, for fewer stops.
   */
  next(bytes: Bytes, from: number, to: number, framing?: number): number;
  /**
   * True for a place by whose name a detector takes what it takes nowhere else: its values are to
   * be cleaned without asking `next`, which is blind to names.
   */
  heeds(place: Place): boolean;
  /** All findings in one whole text. */
  find(bytes: Bytes, place: Place): readonly Finding[];
  /**
   * What the detectors that weigh have decided of what starts at `at`, taken or not (a reason that
   * starts with `not-`); null if it is nothing of theirs. Absent if none of them is on.
   */
  explain?(bytes: Bytes, at: number, place: Place): Finding | null;
  /**
   * One whole text masked: `bytes` itself, masked in place, where every mask keeps the length.
   * `hit`: what `next` has said of it, if it was asked.
   */
  clean(bytes: Bytes, place: Place, report?: Report, hit?: number): Bytes;
  /**
   * As `clean`, for the part [from, to) of a longer text: what stands around it is context. No
   * finding may cross `to` (an assertion). Gives the masked part alone; `bytes` in place where it can.
   */
  cleanPart(
    bytes: Bytes,
    part: { readonly from: number; readonly to: number },
    place: Place,
    report?: Report,
  ): Bytes;
  /** The rule for a column, by its name and its table's (empty where unknown), case-insensitive. */
  column(name: string, table: string): ColumnRule | null;
  /** True if any column rule or column detector is on at all. */
  readonly hasColumns: boolean;
  /** What a number in a column of numbers becomes: false: NULL; true: a number of as many digits. */
  readonly keepsNumbers: boolean;
  /** A whole value masked by a column rule; in place where the mask keeps the length; null for SQL NULL. */
  cover(bytes: Bytes, rule: ColumnRule, place: Place): Bytes | null;
  /** Masks a text that comes in pieces. */
  stream(place: Place): CleanStream;
}

/** One text in pieces: what goes in comes out masked, delayed by at most the detectors' reach. */
export interface CleanStream {
  /**
   * Takes the next piece (which may be masked in place) and gives back what is settled, in
   * order, as views that are valid until the next call. `last` settles everything. Spans that
   * are reported count from the stream's first byte.
   */
  push(piece: Bytes, last: boolean, report?: Report): readonly Bytes[];
  /** Bytes held back now. */
  readonly heldBytes: number;
}
