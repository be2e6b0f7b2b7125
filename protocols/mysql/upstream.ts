/**
 * The gateway's own login to a MySQL or MariaDB server (manual, "Connection Phase"): TLS by the
 * target's mode, then mysql_native_password or caching_sha2_password. A password in the clear goes
 * through TLS or a Unix socket only. Files of this machine are never offered (CLIENT_LOCAL_FILES stays off).
 */
import { createHash } from 'node:crypto';
import { type Bytes, join, NO_BYTES, text, utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Target } from '../../base/target.ts';
import type { Wire } from '../../base/wire.ts';
import { secureTarget } from '../secure-target.ts';
import { Fields, malformed, PacketWire } from './packet.ts';

/** First byte of a payload. */
export const HEAD = { ok: 0x00, more: 0x01, end: 0xfe, error: 0xff, localInfile: 0xfb } as const;

const FLAG = {
  longPassword: 0x1,
  longFlag: 0x4,
  connectWithDb: 0x8,
  protocol41: 0x200,
  ssl: 0x800,
  transactions: 0x2000,
  secureConnection: 0x8000,
  pluginAuth: 0x80000,
} as const;
const NEEDED = FLAG.protocol41 | FLAG.secureConnection | FLAG.pluginAuth;
const OFFERED = NEEDED | FLAG.longPassword | FLAG.longFlag | FLAG.transactions;
const UTF8MB4 = 45;
const PACKET_BYTES_MAX = 0x4000_0000;
const SALT_BYTES = 20;
/** Answers of caching_sha2_password. */
const [FAST_OK, FULL] = [3, 4];

interface Greeting {
  readonly flags: number;
  readonly version: string;
  readonly salt: Bytes;
  readonly plugin: string;
}

/** A server that takes commands. */
export interface Upstream {
  readonly packets: PacketWire;
  /** `8.0.36`, `10.11.6-MariaDB-...`. */
  readonly version: string;
}

/** Logs in on an open connection. Throws `upstream-refused`, `upstream-lost` or `message-unknown`. */
export async function logIn(server: Wire, target: Target, database: string | null): Promise<Upstream> {
  const packets = new PacketWire(server);
  const greeting = greetingOf(await packets.read(limits.loginMessageBytesMax));
  if ((greeting.flags & NEEDED) !== NEEDED) throw refusedLogin('its protocol is too old');
  const isSecure = await encrypt(server, packets, greeting, target);
  const flags = OFFERED | (isSecure ? FLAG.ssl : 0) | (database === null ? 0 : FLAG.connectWithDb);
  const password = target.password ? await target.password() : '';
  const first = PROOFS.get(greeting.plugin);
  packets.write(
    join([
      settings(flags),
      word(target.user),
      short(first ? first(password, greeting.salt) : NO_BYTES),
      ...(database === null ? [] : [word(database)]),
      word(first ? greeting.plugin : 'mysql_native_password'),
    ]),
  );
  await prove(packets, { password, isPrivate: isSecure || target.host.startsWith('/'), ...greeting });
  return { packets, version: greeting.version };
}

/**
 * protocol version int<1> | server version string<NUL> | thread id int<4> | salt string[8] | 0 |
 * flags int<2> | character set int<1> | status int<2> | flags int<2> | salt length int<1> |
 * reserved string[10] | rest of the salt | plugin string<NUL>
 */
function greetingOf(body: Bytes): Greeting {
  if (body[0] === HEAD.error) throw refusedLogin(errorOf(body));
  if (body[0] !== 10) throw refusedLogin('its protocol is not version 10');
  const fields = new Fields(body, 1);
  const version = fields.word();
  fields.take(4);
  const start = fields.take(8);
  fields.take(1);
  const low = fields.number(2);
  fields.take(3);
  const flags = low + fields.number(2) * 0x10000;
  const saltBytes = Math.max(13, fields.number(1) - 8);
  fields.take(10);
  const salt = join([start, fields.take(saltBytes)]).subarray(0, SALT_BYTES);
  return { flags, version, salt, plugin: (flags & FLAG.pluginAuth) !== 0 ? fields.word() : '' };
}

