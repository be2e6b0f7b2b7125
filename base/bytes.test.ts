import { test } from 'tap';
import { equal, join, keep, text, utf8 } from './bytes.ts';

test('joined views hold the bytes of each in order', async (t) => {
  t.equal(text(join([utf8('4111'), utf8(''), utf8('…')])), '4111…');
});

test('a kept view does not change with its origin', async (t) => {
  const origin = utf8('4111');
  const kept = keep(origin.subarray(1, 3));
  origin.fill(0);
  t.equal(text(kept), '11');
});

test('equal tells apart lengths and bytes', async (t) => {
  t.ok(equal(utf8('ab'), utf8('ab')));
  t.notOk(equal(utf8('ab'), utf8('abc')));
  t.notOk(equal(utf8('ab'), utf8('aB')));
});
