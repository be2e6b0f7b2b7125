/** Logins that a MariaDB does not ask for, by a server that follows a script; mysql2 is the oracle. */
import { authPlugins } from 'mysql2';
import { test } from 'tap';
import { type Bytes, join, utf8 } from '../../base/bytes.ts';
import type { Target, TargetTls } from '../../base/target.ts';
import { packets, ScriptedWire } from '../../test/mysql/scripted-wire.ts';
import { all } from './query.ts';
import { logIn } from './upstream.ts';

const SALT = Buffer.from('abcdefghijklmnopqrst');
const OK = Uint8Array.of(0, 0, 0, 2, 0, 0, 0);
const [FAST, FULL] = [Uint8Array.of(1, 3), Uint8Array.of(1, 4)];
const FLAGS = 0x8_8a05;

function greeting(plugin: string, flags = FLAGS): Bytes {
  const body = Buffer.alloc(32);
  SALT.copy(body, 4, 0, 8);
  body.writeUInt16LE(flags & 0xffff, 13);
  body.writeUInt16LE(flags >>> 16, 18);
  body[20] = 21;
  return join([
    Uint8Array.of(10),
    utf8('8.4.0\0'),
    body.subarray(0, 31),
    SALT.subarray(8),
    utf8(`\0${plugin}\0`),
  ]);
}

function target(mode: TargetTls['mode'], host = 'db'): Target {
  const password = async (): Promise<string> => 'secret';
  return {
    name: 't',
    protocol: 'mysql',
    host,
    port: 1,
    user: 'app',
    password,
    key: null,
    tls: { mode },
    options: {},
  };
}

/** The oracle's answer to the first challenge. */
function expected(): Buffer {
  const plugin = (authPlugins as never as Record<string, () => (about: object) => (salt: Buffer) => Buffer>)[
    'caching_sha2_password'
  ]!();
  return plugin({ connection: { config: { password: 'secret' } } })(SALT);
}

test('caching_sha2_password proves the password as mysql2 does, and takes the fast answer', async (t) => {
  const wire = new ScriptedWire(
    packets([greeting('caching_sha2_password', FLAGS & ~0x800), Buffer.alloc(0)]).subarray(0, -4),
  );
  const script = join([packets([greeting('caching_sha2_password', FLAGS & ~0x800)]), packets([FAST, OK], 2)]);
  const scripted = new ScriptedWire(script, 3);
  await logIn(scripted, target('prefer'), null);
  t.ok(Buffer.from(scripted.heard[0]!).includes(expected()));
  await t.rejects(logIn(wire, target('prefer'), null), { code: 'upstream-lost' });
});

test('the password itself goes through TLS or a Unix socket, and nowhere else', async (t) => {
  const plain = join([
    packets([greeting('caching_sha2_password', FLAGS & ~0x800)]),
    packets([FULL], 2),
    packets([OK], 4),
  ]);
  const open = new ScriptedWire(plain);
  await t.rejects(logIn(open, target('prefer'), null), { code: 'upstream-refused', message: /TLS only/ });
  t.notOk(Buffer.concat(open.heard).includes('secret'));
  await logIn(new ScriptedWire(plain), target('disable', '/run/mysqld/mysqld.sock'), null);
  const script = join([packets([greeting('caching_sha2_password')]), packets([FULL], 3), packets([OK], 5)]);
  const secured = new ScriptedWire(script);
  await logIn(secured, target('prefer'), 'shop');
  t.equal(secured.heard.length, 3, 'TLS, answer, password');
  t.ok(Buffer.from(secured.heard[2]!).includes('secret\0'));
  t.ok(Buffer.from(secured.heard[1]!).includes('shop\0'));
});

test('a server may ask for another method; one that is not known is refused', async (t) => {
  const ask = (plugin: string): Bytes =>
    join([Uint8Array.of(0xfe), utf8(`${plugin}\0`), SALT, Uint8Array.of(0)]);
  const flags = FLAGS & ~0x800;
  const script = (plugin: string): Bytes =>
    join([packets([greeting('sha256_password', flags)]), packets([ask(plugin)], 2), packets([OK], 4)]);
  await logIn(new ScriptedWire(script('mysql_native_password'), 1), target('prefer'), null);
  const refused = { code: 'upstream-refused', message: /not supported/ };
  for (const plugin of ['mysql_clear_password', 'client_ed25519', 'constructor'])
    await t.rejects(logIn(new ScriptedWire(script(plugin)), target('prefer'), null), refused, plugin);
  await t.rejects(logIn(new ScriptedWire(script('x')), target('require'), null), {
    message: /offers no TLS/,
  });
});

test('a server that asks for a file, or that never ends its login, is left', async (t) => {
  const start = packets([greeting('mysql_native_password', FLAGS & ~0x800)]);
  const asks = join([
    start,
    packets([OK], 2),
    packets([join([Uint8Array.of(0xfb), utf8('/etc/passwd')])], 1),
  ]);
  const { packets: conversation } = await logIn(new ScriptedWire(asks), target('prefer'), null);
  await t.rejects(all(conversation, 'SELECT 1'), { code: 'message-unknown', message: /asks for a file/ });
  const endless = join([start, packets(Array(20).fill(FAST), 2)]);
  await t.rejects(logIn(new ScriptedWire(endless), target('prefer'), null), { code: 'upstream-refused' });
});
