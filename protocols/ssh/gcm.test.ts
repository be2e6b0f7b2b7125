import { createRequire } from 'node:module';
import { test } from 'tap';
import { type Bytes, join, keep, text, utf8 } from '../../base/bytes.ts';
import { everySplit } from '../../test/splits.ts';
import { GcmOpener, GcmSealer } from './gcm.ts';

/** ssh2's own, with which ours has to agree. */
const theirs: {
  createCipher(config: object): { allocPacket(bytes: number): Buffer; encrypt(packet: Buffer): void };
  createDecipher(config: object): { decrypt(data: Buffer, from: number, to: number): unknown };
  CIPHER_INFO: Readonly<Record<string, object>>;
} = createRequire(import.meta.url)('ssh2/lib/protocol/crypto.js');

const KEY = Buffer.alloc(16, 7);
/** Near the end of its lowest byte, so that it carries. */
const NONCE = Buffer.from('0102030405060708090affff', 'hex');
const MESSAGES: readonly Bytes[] = [
  utf8('a'),
  utf8('b'.repeat(11)),
  utf8('c'.repeat(12)),
  Buffer.alloc(9000, 'd'),
];

const ours = () => ({ name: 'aes-128-gcm' as const, key: KEY, nonce: keep(NONCE), sequence: 3 });

function sealed(shared = false): Buffer {
  const parts: Buffer[] = [];
  const sealer = new GcmSealer(ours(), (bytes) => parts.push(bytes));
  for (const message of MESSAGES) {
    const packet = shared ? sealer.sharedPacket(message.length) : sealer.allocPacket(message.length);
    packet.set(message, 5);
    sealer.encrypt(packet);
  }
  return Buffer.concat(parts);
}

function opened(stream: readonly Bytes[]): string[] {
  const said: string[] = [];
  const opener = new GcmOpener(ours(), (payload) => void said.push(text(payload)));
  for (const part of stream) opener.decrypt(part, 0, part.length);
  return said;
}

const EXPECTED = MESSAGES.map(text);

test('what is sealed is opened, for every way of cutting it once and byte by byte', async (t) => {
  const stream = sealed();
  const head = stream.subarray(0, 150);
  t.strictSame(
    everySplit(head, (cut) => opened([...cut, stream.subarray(150)])),
    EXPECTED,
  );
  t.strictSame(opened([...stream].map((byte) => Uint8Array.of(byte))), EXPECTED);
  t.strictSame(opened([sealed(true)]), EXPECTED, 'in the shared buffer');
});

test('ssh2 opens what is sealed here, and the other way round', async (t) => {
  const said: string[] = [];
  const info = theirs.CIPHER_INFO['aes128-gcm@openssh.com'];
  const stream = sealed();
  const inbound = { seqno: 3, decipherInfo: info, decipherKey: KEY, decipherIV: Buffer.from(NONCE) };
  const onPayload = (payload: Buffer): void => void said.push(text(payload));
  theirs
    .createDecipher({ inbound: { ...inbound, onPayload, forceNative: true } })
    .decrypt(stream, 0, stream.length);
  t.strictSame(said, EXPECTED);
  const parts: Buffer[] = [];
  const cipher = theirs.createCipher({
    outbound: {
      seqno: 3,
      cipherInfo: info,
      cipherKey: KEY,
      cipherIV: Buffer.from(NONCE),
      onWrite: (bytes: Buffer) => parts.push(Buffer.from(bytes)),
      forceNative: true,
    },
  });
  for (const message of MESSAGES) {
    const packet = cipher.allocPacket(message.length);
    packet.set(message, 5);
    cipher.encrypt(packet);
  }
  t.strictSame(opened(parts), EXPECTED);
  t.strictSame(opened([join(parts)]), EXPECTED);
});

test('a packet with any bit turned is not opened', async (t) => {
  const stream = sealed().subarray(0, 36);
  for (let bit = 0; bit < stream.length * 8; bit++) {
    const changed = Buffer.from(stream);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    let said: string[] = [];
    try {
      said = opened([changed]);
    } catch {}
    t.strictSame(said, [], `bit ${bit}`);
  }
});

test('a length that no packet has is refused before the packet has come', async (t) => {
  for (const length of [0, 15, 17, 34_992, 0xffffffff]) {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    t.throws(() => opened([head]), { code: 'message-unknown' });
  }
});

test('a handler stops the loop, and is told where', async (t) => {
  const opener = new GcmOpener(ours(), () => false);
  const stream = sealed();
  t.equal(opener.decrypt(stream, 0, stream.length), 36);
  t.equal(opener.inSeqno, 4);
  const cut = new GcmOpener(ours(), () => false);
  t.equal(cut.decrypt(stream, 0, 30), undefined);
  t.equal(cut.decrypt(stream, 30, stream.length), 36, 'in the middle of what has come last');
});
