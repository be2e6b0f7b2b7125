import type { Bytes } from '../base/bytes.ts';
import type { ColumnRule } from '../base/cleaner.ts';
import { PangateError } from '../base/errors.ts';
import type { Detector, Masker, Place } from '../base/finding.ts';
import {
  brands,
  customDetector,
  detectors,
  detectorsWith,
  heldByDefault,
  heldBytesMin,
} from '../detectors/index.ts';
import { createMaskers, digitsOf, hashing, keyedMasks, maskers, truncating } from '../masking/index.ts';
import { authenticationKinds, type MaskRules } from './mask-rules.ts';

/** The masks of a rule set. */
export interface MaskChoices {
  /** The detectors that are on, in their order. */
  readonly detectors: readonly Detector[];
  /** The mask of a kind; `full` for a kind that no rule names. */
  of(kind: string): Masker;
  /** As of Cleaner. */
  cover(bytes: Bytes, rule: ColumnRule, place: Place): Bytes | null;
}

const full = maskers.get('full')!;
/** Masks of sensitive authentication data: nothing of it may stay. */
const WHOLE: readonly string[] = ['full', 'fixed', 'null'];

/** The masks that the rules name. Throws `config-invalid` for one that cannot hold. */
export function chooseMasks(rules: MaskRules): MaskChoices {
  const available = createMaskers(rules.keys ?? {});
  const known = new Set(detectors.map(({ kind }) => kind));
  const byKind = new Map<string, Masker>();
  for (const [kind, { mask }] of Object.entries(rules.detectors)) {
    if (!known.has(kind)) throw invalid(`detectors.${kind}: there is no such detector`, [...known]);
    byKind.set(kind, maskerNamed(available, `detectors.${kind}`, kind, mask));
  }
  const expressions = rules.expressions ?? [];
  for (const { kind, mask } of expressions) {
    if (known.has(kind)) throw invalid(`expressions.${kind}: the name is taken`, []);
    byKind.set(kind, maskerNamed(available, `expressions.${kind}`, kind, mask));
  }
  for (const { rule, kind, mask } of rules.columns) maskerNamed(available, `columns.${rule}`, kind, mask);
  checkTokens(rules);
  return {
    detectors: detectorsOf(rules).filter(({ kind }) => byKind.has(kind)),
    of: (kind) => byKind.get(kind) ?? full,
    cover: (bytes, rule, place) => cover(available.get(rule.mask) ?? full, bytes, rule, place),
  };
}

/** Every detector there is, as the rules have it. */
function detectorsOf({ expressions = [], uncheckedBrands, held = heldByDefault }: MaskRules): Detector[] {
  const unknown = uncheckedBrands?.find((brand) => !brands.includes(brand));
  if (unknown !== undefined) throw invalid(`uncheckedBrands: there is no brand "${unknown}"`, brands);
  if (held.bytesMax < heldBytesMin) throw invalid('held.bytesMax: too few', [`${heldBytesMin} or more`]);
  const custom = expressions.map((rule) => customDetector({ ...rule, heldBytesMax: held.bytesMax }));
  return [...detectorsWith(held, uncheckedBrands), ...custom];
}

function maskerNamed(
  available: ReadonlyMap<string, Masker>,
  key: string,
  kind: string,
  mask: string,
): Masker {
  const masker = available.get(mask);
  if (masker === undefined && keyedMasks.includes(mask))
    throw invalid(`${key}: the mask "${mask}" needs a key`, []);
  if (masker === undefined) throw invalid(`${key}: there is no mask "${mask}"`, [...available.keys()]);
  if (authenticationKinds.includes(kind) && !WHOLE.includes(mask))
    throw invalid(`${key}: PCI DSS 3.3.1 forbids to show any part of it`, WHOLE);
  return masker;
}

/** PCI DSS 3.5.1: a hash beside a truncated form of the same number would let it be found. */
function checkTokens({ detectors: choices, columns }: MaskRules): void {
  const all = [...Object.entries(choices).map(([kind, { mask }]) => ({ kind, mask })), ...columns];
  const hashed = new Set(all.filter(({ mask }) => hashing.includes(mask)).map(({ kind }) => kind));
  if (all.some(({ kind, mask }) => hashed.has(kind) && truncating.includes(mask)))
    throw invalid('mask: PCI DSS 3.5.1 forbids hashes beside truncated numbers', [...hashing, ...WHOLE]);
}

/** Masks a whole value, wholly where it is no card number of which some digits may stay. */
function cover(masker: Masker, bytes: Bytes, { kind, mask }: ColumnRule, place: Place): Bytes | null {
  if (mask === 'null') return null;
  const whole = masker === full || (!WHOLE.includes(mask) && !isCardNumber(bytes));
  const finding = { kind: whole ? 'column' : kind, from: 0, to: bytes.length, reason: 'column' };
  const covered = (whole ? full : masker).mask(bytes, finding, place);
  if (covered.length !== bytes.length) return covered;
  bytes.set(covered);
  return bytes;
}

function isCardNumber(bytes: Bytes): boolean {
  const { values } = digitsOf(bytes, undefined);
  return values.length >= 12 && values.length <= 19;
}

function invalid(message: string, choices: readonly string[]): PangateError {
  const remedy =
    choices.length > 0 ? `Choose one of: ${choices.join(', ')}.` : 'Give it one, or choose another mask.';
  return new PangateError('config-invalid', message, remedy);
}
