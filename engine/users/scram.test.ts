import { createHash, createHmac } from 'node:crypto';
import { test } from 'tap';
import { createVerifier, decoy, matches, parseVerifier } from './scram.ts';

/** The exchange of RFC 7677 section 3. */
const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
const MESSAGES =
  'n=user,r=rOprNGfwEbeRWgbNEkqO,' +
  'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,' +
  'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const PROOF = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');

test('the verifier of the RFC’s password takes the RFC’s proof and gives its signature', async (t) => {
  const secret = parseVerifier(await createVerifier('pencil', SALT))!;
  const sign = (key: Uint8Array) => createHmac('sha256', key).update(MESSAGES).digest();
  t.equal(sign(secret.serverKey).toString('base64'), '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  const clientKey = sign(secret.storedKey).map((byte, i) => byte ^ PROOF[i]!);
  t.same(createHash('sha256').update(clientKey).digest(), secret.storedKey);
});

test('a token matches its own verifier and no other', async (t) => {
  const secret = parseVerifier(await createVerifier('right'))!;
  t.ok(await matches('right', secret));
  t.notOk(await matches('wrong', secret));
  t.not(await createVerifier('right'), await createVerifier('right'), 'each has a salt of its own');
});

test('what is no verifier is refused', async (t) => {
  const good = await createVerifier('x');
  t.ok(parseVerifier(good));
  for (const bad of [
    '',
    'md5abc',
    good.slice(0, -1),
    `${good}x`,
    good.replace('4096', '0'),
    good.replace('4096', '9999999'),
  ])
    t.equal(parseVerifier(bad), null, bad);
});

test('a decoy is steady for a name and differs between names', async (t) => {
  const key = Buffer.alloc(32, 7);
  t.same(decoy('mallory', key, 4096), decoy('mallory', key, 4096));
  t.notSame(decoy('mallory', key, 4096), decoy('eve', key, 4096));
  t.equal(decoy('mallory', key, 4096).salt.length, 16);
});
