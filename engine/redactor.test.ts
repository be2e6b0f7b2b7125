import { Readable } from 'node:stream';
import { test } from 'tap';
import { text, utf8 } from '../base/bytes.ts';
import { createRedactor, defaultRules, detectors } from './redactor.ts';

const redactor = createRedactor();
const LINE = 'pay {"card":"4111 1111 1111 1111","cvv":"123"} now\n';
const MASKED = 'pay {"card":"4111 11** **** 1111","cvv":"***"} now\n';

test('a string comes back masked, and what was given stays as it was', async (t) => {
  t.equal(redactor.redact(LINE), MASKED);
  const bytes = utf8(LINE);
  t.equal(text(redactor.redact(bytes)), MASKED);
  t.equal(text(bytes), LINE);
});

test('a place says what stands around a value', async (t) => {
  t.equal(redactor.redact('123', { name: 'cvv', kind: 'cell' }), '***');
  t.equal(redactor.redact('4111111111111111', { kind: 'cell', form: 'number' }), '4111110000001111');
});

test('findings are spans of bytes with a kind and a reason', async (t) => {
  t.match(redactor.find('é 4111111111111111'), [{ kind: 'pan', from: 3, to: 19, reason: 'pan-issuer' }]);
});

test('a stream masks however it is cut', async (t) => {
  const bytes = utf8(LINE.repeat(50));
  for (const size of [1, 7, 64, 1_000]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.slice(i * size, (i + 1) * size),
    );
    const kinds: string[] = [];
    const stream = Readable.from(pieces).pipe(redactor.stream({ report: ({ kind }) => kinds.push(kind) }));
    t.equal(text(Buffer.concat(await stream.toArray())), MASKED.repeat(50));
    t.equal(kinds.length, 100);
  }
});

test('the package exports it under the name of its documentation', async (t) => {
  const name = ['pangate', 'detectors'].join('/');
  t.type((await import(name)).createRedactor, 'function');
});

test('rules may be added', async (t) => {
  const own = createRedactor({
    ...defaultRules,
    detectors: { ...defaultRules.detectors, email: { mask: 'fixed' } },
    expressions: [{ kind: 'employee', pattern: 'EMP-[0-9]{6}', mask: 'full' }],
  });
  t.equal(own.redact('EMP-123456 jane@example.org'), '********** [EMAIL]');
  t.ok(detectors.some(({ kind }) => kind === 'email'));
});
