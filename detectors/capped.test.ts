import { test } from 'tap';
import { utf8 } from '../base/bytes.ts';
import { ANYWHERE } from '../base/finding.ts';
import { detectorConforms, findings, scannerConforms } from '../test/conformance/detector.ts';
import { createScanner, customDetector, detectors, detectorsWith, type Held, heldBytesMin } from './index.ts';

const HEAD = '-----BEGIN PRIVATE KEY-----\n';

/** A private key whose end comes so many bytes behind its beginning. */
function keyOf(bytes: number): string {
  return `${HEAD}${'a'.repeat(bytes - HEAD.length)}-----END PRIVATE KEY-----\n`;
}

function capAt(beyond: Held['beyond']) {
  return detectorsWith({ bytesMax: heldBytesMin, beyond });
}

function found(input: string, beyond: Held['beyond']): string[] {
  const all = findings(createScanner(capAt(beyond)), ANYWHERE, [utf8(`${input} 4111111111111111 `)]);
  return all.map(({ kind, from, to, reason }) => `${kind} ${reason} ${to - from}`);
}

/** As long as the end's own mark can still be seen. */
const FITS = heldBytesMin - '-----END '.length;

test('what ends within the cap is found as ever', async (t) => {
  for (const beyond of ['mask', 'pass'] as const)
    t.same(found(keyOf(FITS), beyond), [`credential credential-pem ${FITS}`, 'pan pan-issuer 16']);
});

test('what does not is masked as far as it was held, or passes', async (t) => {
  t.same(found(keyOf(FITS + 1), 'mask'), [`credential held-back ${heldBytesMin}`, 'pan pan-issuer 16']);
  t.same(found(keyOf(FITS + 1), 'pass'), ['pan pan-issuer 16']);
});

const samples = [FITS, FITS + 1, FITS + 400].map((bytes) => ({
  bytes: utf8(`x\n${keyOf(bytes)} 4111111111111111`),
  place: ANYWHERE,
}));

for (const beyond of ['mask', 'pass'] as const)
  test(`a cap keeps the contracts of a detector and of a scanner (${beyond})`, async (t) => {
    const all = capAt(beyond);
    const scanner = createScanner(all);
    t.ok(scanner.reachBytesMax <= heldBytesMin + 256);
    detectorConforms(t, all.find(({ kind }) => kind === 'credential')!, samples.slice(1, 2));
    scannerConforms(t, scanner, samples, { offsetsMax: 200, randomCuts: 20 });
  });

test('detectors that never need as much are as they were', async (t) => {
  const [before, after] = [detectors, capAt('mask')];
  t.same(
    before.filter((detector) => !after.includes(detector)).map(({ kind }) => kind),
    ['credential'],
  );
});

test("an expression's finding is no longer than may be held", async (t) => {
  const long = customDetector({ kind: 'long', pattern: 'a+', lengthBytesMax: 2_000, heldBytesMax: 1_024 });
  const [first, second] = findings(createScanner([long]), ANYWHERE, [utf8('a'.repeat(1_500))]);
  t.same([first?.to, second?.to], [1_020, 1_500]);
});
