import { generateKeyPairSync } from 'node:crypto';
import { test } from 'tap';
import { type Bytes, join, utf8 } from '../../base/bytes.ts';
import { HostKeyProofs } from './host-key-proofs.ts';
import { makeKeyPair, type ParsedKey, parseKey } from './library.ts';
import { Fields, FRAME_HEAD, frame, Message } from './message.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const keys: readonly ParsedKey[] = [
  parseKey(makeKeyPair('ed25519').private)!,
  parseKey(makeKeyPair('ecdsa').private)!,
  parseKey(rsa.export({ type: 'pkcs1', format: 'pem' }).toString())!,
];
const SESSION = utf8('session');
const proofs = new HostKeyProofs(keys, SESSION);
const ask = (...blobs: readonly Bytes[]): Bytes =>
  proofs.answer(new Fields(frame(0, ...blobs), FRAME_HEAD + 1));

test('all keys are announced, without asking for an answer', async (t) => {
  const fields = new Fields(proofs.announcement(), FRAME_HEAD + 1);
  t.equal(fields.word(), 'hostkeys-00@openssh.com');
  t.equal(fields.boolean(), false);
  for (const key of keys) t.strictSame(Buffer.from(fields.string()), key.getPublicSSH());
  t.equal(fields.rest().length, 0);
});

test('each key that is asked about is proved over the connection’s identifier', async (t) => {
  const blobs = keys.map((key) => key.getPublicSSH());
  const answer = ask(...blobs);
  t.equal(answer[FRAME_HEAD], Message.REQUEST_SUCCESS);
  const fields = new Fields(answer, FRAME_HEAD + 1);
  for (const key of keys) {
    const signature = new Fields(fields.string(), 0);
    const type = signature.word();
    t.equal(type, key.type === 'ssh-rsa' ? 'rsa-sha2-512' : key.type);
    const blob = key.getPublicSSH();
    const signed = join([
      frame(0, 'hostkeys-prove-00@openssh.com').subarray(5),
      frame(0, SESSION).subarray(5),
      frame(0, blob).subarray(5),
    ]);
    const hash = type === 'rsa-sha2-512' ? 'sha512' : undefined;
    t.equal(parseKey(blob)!.verify(Buffer.from(signed), der(key, signature.string()), hash), true, type);
  }
});

test('a key that is not the gateway’s is proved to nobody', async (t) => {
  const stranger = parseKey(makeKeyPair('ed25519').public)!.getPublicSSH();
  t.equal(ask(keys[0]!.getPublicSSH(), stranger)[FRAME_HEAD], Message.REQUEST_FAILURE);
  t.throws(() => ask({ raw: utf8('xx') } as never), { code: 'message-unknown' });
});

/** ssh2 verifies ECDSA in ASN.1; over the wire it is two numbers. */
function der(key: ParsedKey, signature: Bytes): Buffer {
  if (!key.type.startsWith('ecdsa')) return Buffer.from(signature);
  const fields = new Fields(signature, 0);
  const parts = [fields.string(), fields.string()].map((number) =>
    Buffer.from([2, number.length, ...number]),
  );
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}
