import { test } from 'tap';
import { type Bytes, join, text, utf8 } from '../base/bytes.ts';
import { everySplit, feed, pieces, waysToCut } from './splits.ts';

test('all ways of cutting are tried: byte by byte, at every offset, at random', async (t) => {
  const ways = [...waysToCut(5, { randomCuts: 3 })].map((cuts) => cuts.join());
  t.ok(ways.includes('1,2,3,4'));
  for (let at = 0; at <= 5; at++) t.ok(ways.includes(String(at)));
  t.equal(ways.length, 1 + 6 + 3);
});

test('long inputs are cut at evenly spread offsets', async (t) => {
  const ways = [...waysToCut(1000, { offsetsMax: 10, randomCuts: 0 })];
  t.strictSame(
    ways.map(([at]) => at),
    [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
  );
});

test('pieces are copies that make up the input', async (t) => {
  const input = utf8('4111 1111');
  const parts = pieces(input, [0, 4, 4]);
  t.strictSame(parts.map(text), ['', '4111', '', ' 1111']);
  parts[1]!.fill(0);
  t.equal(text(input), '4111 1111');
});

test('a run that takes pieces as they come passes', async (t) => {
  t.equal(
    everySplit(utf8('one,two,three'), (parts) => text(join(parts)).split(',').length),
    3,
  );
});

test('a run that forgets what a cut has torn apart is caught, and the cut is named', async (t) => {
  const countsWords = (parts: readonly Bytes[]): number =>
    parts.reduce((sum, part) => sum + (text(part).match(/two/g)?.length ?? 0), 0);
  t.throws(() => everySplit(utf8('one,two,three'), countsWords, { offsetsMax: 1000 }), /^Cut /);
});

test('a run that throws on one way of cutting is caught, and the cut is named', async (t) => {
  const dislikesFive = (parts: readonly Bytes[]): number => {
    if (parts[0]?.length === 5) throw new Error('five');
    return 0;
  };
  t.throws(() => everySplit(utf8('one,two,three'), dislikesFive), /Cut at 5, the input fails: five/);
});

test('what is not settled is fed again in front of the next piece', async (t) => {
  const words = (parts: readonly Bytes[]): string[] => {
    const seen: string[] = [];
    feed(parts, (bytes, last) => {
      const end = last ? bytes.length : text(bytes).lastIndexOf(',') + 1;
      seen.push(...text(bytes.subarray(0, end)).split(',').filter(Boolean));
      return end;
    });
    return seen;
  };
  t.strictSame(everySplit(utf8('one,two,three'), words), ['one', 'two', 'three']);
});
