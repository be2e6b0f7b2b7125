/** SHA-256 in one native call where Node has it. */
import * as crypto from 'node:crypto';
import type { Bytes } from '../base/bytes.ts';

type OneShot = (algorithm: string, data: Bytes, encoding: 'buffer') => Buffer;
const oneShot = (crypto as { hash?: OneShot }).hash;

/** The 32 bytes of SHA-256. */
export const sha256: (bytes: Bytes) => Buffer = oneShot
  ? (bytes) => oneShot('sha256', bytes, 'buffer')
  : (bytes) => crypto.createHash('sha256').update(bytes).digest();

/** SHA-256 of nothing: frame hash and records root of a seal without records. */
export const NOTHING_SHA256: Bytes = sha256(new Uint8Array(0));
