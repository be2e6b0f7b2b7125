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

  return {
    get heldBytes(): number {
      return tail.length - contextBytes;
    },
    push(piece: Bytes, last: boolean, report?: Report): readonly Bytes[] {
      const bytes = tail.length === 0 ? piece : join([tail, piece]);
      const from = contextBytes;
      const findings: Finding[] = [];
      const settled = scanner.scan(bytes, from, last, place, (finding) => findings.push(finding));
      const keptFrom = Math.max(0, settled - contextBytesMax);
      tail = keep(bytes.subarray(keptFrom));
      contextBytes = settled - keptFrom;
      if (report) for (const finding of findings) report(shifted(finding, passedBytes));
      passedBytes += keptFrom;
      if (settled === from) return [];
      if (findings.length === 0) return out(bytes, piece, from, settled);
      return [apply(bytes, { from, to: settled }, findings, place)];
    },
  };
}

/** The settled bytes: the piece itself where it is whole and nothing was held. */
function out(bytes: Bytes, piece: Bytes, from: number, settled: number): readonly Bytes[] {
  const whole = bytes.length - piece.length === from && settled === bytes.length;
  return [whole ? piece : bytes.subarray(from, settled)];
}

function shifted(finding: Finding, by: number): Finding {
  return by === 0 ? finding : { ...finding, from: finding.from + by, to: finding.to + by };
}
