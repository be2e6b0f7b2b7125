/** A witness's signature under a checkpoint, with its time: c2sp.org/tlog-cosignature, Ed25519. */
import { type Bytes, equal, utf8 } from '../../base/bytes.ts';
import { isSignedBy, SIGNATURE_BYTES, signBytes } from './ed25519.ts';
import {
  formatSignature,
  keyIdOf,
  type NamedKey,
  NOTE_TYPE,
  type Note,
  type VerifierKey,
  verifierOf,
} from './note.ts';

const TIME_BYTES = 8;

function message(text: string, seconds: number): Bytes {
  return utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/** The signature line of a witness for a checkpoint's text. */
export function cosign(witness: NamedKey, text: string, seconds: number): string {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = Buffer.concat([time, signBytes(witness.key, message(text, seconds))]);
  return formatSignature({
    name: witness.name,
    keyId: keyIdOf(verifierOf(witness, NOTE_TYPE.cosignature)),
    signature,
  });
}

/** When a witness has signed, in seconds since 1970; null if it has not, or the signature does not hold. */
export function cosignedAt(note: Note, witness: VerifierKey): number | null {
  const id = keyIdOf(witness);
  for (const { name, keyId, signature } of note.signatures) {
    if (name !== witness.name || !equal(keyId, id)) continue;
    if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return null;
    const seconds = Number(Buffer.from(signature.subarray(0, TIME_BYTES)).readBigUInt64BE());
    const holds = isSignedBy(witness.publicKey, message(note.text, seconds), signature.subarray(TIME_BYTES));
    return holds ? seconds : null;
  }
  return null;
}
