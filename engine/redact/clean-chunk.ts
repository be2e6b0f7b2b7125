/** Cleans one piece: what a thread does. Pure but for the piece's own memory. */
import type { Bytes } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { ANYWHERE, type Finding } from '../../base/finding.ts';
import { fromLatin1, isSingleByte, toLatin1 } from './charset.ts';
import type { Chunk, Cleaned, Detail, Format, Sighting } from './chunk.ts';
import { type CsvShape, cleanCsv } from './csv.ts';
import { withExamples } from './examples.ts';
import { coverKeys } from './keys.ts';
import { passedOver } from './passed-over.ts';

/** What is the same for all pieces of an input. */
export interface Manner {
  readonly format: Format;
  /** The header's names and the delimiter; for `csv` only. */
  readonly csv?: CsvShape;
  /** Whether every finding is to be listed. */
  readonly sightings: boolean;
  /** `plain` if not set. */
  readonly detail?: Detail;
}

const NEWLINE = 10;

/** The piece masked, and what was found in it. */
export function cleanChunk(chunk: Chunk, manner: Manner, cleaner: Cleaner): Cleaned {
  const tally = new Tally(chunk, manner.sightings);
  const bytes = cleanedBytes(chunk, manner, cleaner, tally);
  const sightings = detailed(tally, bytes, chunk, manner.detail ?? 'plain', cleaner);
  return { bytes, counts: tally.counts, sightings, lines: tally.finish() };
}

/** Places in the masked text are those of the text itself only if nothing has moved. */
function detailed(tally: Tally, masked: Bytes, chunk: Chunk, detail: Detail, cleaner: Cleaner): Sighting[] {
  const isInPlace = masked.length === chunk.to - chunk.from && !isSingleByte(masked);
  if (detail === 'plain' || !isInPlace) return tally.sightings;
  const taken = withExamples(tally.sightings, masked, chunk.at);
  if (detail === 'examples') return taken;
  const passed = passedOver(masked, ANYWHERE, cleaner).map(({ from, to, ...rest }) => {
    const line = tally.lineOf(chunk.from + from);
    return { ...rest, from: from + chunk.at, to: to + chunk.at, line };
  });
  return [...taken, ...passed];
}

function cleanedBytes(chunk: Chunk, manner: Manner, cleaner: Cleaner, tally: Tally): Bytes {
  const { bytes, from, to, end } = chunk;
  const report = (finding: Finding): void => tally.add(finding);
  if (manner.format === 'csv')
    return cleanCsv(bytes.subarray(from, to), manner.csv!, cleaner, {
      isFirst: chunk.at === 0,
      report: (finding, at) => tally.add(finding, from + at),
    });
  if (manner.format === 'ndjson' && cleaner.hasColumns) coverKeys(bytes, { from, to }, cleaner, report);
  const clean = cleaner.cleanPart(bytes.subarray(0, end), { from, to }, ANYWHERE, report);
  return isSingleByte(clean) ? cleanedLatin1(clean, cleaner, report) : clean;
}

/**
 * A piece that is not UTF-8 is looked at once more as Latin-1, whose non-breaking space may stand
 * in a card number. Lossless: one character a byte. Offsets in reports are those of the UTF-8 form.
 */
function cleanedLatin1(bytes: Bytes, cleaner: Cleaner, report: (finding: Finding) => void): Bytes {
  const text = fromLatin1(bytes);
  const clean = cleaner.clean(text, ANYWHERE, report);
  return toLatin1(clean);
}

/** Counts findings and, if asked, lists them with their lines. */
class Tally {
  readonly counts: Record<string, number> = {};
  readonly sightings: Sighting[] = [];
  readonly #chunk: Chunk;
  readonly #listed: boolean;
  /** Where column rules have covered a value that a detector may see again. */
  readonly #covered = new Set<number>();
  #line = 1;
  #lineAt: number;

  constructor(chunk: Chunk, listed: boolean) {
    this.#chunk = chunk;
    this.#listed = listed;
    this.#lineAt = chunk.from;
  }

  add({ kind, from, to, reason }: Finding, shift = 0): void {
    if (reason === 'column') this.#covered.add(from + shift);
    else if (this.#covered.has(from + shift)) return;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (!this.#listed) return;
    const text = this.#chunk.at - this.#chunk.from + shift;
    this.sightings.push({ kind, from: text + from, to: text + to, line: this.lineOf(from + shift), reason });
  }

  /** Line breaks of the whole piece. */
  finish(): number {
    return this.#listed ? this.lineOf(this.#chunk.to) - 1 : 0;
  }

  /** Of an offset in the piece's memory. Findings come nearly in order: counting goes on where it ended. */
  lineOf(offset: number): number {
    if (offset < this.#lineAt) [this.#line, this.#lineAt] = [1, this.#chunk.from];
    const { bytes } = this.#chunk;
    for (
      let at = bytes.indexOf(NEWLINE, this.#lineAt);
      at >= 0 && at < offset;
      at = bytes.indexOf(NEWLINE, at + 1)
    )
      this.#line++;
    this.#lineAt = offset;
    return this.#line;
  }
}
