/** Every registered detector and mask, alone and put together, on the forms that data comes in. */
import { test } from 'tap';
import { utf8 } from '../../base/bytes.ts';
import { ANYWHERE, type Place } from '../../base/finding.ts';
import { createScanner, detectors } from '../../detectors/index.ts';
import { createCleaner } from '../../engine/cleaner.ts';
import { defaultRules } from '../../engine/mask-rules.ts';
import { maskers } from '../../masking/index.ts';
import { grouped } from '../seed/pan.ts';
import { knownPans, tables } from '../seed/payments.ts';
import { cleanerConforms } from './cleaner.ts';
import { detectorConforms, judgements, scannerConforms } from './detector.ts';
import { maskerConforms } from './masker.ts';

const pans = knownPans(70);
const rows = tables(70).flatMap((table) => [...table.lines].slice(0, 3));
const texts = [
  ...rows,
  ...pans.map((pan) => `card ${grouped(pan, ' ')}, ${pan}; cvv=123`),
  `{"card":{"number":"${pans[0]}","cvv":"123"},"pan":${pans[1]}}`,
  `{"card":{"number":"${pans[0]}","code":"123"}} Security Code: 1234, cvv 999`,
  `%B${pans[0]}^DOE/JANE A^30121010000000000000000000123000000?;${pans[0]}=301210100000123?`,
  `track=%25B${pans[0]}%5EDOE%2FJANE%5E3012101000000000000%3F&x=1 ${pans[0]}D30121010000012300F`,
  `[70]57 5F24033012315A08${pans[0]}5F3401005711${pans[0]}D301210100F9F20053012000000`,
  `\\x${Buffer.from(`%B${pans[0]}^DOE/JANE^3012101?`).toString('hex')} pin=1234 "pinBlock":"0412AC89ABCDEF67"`,
  `\\u0034%34&#52;4${pans[0]!.slice(4)}, ${Buffer.from(pans[1]!).toString('hex')}, ${pans[2]!.split('').join('\u200b')}`,
  'mail jane.doe+x@mail.example.org, (212) 555-0123 or +44 20 7946 0018; SSN 536-22-8741 ssn=536228741',
  'tel: 020 7946 0018 "phone":"0612345678" ssn 536228741 to=jane%40example.org postgres://app:hunter2@db/x',
  'Authorization: Bearer abcdefghijkl http://host:8080/ %22cvv%22%3A%22123%22 %224111111111111111%22',
  '2225 2231 2237 2242 2248 2254 4111 1111 1111 1111 5555 5555 5555 4444 1230 4111111111111111.0,',
  'IBAN GB82 WEST 1234 5698 7654 32, DE89370400440532013000 and no GB82 WEST 1234 5698 7654 33',
  `key AKIAIOSFODNN7EXAMPLE password="hunter2hunter2" token: ghp_${'a1B2'.repeat(9)} eyJhbGciOiJI.eyJzdWIiOiIx.c2ln`,
  `-----BEGIN EC PRIVATE KEY-----\n${'MHcCAQEEIB'.repeat(6)}\n-----END EC PRIVATE KEY-----\n user_password=${pans[0]}`,
  `{"card":{"code":"123","expiry":"12/30","number":"${pans[0]}"},"x":{"value":"1234"}}, my cvv is 123`,
  's:3:"cvv";s:3:"123";s:4:\\"cvv2\\";s:4:\\"1234\\";s:4:"cvc2";i:123;',
  '',
  '4',
];
const samples = texts.map((text) => ({ bytes: utf8(text), place: ANYWHERE }));

for (const detector of detectors)
  test(`${detector.kind} keeps the contract of a detector`, async (t) => {
    detectorConforms(t, detector, samples);
    t.ok(
      samples.some((sample) => judgements(detector, sample).length > 0),
      'and finds something',
    );
  });

test('all detectors together keep the contract of a scanner', async (t) => {
  scannerConforms(t, createScanner(detectors), samples, { offsetsMax: 500, randomCuts: 20 });
});

test('the default rules keep the contract of a cleaner', async (t) => {
  cleanerConforms(t, createCleaner(defaultRules), samples, { offsetsMax: 500, randomCuts: 20 });
});

const CELL: Place = { name: 'pan', kind: 'cell', form: 'verbatim' };

for (const masker of maskers.values())
  test(`${masker.name} keeps the contract of a mask`, async (t) => {
    const values = pans.flatMap((pan) => [pan, grouped(pan, ' '), grouped(pan, '-')]);
    maskerConforms(
      t,
      masker,
      values.map((value) => ({
        bytes: utf8(`(${value})`),
        finding: { kind: 'pan', from: 1, to: 1 + value.length, reason: '' },
        place: CELL,
      })),
    );
  });