/** flags int<4> | largest packet int<4> | character set int<1> | 23 zeros */
function settings(flags: number): Bytes {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(flags >>> 0, 0);
  bytes.writeUInt32LE(PACKET_BYTES_MAX, 4);
  bytes[8] = UTF8MB4;
  return bytes;
}

async function encrypt(
  server: Wire,
  packets: PacketWire,
  { flags }: Greeting,
  target: Target,
): Promise<boolean> {
  const { mode } = target.tls;
  if (mode === 'disable') return false;
  if ((flags & FLAG.ssl) === 0) {
    if (mode !== 'prefer') throw refusedLogin('it offers no TLS, which the target requires');
    return false;
  }
  packets.write(settings(OFFERED | FLAG.ssl));
  await server.secure(secureTarget(target));
  return true;
}

interface Proof {
  readonly password: string;
  readonly salt: Bytes;
  readonly plugin: string;
  /** Nobody in between hears it. */
  readonly isPrivate: boolean;
}

/** Answers what the server asks until it says OK. */
async function prove(packets: PacketWire, opening: Proof): Promise<void> {
  let { plugin, salt } = opening;
  for (let turns = 0; turns < 8; turns++) {
    const body = await packets.read(limits.loginMessageBytesMax);
    if (body[0] === HEAD.ok) return;
    if (body[0] === HEAD.error) throw refusedLogin(errorOf(body));
    if (body[0] === HEAD.end) {
      [plugin, salt] = switchOf(body);
      const proof = PROOFS.get(plugin);
      if (!proof) throw refusedLogin('it asks for a method that is not supported');
      packets.write(proof(opening.password, salt));
    } else if (body[0] === HEAD.more && body[1] === FULL) {
      if (!opening.isPrivate)
        throw refusedLogin('it asks for the password itself, which goes through TLS only');
      packets.write(word(opening.password));
    } else if (body[0] !== HEAD.more || body[1] !== FAST_OK) throw malformed('its login');
  }
  throw refusedLogin('its login does not end');
}

/** 0xfe | plugin string<NUL> | salt string[20] | 0 */
function switchOf(body: Bytes): [string, Bytes] {
  const fields = new Fields(body, 1);
  if (fields.left === 0) throw refusedLogin('it asks for a method that is not supported');
  const plugin = fields.word();
  return [plugin, fields.take(Math.min(fields.left, SALT_BYTES)).slice()];
}

/** What proves the password, by plugin; nothing where it is empty. */
const PROOFS: ReadonlyMap<string, (password: string, salt: Bytes) => Bytes> = new Map([
  ['mysql_native_password', native],
  ['caching_sha2_password', cachingSha2],
]);

function native(password: string, salt: Bytes): Bytes {
  if (password === '') return NO_BYTES;
  const once = hash('sha1', utf8(password));
  return xor(once, hash('sha1', salt, hash('sha1', once)));
}

function cachingSha2(password: string, salt: Bytes): Bytes {
  if (password === '') return NO_BYTES;
  const once = hash('sha256', utf8(password));
  return xor(once, hash('sha256', hash('sha256', once), salt));
}

function hash(name: 'sha1' | 'sha256', ...parts: readonly Bytes[]): Bytes {
  const digest = createHash(name);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

function xor(left: Bytes, right: Bytes): Bytes {
  return left.map((byte, i) => byte ^ right[i]!);
}

function word(value: string): Bytes {
  if (value.includes('\0')) throw new PangateError('config-invalid', 'A name with a zero byte in it.');
  return utf8(`${value}\0`);
}

function short(value: Bytes): Bytes {
  return join([Uint8Array.of(value.length), value]);
}

/** 0xff | code int<2> | `#` | SQLSTATE string[5] | message. The message may hold data and is not told. */
export function errorOf(body: Bytes): string {
  const code = body.length < 3 ? 0 : body[1]! | (body[2]! << 8);
  const state = body[3] === 0x23 ? text(body.subarray(4, 9)) : 'HY000';
  return `SQLSTATE ${/^[0-9A-Z]{5}$/.test(state) ? state : 'HY000'}, error ${code}`;
}

function refusedLogin(why: string): PangateError {
  return new PangateError(
    'upstream-refused',
    `The server refused the gateway’s login: ${why}.`,
    'Check user, password and tls of the target.',
  );
}
