import { type Bytes, keep, NO_BYTES } from '../base/bytes.ts';
import type { CleanStream } from '../base/cleaner.ts';
import { contextBytesMax, type Finding, type Place, type Report, type Scanner } from '../base/finding.ts';
import { borrow } from './pool.ts';

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
  return new Stream(scanner, place, apply);
}

class Stream implements CleanStream {
  readonly #scanner: Scanner;
  readonly #place: Place;
  readonly #apply: Apply;
  /** What was settled last, as it came, up to `contextBytesMax` bytes, and room for a piece's head. */
  readonly #seam: Uint8Array = new Uint8Array(contextBytesMax + SEAM_BYTES);
  #contextBytes = 0;
  /** What is not settled yet. */
  #held: Bytes = NO_BYTES;
  /** Bytes of the stream that are settled. */
  #settledBytes = 0;

  constructor(scanner: Scanner, place: Place, apply: Apply) {
    this.#scanner = scanner;
    this.#place = place;
    this.#apply = apply;
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  push(piece: Bytes, last: boolean, report?: Report): readonly Bytes[] {
    if (!last && this.#isClean(piece)) {
      this.#remember(piece, piece.length, piece.length);
      return [piece];
    }
    const from = this.#contextBytes;
    const bytes = from + this.#held.length === 0 ? piece : this.#joined(piece);
    const heldBefore = this.#held.length;
    const findings: Finding[] = [];
    const settled = this.#scanner.scan(bytes, from, last, this.#place, (finding) => findings.push(finding));
    if (report) for (const finding of findings) report(shifted(finding, this.#settledBytes - from));
    this.#remember(bytes, settled, settled - from);
    this.#held = settled === bytes.length ? NO_BYTES : keep(bytes.subarray(settled));
    if (settled === from) return [];
    if (findings.length === 0 && bytes === piece) return [bytes.subarray(from, settled)];
    const masked =
      findings.length === 0
        ? bytes.subarray(from, settled)
        : this.#apply(bytes, { from, to: settled }, findings, this.#place);
    return bytes === piece || masked.buffer !== bytes.buffer
      ? [masked]
      : backInPlace(masked, heldBefore, piece, findings.length > 0);
  }

  /** What came before and the piece, where they can be searched as one: valid until the next call of any stream. */
  #joined(piece: Bytes): Bytes {
    const context = this.#context();
    const length = context.length + this.#held.length + piece.length;
    scratch ??= borrow();
    const bytes = length > scratch.length ? new Uint8Array(length) : scratch.subarray(0, length);
    bytes.set(context);
    bytes.set(this.#held, context.length);
    bytes.set(piece, context.length + this.#held.length);
    return bytes;
  }

  /** Nothing in the piece, nor at its seam with what came before, can be a part of a finding. */
  #isClean(piece: Bytes): boolean {
    if (this.#contextBytes < contextBytesMax || this.#held.length > 0 || piece.length < SEAM_BYTES)
      return false;
    if (this.#scanner.heeds(this.#place)) return false;
    if (this.#scanner.open(piece, 0) < piece.length) return false;
    const seam = this.#seam;
    seam.set(piece.subarray(0, SEAM_BYTES), contextBytesMax);
    return (
      this.#scanner.next(seam, contextBytesMax, seam.length) === seam.length &&
      this.#scanner.next(piece, 0, piece.length) === piece.length
    );
  }

  /** Keeps the end of the `settled` first bytes of `bytes` as context; `count` of them are new. */
  #remember(bytes: Bytes, settled: number, count: number): void {
    this.#contextBytes = Math.min(contextBytesMax, settled);
    this.#seam.set(
      bytes.subarray(settled - this.#contextBytes, settled),
      contextBytesMax - this.#contextBytes,
    );
    this.#settledBytes += count;
  }

  #context(): Bytes {
    return this.#seam.subarray(contextBytesMax - this.#contextBytes, contextBytesMax);
  }
}

/** Where pieces are joined: a fresh buffer for each is what the collector of garbage pays for. */
let scratch: Bytes | null = null;

/** What was held in a small array of its own, and the rest where it came from: in the piece. */
function backInPlace(masked: Bytes, heldBytes: number, piece: Bytes, hasChanged: boolean): readonly Bytes[] {
  if (masked.length <= heldBytes) return [keep(masked)];
  const rest = piece.subarray(0, masked.length - heldBytes);
  if (hasChanged) rest.set(masked.subarray(heldBytes));
  return heldBytes === 0 ? [rest] : [keep(masked.subarray(0, heldBytes)), rest];
}

function shifted(finding: Finding, by: number): Finding {
  return by === 0 ? finding : { ...finding, from: finding.from + by, to: finding.to + by };
}
