import { type Bytes, join } from '../base/bytes.ts';
import type { Cleaner } from '../base/cleaner.ts';
import { assert } from '../base/errors.ts';
import {
  type Detector,
  type Finding,
  type Masker,
  type Place,
  type Report,
  type Scanner,
  UNFRAMED,
} from '../base/finding.ts';
import { createScanner } from '../detectors/index.ts';
import { cleanStream } from './clean-stream.ts';
import { columnRules } from './columns.ts';
import { chooseMasks, type MaskChoices } from './mask-choice.ts';
import { digestOf, type MaskRules } from './mask-rules.ts';

const NOTHING: readonly Finding[] = [];

/** Puts detectors and masks together. Throws `config-invalid` for a rule that cannot hold. */
export function createCleaner(rules: MaskRules): Cleaner {
  const choice = chooseMasks(rules);
  const scanner = createScanner(choice.detectors);
  const column = columnRules(rules.columns);

  function clean(bytes: Bytes, place: Place, report?: Report, known?: number): Bytes {
    const hit = known ?? scanner.next(bytes, 0, bytes.length, UNFRAMED);
    // Detectors heed a place by its name: without one, the prefilter alone can tell that nothing is there.
    if (place.name === '' && hit === bytes.length) return bytes;
    const findings = found(scanner, bytes, place, hit);
    if (findings.length === 0) return bytes;
    if (report) for (const finding of findings) report(finding);
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

  const apply = (bytes: Bytes, span: Span, findings: readonly Finding[], place: Place): Bytes =>
    applied(choice, bytes, span, findings, place);

  return {
    digest: digestOf(rules),
    reachBytesMax: scanner.reachBytesMax,
    hasColumns: rules.columns.length > 0,
    next: scanner.next,
    heeds: scanner.heeds,
    find: (bytes, place) => found(scanner, bytes, place),
    ...explaining(choice.detectors),
    clean,
    cleanPart,
    column,
    cover: choice.cover,
    keepsNumbers: rules.numbers === 'zeros',
    stream: (place) => cleanStream(scanner, place, apply),
  };
}

function explaining(detectors: readonly Detector[]): Pick<Cleaner, 'explain'> {
  const weighing = detectors.filter(({ explain }) => explain);
  if (weighing.length === 0) return {};
  return {
    explain: (bytes, at, place) => {
      for (const { kind, explain } of weighing) {
        const verdict = explain!(bytes, at, place);
        if (verdict) return { kind, ...verdict };
      }
      return null;
    },
  };
}

/** All findings in one text, without a list where there are none. */
function found(scanner: Scanner, bytes: Bytes, place: Place, hit?: number): readonly Finding[] {
  let findings: Finding[] | null = null;
  const report = (finding: Finding): void => {
    if (findings === null) findings = [finding];
    else findings.push(finding);
  };
  scanner.scan(bytes, 0, true, place, report, hit);
  return findings ?? NOTHING;
}

/** What is masked of a text. */
type Span = Parameters<Cleaner['cleanPart']>[1];

function applied(
  choice: MaskChoices,
  bytes: Bytes,
  span: Span,
  findings: readonly Finding[],
  place: Place,
): Bytes {
  if (findings.length === 0) return inPlace(bytes, span);
  if (findings.length === 1) return applyOne(choice.of(findings[0]!.kind), bytes, span, findings[0]!, place);
  const masks = findings.map((finding) => choice.of(finding.kind).mask(bytes, finding, place));
  return keepLengths(findings, masks)
    ? overwrite(bytes, span, findings, masks)
    : rebuild(bytes, span, findings, masks);
}

/** As most values have it: no list is made. */
function applyOne(masker: Masker, bytes: Bytes, span: Span, finding: Finding, place: Place): Bytes {
  if (masker.overwrite?.(bytes, finding, place)) return inPlace(bytes, span);
  const mask = masker.mask(bytes, finding, place);
  if (mask.length !== finding.to - finding.from) return rebuild(bytes, span, [finding], [mask]);
  writeOver(bytes, finding.from, mask);
  return inPlace(bytes, span);
}

function keepLengths(findings: readonly Finding[], masks: readonly Bytes[]): boolean {
  for (let i = 0; i < findings.length; i++)
    if (masks[i]!.length !== findings[i]!.to - findings[i]!.from) return false;
  return true;
}

function overwrite(
  bytes: Bytes,
  span: { readonly from: number; readonly to: number },
  findings: readonly Finding[],
  masks: readonly Bytes[],
): Bytes {
  for (let i = 0; i < findings.length; i++) writeOver(bytes, findings[i]!.from, masks[i]!);
  return inPlace(bytes, span);
}

/** The very bytes where they are all, so that a caller sees without comparing that nothing has moved. */
function inPlace(bytes: Bytes, { from, to }: { readonly from: number; readonly to: number }): Bytes {
  return to - from === bytes.length ? bytes : bytes.subarray(from, to);
}

/** Masks are short: a loop is faster than a call of `set`. */
function writeOver(bytes: Bytes, at: number, mask: Bytes): void {
  for (let i = 0; i < mask.length; i++) bytes[at + i] = mask[i]!;
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
