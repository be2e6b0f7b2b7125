/** SHA-256 in one native call where Node has it. */
import * as crypto from 'node:crypto';
import type { Bytes } from '../base/bytes.ts';

type Encoding = 'buffer' | 'binary';
type OneShot = (algorithm: string, data: Bytes, encoding: Encoding) => string | Buffer;
const oneShot = (crypto as unknown as { hash?: OneShot }).hash;

/** The 32 bytes of SHA-256. */
export const sha256: (bytes: Bytes) => Buffer = oneShot
  ? (bytes) => oneShot('sha256', bytes, 'buffer') as Buffer
  : (bytes) => crypto.createHash('sha256').update(bytes).digest();

/**
 * Writes the 32 bytes of SHA-256 at `at`; `target` may hold `bytes` itself. As a string of one
 * character for each byte a short text's digest takes half the time that it takes as a view.
 */
export const sha256Into: (bytes: Bytes, target: Buffer, at: number) => void = oneShot
  ? (bytes, target, at) => {
      target.write(oneShot('sha256', bytes, 'binary') as string, at, 32, 'latin1');
    }
  : (bytes, target, at) => {
      target.set(sha256(bytes), at);
    };

/** SHA-256 of nothing: frame hash and records root of a seal without records. */
export const NOTHING_SHA256: Bytes = sha256(new Uint8Array(0));
