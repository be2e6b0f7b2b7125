/**
 * What is used of ssh2: its transport protocol (RFC 4253), its messages of authentication (RFC
 * 4252) and its keys. The connection protocol (RFC 4254) is this folder's own. The parts below its
 * public face are typed here, and the version is pinned for them.
 */
import type { CipherGCMTypes } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Bytes } from '../../base/bytes.ts';
import { GcmOpener, GcmSealer, type OnPayload } from './gcm.ts';

const require = createRequire(import.meta.url);

/** A key as ssh2 has parsed it. */
export interface ParsedKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, ... */
  readonly type: string;
  /** The public key in the form that goes over the wire. */
  getPublicSSH(): Buffer;
  /** Null where it is a public key alone. */
  getPrivatePEM(): string | null;
  sign(data: Bytes, hash?: string): Buffer | Error;
  verify(data: Bytes, signature: Bytes, hash?: string): boolean | Error;
}

/** Method-specific fields of a publickey request (RFC 4252, 7). */
export interface KeyProof {
  readonly keyAlgo: string;
  readonly key: Buffer;
  readonly hashAlgo?: string;
  /** With what was signed; missing where the client only asks whether the key would do. */
  readonly signature?: Buffer;
  readonly blob?: Buffer;
}

/** A question of keyboard-interactive authentication (RFC 4256). */
export interface Prompt {
  readonly prompt: string;
  readonly echo: boolean;
}

/** Called with each message of authentication; the first argument is ssh2's own object. */
export interface AuthenticationHandlers {
  SERVICE_REQUEST?(protocol: unknown, name: string): void;
  SERVICE_ACCEPT?(protocol: unknown, name: string): void;
  USERAUTH_REQUEST?(protocol: unknown, user: string, service: string, method: string, data: unknown): void;
  USERAUTH_INFO_RESPONSE?(protocol: unknown, responses: readonly string[]): void;
  USERAUTH_SUCCESS?(protocol: unknown): void;
  USERAUTH_FAILURE?(protocol: unknown, methods: readonly string[], partial: boolean): void;
  USERAUTH_INFO_REQUEST?(
    protocol: unknown,
    name: string,
    instructions: string,
    prompts: readonly Prompt[],
  ): void;
  USERAUTH_PASSWD_CHANGEREQ?(protocol: unknown, prompt: string): void;
  USERAUTH_PK_OK?(protocol: unknown, algorithm: string, key: Buffer): void;
}

/** Handlers of both kinds: the transport's own, and those of authentication. */
export interface Handlers extends AuthenticationHandlers {
  DISCONNECT?(protocol: unknown, reason: number, description: string): void;
}

/** What seals packets. */
export interface Sealer {
  outSeqno: number;
  allocPacket(payloadBytes: number): Buffer;
  /** As `allocPacket`, in a buffer that the next call takes again. */
  sharedPacket?(payloadBytes: number): Buffer;
  encrypt(packet: Buffer): void;
  free(): void;
}

/** What opens packets. */
export interface Opener {
  inSeqno: number;
  _onPayload: OnPayload;
  decrypt(data: Bytes, from: number, to: number): unknown;
  free(): void;
}

/** One end of a transport: bytes in by `parse`, bytes out by `onWrite`. */
export interface TransportProtocol {
  start(): void;
  parse(chunk: Buffer, from: number, to: number): void;
  rekey(): void;
  cleanup(): void;
  serviceAccept(name: string): void;
  authFailure(methods: readonly string[], partial?: boolean): void;
  authSuccess(): void;
  authPKOK(algorithm: string, key: Buffer): void;
  authInfoReq(name: string, instructions: string, prompts: readonly Prompt[]): void;
  service(name: string): void;
  authPassword(user: string, password: string): void;
  authKeyboard(user: string): void;
  authInfoRes(responses: readonly string[]): void;
  authPK(
    user: string,
    key: ParsedKey,
    algorithm: string,
    sign: (data: Buffer, done: (signature: Buffer) => void) => void,
  ): void;
  /** Takes each decrypted message; replaced before `start`, so that ours see theirs first. */
  _onPayload: (payload: Buffer) => unknown;
  _cipher: Sealer;
  _decipher: Opener;
  readonly _kex: { readonly sessionID: Buffer };
}

/** What a transport is made with. */
export interface ProtocolOptions {
  readonly server: boolean;
  readonly ident: string;
  readonly offer: object;
  readonly hostKeys?: Readonly<Record<string, ParsedKey>>;
  readonly hostVerifier?: (key: Buffer) => boolean;
  readonly messageHandlers: Handlers;
  onWrite(bytes: Buffer): void;
  onError(error: Error): void;
  onHeader(header: { readonly versions: { readonly software: string } }): void;
  onHandshakeComplete(): void;
}

/** ssh2's `Protocol`. */
export const Protocol: new (
  options: ProtocolOptions,
) => TransportProtocol = require('ssh2/lib/protocol/Protocol.js');

/** What ssh2 keeps of a key for AES-GCM where its native part is not built. */
type TheirSealer = Sealer & {
  readonly _encSSLName?: CipherGCMTypes;
  readonly _encKey: Buffer;
  readonly _encIV: Buffer;
  readonly _onWrite: (bytes: Buffer) => void;
};
type TheirOpener = Opener & {
  readonly _decipherSSLName?: CipherGCMTypes;
  readonly _decipherKey: Buffer;
  readonly _decipherIV: Buffer;
};

/** Puts our AES-GCM in the place of ssh2's, between two packets; other ciphers stay as they are. */
export function takeOverGcm(protocol: TransportProtocol): void {
  const sealer = protocol._cipher as TheirSealer;
  const opener = protocol._decipher as TheirOpener;
  if (sealer._encSSLName !== undefined) {
    const { _encSSLName: name, _encKey: key, _encIV: nonce, outSeqno: sequence } = sealer;
    protocol._cipher = new GcmSealer({ name, key, nonce, sequence }, sealer._onWrite);
  }
  if (opener._decipherSSLName !== undefined) {
    const { _decipherSSLName: name, _decipherKey: key, _decipherIV: nonce, inSeqno: sequence } = opener;
    protocol._decipher = new GcmOpener({ name, key, nonce, sequence }, opener._onPayload);
  }
}

/** What both ends offer, in order; made once. */
export const KexInit: new (lists: object) => object = require('ssh2/lib/protocol/kex.js').KexInit;

const convert: (signature: Buffer, keyType: string) => Buffer | false =
  require('ssh2/lib/protocol/utils.js').convertSignature;

/** A signature as it goes over the wire, without its type in front; null where it fails. */
export function wireSignature(key: ParsedKey, data: Bytes, hash?: string): Buffer | null {
  const raw = key.sign(data, hash);
  return raw instanceof Error ? null : convert(raw, key.type) || null;
}

const library: {
  readonly parseKey: (data: Bytes | string) => ParsedKey | ParsedKey[] | Error;
  readonly generateKeyPairSync: (
    type: string,
    options: object,
  ) => { readonly private: string; readonly public: string };
} = require('ssh2').utils;

/** A key out of a file or off the wire; null where it is none, or one that needs a passphrase. */
export function parseKey(data: Bytes | string): ParsedKey | null {
  const parsed = library.parseKey(data);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key === undefined || key instanceof Error ? null : key;
}

/** A fresh pair in OpenSSH's own forms. */
export function makeKeyPair(type: 'ed25519' | 'ecdsa'): {
  readonly private: string;
  readonly public: string;
} {
  return library.generateKeyPairSync(type, { bits: 256, comment: 'pangate' });
}
