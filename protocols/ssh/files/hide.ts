/** Masks that never move a byte: sizes of files, names and messages stay true. */
import type { Bytes } from '../../../base/bytes.ts';
import type { Cleaner } from '../../../base/cleaner.ts';
import { ANYWHERE, type Finding } from '../../../base/finding.ts';

const STAR = 0x2a;

/**
 * Masks what is found in `bytes[from ..)`, in place; what stands before is context. A mask that
 * would change a length becomes asterisks. Gives the findings, in order.
 */
export function hide(cleaner: Cleaner, bytes: Bytes, from = 0): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (finding: Finding): void => {
    findings.push(finding);
  };
  const masked = cleaner.cleanPart(bytes, { from, to: bytes.length }, ANYWHERE, report);
  const isInPlace = masked.length === bytes.length - from && masked.buffer === bytes.buffer;
  if (findings.length > 0 && !isInPlace) for (const span of findings) bytes.fill(STAR, span.from, span.to);
  return findings;
}
