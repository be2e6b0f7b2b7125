import { type Bytes, join, keep, NO_BYTES } from '../base/bytes.ts';
import type { CleanStream } from '../base/cleaner.ts';
import { contextBytesMax, type Finding, type Place, type Report, type Scanner } from '../base/finding.ts';

/** Masks findings in `bytes[from .. to)`; `bytes` in place where lengths stay. */
export type Apply = (
  bytes: Bytes,
  span: { readonly from: number; readonly to: number },
  findings: readonly Finding[],
  place: Place,
) => Bytes;

/** Bytes of a piece that what came before it may make a part of something. */
const SEAM_BYTES = 128;

/**
 * One text in pieces. A piece without anything to look at goes out as the very view that came;
 * what may be the beginning of a finding is held, at most the scanner's reach.
 */
export function cleanStream(scanner: Scanner, place: Place, apply: Apply): CleanStream {
  /** The last settled bytes as they came, then what is not settled yet. */
  let tail: Bytes = NO_BYTES;
  let contextBytes = 0;
  /** Bytes of the stream before `tail`. */
  let passedBytes = 0;

  /** Keeps what the next piece needs of `bytes`, which are settled up to `settled`. */
  function remember(bytes: Bytes, settled: number): void {
    const from = Math.max(0, settled - contextBytesMax);
    tail = keep(bytes.subarray(from));
    contextBytes = settled - from;
    passedBytes += from;
  }

  /** Nothing in the piece, nor at its seam with what came before, can be a part of a finding. */
  function isClean(piece: Bytes): boolean {
    if (contextBytes === 0 || contextBytes < tail.length || piece.length < SEAM_BYTES) return false;
    if (scanner.open(piece, 0) < piece.length) return false;
    const seam = join([tail, piece.subarray(0, SEAM_BYTES)]);
    return (
      scanner.next(seam, contextBytes, seam.length) === seam.length &&
      scanner.next(piece, 0, piece.length) === piece.length
    );
  }

  return {
    get heldBytes(): number {
      return tail.length - contextBytes;
    },
    push(piece: Bytes, last: boolean, report?: Report): readonly Bytes[] {
      if (!last && isClean(piece)) {
        passedBytes += tail.length;
        remember(piece, piece.length);
        return [piece];
      }
      const bytes = tail.length === 0 ? piece : join([tail, piece]);
      const from = contextBytes;
      const base = passedBytes;
      const findings: Finding[] = [];
      const settled = scanner.scan(bytes, from, last, place, (finding) => findings.push(finding));
      remember(bytes, settled);
      if (report) for (const finding of findings) report(shifted(finding, base));
      if (settled === from) return [];
      if (findings.length > 0) return [apply(bytes, { from, to: settled }, findings, place)];
      return [bytes.subarray(from, settled)];
    },
  };
}

function shifted(finding: Finding, by: number): Finding {
  return by === 0 ? finding : { ...finding, from: finding.from + by, to: finding.to + by };
}
