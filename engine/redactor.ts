/**
 * `import { createRedactor } from 'pangate/detectors'`: what the gateway does to a database's
 * answers, for a program's own texts, buffers and streams. It lies here because it puts detectors
 * and masks together; the detectors themselves are exported beside it.
 */
import { Transform, type TransformCallback } from 'node:stream';
import { type Bytes, keep, text, utf8 } from '../base/bytes.ts';
import { ANYWHERE, type Finding, type Place } from '../base/finding.ts';
import { createCleaner } from './cleaner.ts';
import { defaultRules, type MaskRules } from './mask-rules.ts';

export type { Finding, Place } from '../base/finding.ts';
export * from '../detectors/index.ts';
export { defaultRules, type MaskRules } from './mask-rules.ts';

/** Masks card data in whatever it is given. */
export interface Redactor {
  /** A copy with everything masked; a string for a string. */
  redact(input: string, place?: Partial<Place>): string;
  redact(input: Uint8Array, place?: Partial<Place>): Uint8Array;
  /** Everything that is found, as spans of bytes (of a string: of its UTF-8). */
  find(input: string | Uint8Array, place?: Partial<Place>): readonly Finding[];
  /**
   * A stream that masks the bytes that go through it, however they are cut. It holds back at most
   * what may be the beginning of a finding. `report` is told of each, counted from the first byte.
   */
  stream(options?: RedactorStreamOptions): Transform;
}

export interface RedactorStreamOptions {
  readonly place?: Partial<Place>;
  readonly report?: (finding: Finding) => void;
}

/**
 * A redactor for a rule set; without one, for that of PCI DSS: card numbers to their first six and
 * last four digits, authentication data wholly. Throws a `PangateError` with the code
 * `config-invalid` for rules that cannot hold.
 */
export function createRedactor(rules: MaskRules = defaultRules): Redactor {
  const cleaner = createCleaner(rules);
  const redactBytes = (bytes: Bytes, place: Place): Bytes => cleaner.clean(bytes, place);

  function redact(input: string, place?: Partial<Place>): string;
  function redact(input: Uint8Array, place?: Partial<Place>): Uint8Array;
  function redact(input: string | Uint8Array, place?: Partial<Place>): string | Uint8Array {
    const where = { ...ANYWHERE, ...place };
    return typeof input === 'string'
      ? text(redactBytes(utf8(input), where))
      : redactBytes(keep(input), where);
  }

  return {
    redact,
    find: (input, place) =>
      cleaner.find(typeof input === 'string' ? utf8(input) : input, { ...ANYWHERE, ...place }),
    stream: ({ place, report } = {}) => {
      const cleaning = cleaner.stream({ ...ANYWHERE, ...place });
      return new Transform({
        transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
          for (const view of cleaning.push(keep(chunk), false, report)) this.push(keep(view));
          done();
        },
        flush(done: TransformCallback): void {
          for (const view of cleaning.push(new Uint8Array(0), true, report)) this.push(keep(view));
          done();
        },
      });
    },
  };
}
