/** A document that could be parsed still can, with every mask: the same keys, order, fields and blanks. */
import fc from 'fast-check';
import { test } from 'tap';
import { ANYWHERE, type Place } from '../base/finding.ts';
import { defaultRules, type MaskRules } from './mask-rules.ts';
import { createRedactor } from './redactor.ts';

const MASKS = ['partial', 'partial8', 'last4', 'bin', 'full', 'fixed', 'null', 'token', 'fpe'];
const JSON_CELL: Place = { name: '', kind: 'cell', form: 'json' };
const PAN = '4111111111111111';

function rules(mask: string): MaskRules {
  return {
    ...defaultRules,
    detectors: { ...defaultRules.detectors, pan: { mask } },
    keys: {
      token: { current: 'k1', keys: new Map([['k1', new Uint8Array(32).fill(1)]]) },
      fpe: { key: new Uint8Array(16), tweak: new Uint8Array(0), scope: 'whole' },
    },
  };
}

/** The document without its values. */
function skeleton(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(skeleton);
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? 'text' : 'bare';
  return Object.entries(value).map(([key, item]) => [key, skeleton(item)]);
}

const value = fc.oneof(
  fc.constantFrom<unknown>(PAN, Number(PAN), '4111 1111 1111 1111', '378282246310005', 378282246310005),
  fc.constantFrom<unknown>(`%B${PAN}^DOE/JANE^3012101?`, `;${PAN}=30121010000?`, 'a "quoted" \\ text'),
  fc.integer(),
  fc.string({ maxLength: 12 }),
);
const key = fc.oneof(
  fc.constantFrom('card', 'cvv', 'number', 'code', 'pin', 'pan'),
  fc.string({ unit: 'grapheme-ascii', maxLength: 6 }),
);
const codes = fc.constantFrom<unknown>('123', 123, '1234', 4567);
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 3 },
    value,
    codes,
    fc.array(tie('document'), { maxLength: 4 }),
    fc.dictionary(key, tie('document'), { maxKeys: 5 }),
  ),
}));

for (const mask of MASKS)
  test(`JSON stays JSON under the mask ${mask}`, async (t) => {
    const redactor = createRedactor(rules(mask));
    const property = fc.property(
      document,
      fc.nat(2),
      fc.boolean(),
      fc.boolean(),
      (json, indent, nested, known) => {
        const inner = JSON.stringify({ card: PAN, json }, null, indent);
        const written = nested ? JSON.stringify({ body: inner }) : inner;
        const redacted = redactor.redact(written, known ? JSON_CELL : ANYWHERE);
        if (redacted.includes(PAN)) return false;
        const [before, after] = [JSON.parse(written), JSON.parse(redacted)];
        const same = JSON.stringify(skeleton(before)) === JSON.stringify(skeleton(after));
        return same && (!nested || JSON.parse(after.body) !== undefined);
      },
    );
    t.doesNotThrow(() => fc.assert(property, { seed: 11, numRuns: 400 }));
  });

for (const mask of MASKS)
  test(`XML, forms, CSV and SQL keep their form under the mask ${mask}`, async (t) => {
    const { redact } = createRedactor(rules(mask));
    const xml = redact(
      `<c n="1">\n  <pan>${PAN}</pan><cvv><![CDATA[123]]></cvv><x>4111&#49;11111111111</x></c>`,
    );
    t.match(
      xml,
      /^<c n="1">\n {2}<pan>[^<>&]+<\/pan><cvv><!\[CDATA\[[^\]]+\]\]><\/cvv><x>(?:[^<>&]|&#\d+;)+<\/x><\/c>$/,
    );
    const form = new URLSearchParams(
      redact(`a=1&pan=4111+1111+1111+1111&cvv=123&q=%7B%22p%22%3A%22${PAN}%22%7D&z=`),
    );
    t.same([...form.keys()], ['a', 'pan', 'cvv', 'q', 'z']);
    t.ok(JSON.parse(form.get('q')!).p);
    t.equal(redact(`a,${PAN},"4111 1111 1111 1111",12/30\n`).split(',').length, 4);
    const sql = redact(`INSERT INTO c (a, b) VALUES ('${PAN}', ${PAN}, 'O''Neil');`);
    t.match(sql, /^INSERT INTO c \(a, b\) VALUES \('[^']+', (?:\d+|null), 'O''Neil'\);$/);
    for (const text of [xml, String(form), sql]) t.notMatch(text, /4111111111111111/);
  });
