/** What `pangate scan` prints: a table with masked examples, reasons, or the report as JSON. */
import { InvalidArgumentError } from 'commander';
import { entryOf, isTaken } from '../engine/redact/report.ts';
import type { FileResult, Totals } from '../engine/redact/run.ts';
import { table } from './table.ts';

const ROWS_MAX = 100_000_000;
/** Lines of the table, or of reasons; the report has all. */
const LINES_MAX = 10_000;
const HEAD_JSON = '{\n "pangate": "scan",\n "files": [';

/** A number of rows; throws for anything else. */
export function parseRows(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= ROWS_MAX) return Number(text);
  throw new InvalidArgumentError(`Write a number from 1 to ${ROWS_MAX}.`);
}

/** Collects results as they come, at most as many lines as a person may read. */
export class ScanOutput {
  readonly #isJson: boolean;
  readonly #isExplaining: boolean;
  readonly #rows: string[][] = [];
  #entries = 0;
  #isCut = false;

  constructor(options: { readonly json?: boolean; readonly explain?: boolean }) {
    this.#isJson = options.json ?? false;
    this.#isExplaining = options.explain ?? false;
  }

  /** What is to be written at once: in JSON every input has its entry. The table comes in the end. */
  add(result: FileResult): string {
    if (this.#isJson) return `${this.#entries++ > 0 ? ',' : HEAD_JSON}\n  ${JSON.stringify(entryOf(result))}`;
    for (const row of this.#isExplaining ? reasons(result) : findings(result)) this.#push(row);
    return '';
  }

  #push(row: string[]): void {
    if (this.#rows.length < LINES_MAX) this.#rows.push(row);
    else this.#isCut = true;
  }

  /** What is left to be written. */
  end(totals: Totals): string {
    if (this.#isJson)
      return `${this.#entries > 0 ? '' : HEAD_JSON}\n ],\n "totals": ${JSON.stringify(totals)}\n}\n`;
    this.#rows.sort(([left], [right]) => (left! < right! ? -1 : left! > right! ? 1 : 0));
    const heads = this.#isExplaining
      ? ['WHERE', 'LINE', 'KIND', 'TAKEN', 'REASON', 'EXAMPLE']
      : ['WHERE', 'KIND', 'COUNT', 'EXAMPLE'];
    const body = this.#rows.length > 0 ? table(heads, this.#rows) : '';
    return `${body}${this.#isCut ? 'more is in the report (--report)\n' : ''}${summary(totals)}`;
  }
}

function findings({ path, counts, sightings }: FileResult): string[][] {
  return Object.entries(counts).map(([kind, count]) => {
    const seen = sightings.find(
      (sighting) => sighting.kind === kind && isTaken(sighting) && sighting.example,
    );
    return [path, kind, String(count), seen?.example ?? ''];
  });
}

function reasons({ path, sightings }: FileResult): string[][] {
  return sightings.map((sighting) => {
    const { line, kind, reason, example = '' } = sighting;
    return [path, String(line), kind, isTaken(sighting) ? 'yes' : 'no', reason, example];
  });
}

function summary({ counts, files, bytes }: Totals): string {
  const kinds = Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1));
  const found = kinds.map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing';
  return `${found} found in ${files} input(s), ${bytes} bytes of text\n`;
}
