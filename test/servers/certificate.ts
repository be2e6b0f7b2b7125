/**
 * Certificates for tests, made without any tool: X.509 version 3 (RFC 5280 section 4.1) over
 * P-256 keys, in DER (ITU-T X.690). As much of both as TLS servers and clients ask for.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate with its key, both in PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** Whom it names, for what it signs. */
  readonly commonName: string;
}

/** Whom a certificate names; who signs it, itself if not given. */
export interface CertificateOptions {
  readonly commonName: string;
  /** Host names and IPv4 addresses, for a server's. */
  readonly names?: readonly string[];
  readonly authority?: Certificate;
  /** May sign others. */
  readonly signs?: boolean;
  /** Days from now to the end; -1 makes an expired one. 30 if not set. */
  readonly days?: number;
}

/** A new key and its certificate. */
export function makeCertificate(options: CertificateOptions): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const signer = options.authority ? createPrivateKey(options.authority.key) : privateKey;
  const body = toBeSigned(options, publicKey);
  const signature = sign('sha256', body, signer);
  const whole = sequence(body, ECDSA_SHA256, tagged(0x03, Buffer.from([0]), signature));
  return {
    certificate: pem('CERTIFICATE', whole),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    commonName: options.commonName,
  };
}

/** An authority, a server's certificate for localhost and 127.0.0.1, and a client's of that user. */
export function makePki(user: string): { authority: Certificate; server: Certificate; client: Certificate } {
  const authority = makeCertificate({ commonName: 'pangate test authority', signs: true });
  const server = makeCertificate({ commonName: 'localhost', names: ['localhost', '127.0.0.1'], authority });
  return { authority, server, client: makeCertificate({ commonName: user, authority }) };
}

const DAY_MS = 86_400_000;
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));

function toBeSigned(options: CertificateOptions, publicKey: KeyObject): Buffer {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const end = Date.now() + (options.days ?? 30) * DAY_MS;
  return sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    ECDSA_SHA256,
    name(options.authority?.commonName ?? options.commonName),
    sequence(time(Math.min(Date.now(), end) - DAY_MS), time(end)),
    name(options.commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(options))),
  );
}

function extensions(options: CertificateOptions): Buffer[] {
  const basic = sequence(...(options.signs ? [tagged(0x01, Buffer.from([0xff]))] : []));
  const usage = tagged(0x03, Buffer.from(options.signs ? [1, 0x06] : [7, 0x80]));
  const list = [extension('551d13', basic, true), extension('551d0f', usage, true)];
  const names = (options.names ?? []).map((each) =>
    /^\d+(\.\d+){3}$/.test(each)
      ? tagged(0x87, Buffer.from(each.split('.').map(Number)))
      : tagged(0x82, Buffer.from(each)),
  );
  if (names.length > 0) list.push(extension('551d11', sequence(...names), false));
  return list;
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  const flag = critical ? [tagged(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, tagged(0x04, value));
}

function name(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(commonName)))));
}

function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/\D/g, '').slice(0, 14);
  return tagged(0x18, Buffer.from(`${digits}Z`));
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

/** Tag, length (short form, or long form with one or two bytes) and content. */
function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
