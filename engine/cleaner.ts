import { type Bytes, join } from '../base/bytes.ts';
import type { Cleaner } from '../base/cleaner.ts';
import { assert } from '../base/errors.ts';
import type { Finding, Place, Report } from '../base/finding.ts';
import { createScanner } from '../detectors/index.ts';
import { cleanStream } from './clean-stream.ts';
import { columnRules } from './columns.ts';
import { chooseMasks } from './mask-choice.ts';
import { digestOf, type MaskRules } from './mask-rules.ts';

/** Puts detectors and masks together. Throws `config-invalid` for a rule that cannot hold. */
export function createCleaner(rules: MaskRules): Cleaner {
  const choice = chooseMasks(rules);
  const scanner = createScanner(choice.detectors);
  const column = columnRules(rules.columns);

  function find(bytes: Bytes, place: Place): readonly Finding[] {
    const findings: Finding[] = [];
    scanner.scan(bytes, 0, true, place, (finding) => findings.push(finding));
    return findings;
  }

  function clean(bytes: Bytes, place: Place, report?: Report): Bytes {
    // Detectors heed a place by its name: without one, the prefilter alone can tell that nothing is there.
    if (place.name === '' && scanner.next(bytes, 0, bytes.length) === bytes.length) return bytes;
    const findings = find(bytes, place);
    if (findings.length === 0) return bytes;
    if (report) findings.forEach(report);
    return apply(bytes, { from: 0, to: bytes.length }, findings, place);
  }

  function cleanPart(
    bytes: Bytes,
    part: { readonly from: number; readonly to: number },
    place: Place,
    report?: Report,
  ): Bytes {
    const seen = bytes.subarray(0, part.to + scanner.reachBytesMax);
    const last = seen.length === bytes.length;
    const findings: Finding[] = [];
    const settled = scanner.scan(seen, part.from, last, place, (finding) => {
      if (finding.from < part.to) findings.push(finding);
    });
    assert(settled >= part.to && (findings.at(-1)?.to ?? 0) <= part.to, 'a part ends between findings');
    if (report) findings.forEach(report);
    return findings.length === 0 ? bytes.subarray(part.from, part.to) : apply(bytes, part, findings, place);
  }

  function apply(
    bytes: Bytes,
    span: { readonly from: number; readonly to: number },
    findings: readonly Finding[],
    place: Place,
  ): Bytes {
    const masks = findings.map((finding) => choice.of(finding.kind).mask(bytes, finding, place));
    return masks.every((mask, i) => mask.length === findings[i]!.to - findings[i]!.from)
      ? overwrite(bytes, span, findings, masks)
      : rebuild(bytes, span, findings, masks);
  }

  return {
    digest: digestOf(rules),
    hasColumns: rules.columns.length > 0,
    next: scanner.next,
    find,
    clean,
    cleanPart,
    column,
    cover: choice.cover,
    stream: (place) => cleanStream(scanner, place, apply),
  };
}

function overwrite(
  bytes: Bytes,
  span: { readonly from: number; readonly to: number },
  findings: readonly Finding[],
  masks: readonly Bytes[],
): Bytes {
  findings.forEach((finding, i) => {
    bytes.set(masks[i]!, finding.from);
  });
  // The very bytes, so that a caller sees without comparing that nothing has moved.
  return span.to - span.from === bytes.length ? bytes : bytes.subarray(span.from, span.to);
}

function rebuild(
  bytes: Bytes,
  span: { readonly from: number; readonly to: number },
  findings: readonly Finding[],
  masks: readonly Bytes[],
): Bytes {
  const parts: Bytes[] = [];
  let at = span.from;
  findings.forEach((finding, i) => {
    parts.push(bytes.subarray(at, finding.from), masks[i]!);
    at = finding.to;
  });
  parts.push(bytes.subarray(at, span.to));
  return join(parts);
}
