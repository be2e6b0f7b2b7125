import { test } from 'tap';
import { type Bytes, utf8 } from '../../base/bytes.ts';
import { ANYWHERE, type Detector, type Scanner } from '../../base/finding.ts';
import { everySplit } from '../splits.ts';
import { detectorConforms, findings } from './detector.ts';

/** Finds `cab`. */
const cabs: Detector = { kind: 'cab', reachBytesMax: 2, open: () => scannerOf(2) };
const sample = { bytes: utf8('a cab, cabcab caba c'), place: ANYWHERE };

function scannerOf(held: number): Scanner {
  return {
    scan: (bytes, last, report) => {
      const settled = last ? bytes.length : Math.max(0, bytes.length - held);
      let end = 0;
      for (let at = find(bytes, 0); at !== -1; at = find(bytes, end)) {
        if (at + 3 > bytes.length || at >= settled) break;
        report({ kind: 'cab', from: at, to: at + 3, reason: 'cab' });
        end = at + 3;
      }
      return Math.max(settled, end);
    },
  };
}

function find(bytes: Bytes, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('cab', from);
}

test('a detector that keeps the contract conforms', async (t) => {
  detectorConforms(t, cabs, [sample]);
  t.equal(
    everySplit(sample.bytes, (pieces) => findings(cabs, sample, pieces).length),
    4,
  );
});

test('a detector that settles too early is caught', async (t) => {
  const early = { ...cabs, open: () => scannerOf(1) };
  t.throws(() => everySplit(sample.bytes, (pieces) => findings(early, sample, pieces)), /another result/);
});

test('a detector that holds more than its reach is caught', async (t) => {
  const greedy = { ...cabs, open: () => scannerOf(5) };
  t.throws(() => everySplit(sample.bytes, (pieces) => findings(greedy, sample, pieces)), /reach of 2/);
});
