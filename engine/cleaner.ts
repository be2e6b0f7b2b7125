import { createHash } from 'node:crypto';
import { type Bytes, join } from '../base/bytes.ts';
import type { Cleaner, ColumnRule } from '../base/cleaner.ts';
import { assert, PangateError } from '../base/errors.ts';
import type { Finding, Masker, Place, Report } from '../base/finding.ts';
import { createScanner, detectors } from '../detectors/index.ts';
import { maskers } from '../masking/index.ts';
import { cleanStream } from './clean-stream.ts';
import { columnRules } from './columns.ts';
import { authenticationKinds, type MaskRules } from './mask-rules.ts';

/** Puts detectors and masks together. Throws `config-invalid` for a rule that cannot hold. */
export function createCleaner(rules: MaskRules): Cleaner {
  const chosen = chooseMaskers(rules);
  const scanner = createScanner(detectors.filter(({ kind }) => chosen.has(kind)));
  const column = columnRules(rules.columns);

  function find(bytes: Bytes, place: Place): readonly Finding[] {
    const findings: Finding[] = [];
    scanner.scan(bytes, 0, true, place, (finding) => findings.push(finding));
    return findings;
  }

  function clean(bytes: Bytes, place: Place, report?: Report): Bytes {
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
    const masks = findings.map((finding) => maskerOf(chosen, finding.kind).mask(bytes, finding, place));
    return masks.every((mask, i) => mask.length === findings[i]!.to - findings[i]!.from)
      ? overwrite(bytes, span, findings, masks)
      : rebuild(bytes, span, findings, masks);
  }

  return {
    digest: createHash('sha256').update(JSON.stringify(rules)).digest('hex'),
    hasColumns: rules.columns.length > 0,
    next: scanner.next,
    find,
    clean,
    cleanPart,
    column,
    cover: (bytes, rule, place) => cover(bytes, rule, place),
    stream: (place) => cleanStream(scanner, place, apply),
  };
}

function cover(bytes: Bytes, rule: ColumnRule, place: Place): Bytes | null {
  if (rule.mask === 'null') return null;
  const whole = { kind: rule.kind, from: 0, to: bytes.length, reason: 'column' };
  const mask = maskers.get(rule.mask)!.mask(bytes, whole, place);
  if (mask.length !== bytes.length) return mask;
  bytes.set(mask);
  return bytes;
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

function maskerOf(chosen: ReadonlyMap<string, Masker>, kind: string): Masker {
  return chosen.get(kind) ?? maskers.get('full')!;
}

/** The mask of each kind that is on. */
function chooseMaskers(rules: MaskRules): ReadonlyMap<string, Masker> {
  const chosen = new Map<string, Masker>();
  const kinds = new Set(detectors.map(({ kind }) => kind));
  for (const [kind, choice] of Object.entries(rules.detectors)) {
    if (!kinds.has(kind)) throw invalid(`detectors.${kind}: there is no such detector`, [...kinds]);
    chosen.set(kind, maskerNamed(`detectors.${kind}`, kind, choice.mask));
  }
  for (const { rule, kind, mask } of rules.columns) maskerNamed(`columns.${rule}`, kind, mask);
  return chosen;
}

function maskerNamed(key: string, kind: string, mask: string): Masker {
  const masker = maskers.get(mask);
  if (masker === undefined) throw invalid(`${key}: there is no mask "${mask}"`, [...maskers.keys()]);
  if (authenticationKinds.includes(kind) && mask !== 'full' && mask !== 'null')
    throw invalid(`${key}: PCI DSS 3.3.1 forbids to show any part of it`, ['full']);
  return masker;
}

function invalid(message: string, choices: readonly string[]): PangateError {
  return new PangateError('config-invalid', message, `Choose one of: ${choices.join(', ')}.`);
}
