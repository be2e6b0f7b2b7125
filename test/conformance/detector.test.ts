import { test } from 'tap';
import { type Bytes, utf8 } from '../../base/bytes.ts';
import { ANYWHERE, type Detector, type Scanner } from '../../base/finding.ts';
import { everySplit } from '../splits.ts';
import { detectorConforms, findings, judgements, scannerConforms } from './detector.ts';

const sample = { bytes: utf8('a cab, cabcab caba c'), place: ANYWHERE };
const leads = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x63 ? 1 : 0));

/** Finds `cab`. */
const cabs: Detector = {
  kind: 'cab',
  reachBytesMax: 3,
  leads,
  leadsInside: leads,
  open: (bytes, from) => Math.max(from, bytes.length - 2),
  next: (bytes, from, to) => {
    const at = bytes.indexOf(0x63, from);
    return at === -1 ? to : Math.min(at, to);
  },
  judge: (bytes, at, last) => {
    if (!last && bytes.length - at < 3) return 'undecided';
    return isCab(bytes, at) ? { kind: 'cab', from: at, to: at + 3, reason: 'cab' } : null;
  },
};

function isCab(bytes: Bytes, at: number): boolean {
  return Buffer.from(bytes.subarray(at, at + 3)).toString() === 'cab';
}

/** A scanner for `cabs` that settles up to so many bytes before the end. */
function cabScanner(held: number): Scanner {
  return {
    reachBytesMax: 3,
    next: cabs.next,
    open: cabs.open,
    heeds: () => false,
    scan: (bytes, from, last, _place, report) => {
      const to = last ? bytes.length : bytes.length - held;
      let at = from;
      while (at < to) {
        const found = isCab(bytes, at);
        if (found) report({ kind: 'cab', from: at, to: at + 3, reason: 'cab' });
        at += found ? 3 : 1;
      }
      return at;
    },
  };
}

test('a detector and a scanner that keep the contract conform', async (t) => {
  detectorConforms(t, cabs, [sample]);
  scannerConforms(t, cabScanner(2), [sample]);
  t.equal(judgements(cabs, sample).length, 4);
  t.equal(findings(cabScanner(2), ANYWHERE, [sample.bytes]).length, 4);
});

test('a detector that judges too early is caught', async (t) => {
  const hasty: Detector = { ...cabs, judge: (bytes, at, _last, place) => cabs.judge(bytes, at, true, place) };
  t.throws(() => judgements(hasty, sample), /otherwise with more/);
});

test('a detector that cannot make up its mind is caught', async (t) => {
  const slow: Detector = { ...cabs, reachBytesMax: 2 };
  t.throws(() => judgements(slow, sample), /undecided at 0 with all its reach/);
});

test('a prefilter that passes a finding is caught', async (t) => {
  t.throws(() => judgements({ ...cabs, next: (_bytes, _from, to) => to }, sample), /next from 0 passes 2/);
});

test('a scanner that settles too early is caught', async (t) => {
  const run = (pieces: readonly Bytes[]): unknown => findings(cabScanner(1), ANYWHERE, pieces);
  t.throws(() => everySplit(sample.bytes, run), /^Cut/);
});

test('a scanner that holds more than its reach is caught', async (t) => {
  const run = (pieces: readonly Bytes[]): unknown => findings(cabScanner(5), ANYWHERE, pieces);
  t.throws(() => everySplit(sample.bytes, run), /reach of 3/);
});
