/**
 * The gateway's other host keys, told to clients so that a key can be replaced before it is gone
 * (OpenSSH's PROTOCOL, 2.5: hostkeys-00@openssh.com, hostkeys-prove-00@openssh.com). A client that
 * learns keys asks for a signature of each, over the identifier of its own connection.
 */
import type { Bytes } from '../../base/bytes.ts';
import { equal } from '../../base/bytes.ts';
import { type ParsedKey, wireSignature } from './library.ts';
import { type Fields, frame, Message } from './message.ts';

const PROVE = 'hostkeys-prove-00@openssh.com';
/** Keys that one request may name. */
const KEYS_MAX = 64;

export class HostKeyProofs {
  readonly #keys: readonly ParsedKey[];
  readonly #sessionId: Bytes;

  constructor(keys: readonly ParsedKey[], sessionId: Bytes) {
    this.#keys = keys;
    this.#sessionId = sessionId;
  }

  /** GLOBAL_REQUEST: name string | wants reply boolean | (key string)* */
  announcement(): Bytes {
    const blobs = this.#keys.map((key) => key.getPublicSSH());
    return frame(Message.GLOBAL_REQUEST, 'hostkeys-00@openssh.com', false, ...blobs);
  }

  /** (key string)*; REQUEST_SUCCESS with a signature of each, REQUEST_FAILURE if one is not ours. */
  answer(asked: Fields): Bytes {
    const signatures: Bytes[] = [];
    while (asked.rest().length > 0) {
      const blob = asked.string();
      const key = this.#keys.find((candidate) => equal(candidate.getPublicSSH(), blob));
      const signature = key === undefined ? null : this.#sign(key, blob);
      if (signature === null || signatures.length >= KEYS_MAX) return frame(Message.REQUEST_FAILURE);
      signatures.push(signature);
    }
    return frame(Message.REQUEST_SUCCESS, ...signatures);
  }

  /** Of: name of the request string | session identifier string | key string. */
  #sign(key: ParsedKey, blob: Bytes): Bytes | null {
    const signed = frame(0, PROVE, this.#sessionId, blob).subarray(5);
    const isRsa = key.type === 'ssh-rsa';
    const raw = wireSignature(key, signed, isRsa ? 'sha512' : undefined);
    return raw === null ? null : frame(0, isRsa ? 'rsa-sha2-512' : key.type, raw).subarray(5);
  }
}
